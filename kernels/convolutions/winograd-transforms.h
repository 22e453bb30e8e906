// The transforms of Winograd's convolutions with six points: tiles of 4 × 4 places and windows of 3 × 3 elements, or of 2 × 2 places
// and 5 × 5 elements, or the other way round (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
//
// Two factors and their product are polynomials: their values at six points are multiplied instead of their coefficients, so that
// 36 products stand for the 144 of a tile, or for its 100. The points are 0, ±√2, ±1/√2 and ∞: in float32 the results are about twice
// as far from the exact ones as those of plain sums, where the usual points 0, ±1, ±2 and ∞ would lose five times as much.
#pragma once
#include "machine/vector.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

constexpr int kTilePoints = 6;
constexpr int kTileValues = kTilePoints * kTilePoints;

/// Places of a tile that see windows of so many elements, or the other way round.
constexpr i64 besides(i64 elements) { return kTilePoints + 1 - elements; }

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

/// G: so many elements at the six points, if `Divided` each divided by its distances from the other points, which one of two factors
/// must be, or the sum of all products.
template <int Elements, bool Divided>
struct PointsTransform {
  static constexpr int kFrom = Elements, kPairs = 3;
  static constexpr int kResults[kPairs][2] = {{1, 2}, {3, 4}, {0, 5}};
  template <int Pair, class V, class Line>
  static inline void pair(const Line &g, V &first, V &second) {
    if constexpr (Pair == 2) {
      first = g(0);
      second = g(Elements - 1);
    } else {
      constexpr float scale = !Divided ? 1 : Pair == 0 ? 1 / 6.0f : -2 / 3.0f;
      const V even = alternate<Pair, 0, V>(g) * scale, odd = alternate<Pair, 1, V>(g) * (scale * (Pair == 0 ? kRoot : kHalfRoot));
      first = even + odd;
      second = even - odd;
    }
  }

 private:
  /// Every second element from one on, times the powers of the point's square.
  template <int Pair, int From, class V, class Line>
  static inline V alternate(const Line &g) {
    if constexpr (From + 2 < Elements) return g(From) + (Pair == 0 ? 2.0f : 0.5f) * alternate<Pair, From + 2, V>(g);
    else return g(From);
  }
};

/// Aᵀ: so many coefficients from the products at the six points, divided as above or not yet.
template <int Elements, bool Divided>
struct CoefficientsTransform {
  static constexpr int kFrom = kTilePoints, kPairs = Elements == 5 ? 3 : 2;
  static constexpr int kResults[3][2] = {{0, Elements > 2 ? 2 : kNoResult}, {1, Elements > 3 ? 3 : kNoResult}, {4, kNoResult}};
  template <int Pair, class V, class Line>
  static inline void pair(const Line &m, V &first, V &second) {
    V near = Pair == 1 ? m(1) - m(2) : m(1) + m(2), far = Pair == 1 ? m(3) - m(4) : m(3) + m(4);
    if constexpr (!Divided) {
      near = near * (1 / 6.0f);
      far = far * (-2 / 3.0f);
    }
    first = coefficient<kResults[Pair][0], V>(m, near, far);
    if constexpr (kResults[Pair][1] == kNoResult) second = first;
    else second = coefficient<kResults[Pair][1], V>(m, near, far);
  }

 private:
  /// The sum of products times a power of their points, given the two sums (or differences) of those at opposite ones.
  template <int Power, class V, class Line>
  static inline V coefficient(const Line &m, V near, V far) {
    constexpr float whole = 1 << Power / 2;
    V sum = near * (Power % 2 == 0 ? whole : whole * kRoot) + far * (Power % 2 == 0 ? 1 / whole : kHalfRoot / whole);
    if constexpr (Power == 0) sum += m(0);
    if constexpr (Power == Elements - 1) sum += m(5);
    return sum;
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
