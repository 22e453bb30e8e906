// The transforms of Winograd's convolutions with six points: tiles of 4 × 4 places and windows of 3 × 3 elements, or the other way
// round (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
//
// Two factors and their product are polynomials: their values at six points are multiplied instead of their coefficients, so that
// 36 products stand for the 144 of a tile. The points are 0, ±√2, ±1/√2 and ∞: in float32 the results are about twice as far from
// the exact ones as those of plain sums, where the usual points 0, ±1, ±2 and ∞ would lose five times as much.
#pragma once
#include "machine/vector.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

constexpr int kTilePlaces = 4;
constexpr int kTilePoints = 6;
constexpr int kTileValues = kTilePoints * kTilePoints;

/// In place of the second result of a pair that has only one.
constexpr int kNoResult = -1;

constexpr float kRoot = 1.41421356237309505f;
constexpr float kHalfRoot = 0.70710678118654752f;

/// Bᵀ: what six neighbouring elements of the image contribute at the six points. Results come in pairs that share terms.
struct ImageTransform {
  static constexpr int kFrom = 6, kPairs = 3;
  static constexpr int kResults[kPairs][2] = {{1, 2}, {3, 4}, {0, 5}};
  template <int Pair, class V, class Line>
  static inline void pair(const Line &d, V &first, V &second) {
    if constexpr (Pair == 2) {
      first = d(0) + d(4) - 2.5f * d(2);
      second = d(1) + d(5) - 2.5f * d(3);
    } else {
      constexpr float square = Pair == 0 ? 0.5f : 2.0f;
      const V even = d(4) - square * d(2), odd = d(3) - square * d(1);
      first = even + (Pair == 0 ? kRoot : kHalfRoot) * odd;
      second = even - (Pair == 0 ? kRoot : kHalfRoot) * odd;
    }
  }
};

/// G: a window of three elements at the six points, each divided by its distances from the other points.
struct WindowTransform {
  static constexpr int kFrom = 3, kPairs = 3;
  static constexpr int kResults[kPairs][2] = {{1, 2}, {3, 4}, {0, 5}};
  template <int Pair, class V, class Line>
  static inline void pair(const Line &g, V &first, V &second) {
    if constexpr (Pair == 2) {
      first = g(0);
      second = g(2);
    } else {
      constexpr float square = Pair == 0 ? 2.0f : 0.5f, scale = Pair == 0 ? 1 / 6.0f : -2 / 3.0f;
      const V even = (g(0) + square * g(2)) * scale, odd = g(1) * (scale * (Pair == 0 ? kRoot : kHalfRoot));
      first = even + odd;
      second = even - odd;
    }
  }
};

/// G of the other direction: a tile of four gradients at the six points. Divided is only once, when all tiles are summed.
struct GradientTransform {
  static constexpr int kFrom = 4, kPairs = 3;
  static constexpr int kResults[kPairs][2] = {{1, 2}, {3, 4}, {0, 5}};
  template <int Pair, class V, class Line>
  static inline void pair(const Line &g, V &first, V &second) {
    if constexpr (Pair == 2) {
      first = g(0);
      second = g(3);
    } else {
      constexpr float square = Pair == 0 ? 2.0f : 0.5f;
      const V even = g(0) + square * g(2), odd = g(1) + square * g(3);
      first = even + (Pair == 0 ? kRoot : kHalfRoot) * odd;
      second = even - (Pair == 0 ? kRoot : kHalfRoot) * odd;
    }
  }
};

/// Aᵀ of the other direction: three elements of the window from sums of products at the six points.
struct SumsTransform {
  static constexpr int kFrom = 6, kPairs = 2;
  static constexpr int kResults[kPairs][2] = {{0, 2}, {1, kNoResult}};
  template <int Pair, class V, class Line>
  static inline void pair(const Line &m, V &first, V &second) {
    if constexpr (Pair == 0) {
      const V even = (m(1) + m(2)) * (1 / 6.0f), farEven = (m(3) + m(4)) * (-2 / 3.0f);
      first = m(0) + even + farEven;
      second = m(5) + 2.0f * even + 0.5f * farEven;
    } else {
      first = (m(1) - m(2)) * (kRoot / 6) + (m(3) - m(4)) * (kHalfRoot * -2 / 3);
      second = first;
    }
  }
};

/// Aᵀ: four places from the products at the six points.
struct PlacesTransform {
  static constexpr int kFrom = 6, kPairs = 2;
  static constexpr int kResults[kPairs][2] = {{0, 2}, {1, 3}};
  template <int Pair, class V, class Line>
  static inline void pair(const Line &m, V &first, V &second) {
    if constexpr (Pair == 0) {
      const V even = m(1) + m(2), farEven = m(3) + m(4);
      first = m(0) + even + farEven;
      second = 2.0f * even + 0.5f * farEven;
    } else {
      const V odd = m(1) - m(2), farOdd = m(3) - m(4);
      first = kRoot * odd + kHalfRoot * farOdd;
      second = m(5) + 2 * kRoot * odd + 0.5f * kHalfRoot * farOdd;
    }
  }
};

template <class Transform, int Pair, class V, class Line, class Write>
inline void transformLine(const Line &line, const Write &write) {
  V first, second;
  Transform::template pair<Pair, V>(line, first, second);
  write(Transform::kResults[Pair][0], first);
  if constexpr (Transform::kResults[Pair][1] != kNoResult) write(Transform::kResults[Pair][1], second);
  if constexpr (Pair + 1 < Transform::kPairs) transformLine<Transform, Pair + 1, V>(line, write);
}

/// A transform of both axes of a square: `read(i, j)` gives its elements, `write(i, j, result)` takes what becomes of them.
/// Two rows of results at a time: what they need stays in registers, as all 36 vectors would not.
template <class Transform, class V, int Pair = 0, class Read, class Write>
inline void transformSquare(const Read &read, const Write &write) {
  V rows[2][Transform::kFrom];
#pragma GCC unroll 6
  for (int j = 0; j < Transform::kFrom; j++)
    Transform::template pair<Pair, V>([&](int i) { return read(i, j); }, rows[0][j], rows[1][j]);
#pragma GCC unroll 2
  for (int r = 0; r < (Transform::kResults[Pair][1] == kNoResult ? 1 : 2); r++)
    transformLine<Transform, 0, V>([&](int j) { return rows[r][j]; },
                                   [&](int j, V result) { write(Transform::kResults[Pair][r], j, result); });
  if constexpr (Pair + 1 < Transform::kPairs) transformSquare<Transform, V, Pair + 1>(read, write);
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
