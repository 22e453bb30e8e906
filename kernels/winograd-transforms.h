// The transforms of Winograd's convolutions with six points: tiles of 4 × 4 places and windows of 3 × 3 elements, or the other way
// round (Winograd 1980; Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
//
// Two factors and their product are polynomials: their values at six points are multiplied instead of their coefficients, so that
// 36 products stand for the 144 of a tile. The points are 0, ±√2, ±1/√2 and ∞: in float32 the results are about twice as far from
// the exact ones as those of plain sums, where the usual points 0, ±1, ±2 and ∞ would lose five times as much.
#pragma once
#include "vector.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

constexpr int kTilePlaces = 4;
constexpr int kTilePoints = 6;
constexpr int kTileValues = kTilePoints * kTilePoints;

constexpr float kRoot = 1.41421356237309505f;
constexpr float kHalfRoot = 0.70710678118654752f;

/// Bᵀ: what six neighbouring elements of the image contribute at the six points.
struct ImageTransform {
  static constexpr int kFrom = 6, kTo = 6;
  template <class V>
  static inline void apply(const V (&d)[6], V (&x)[6]) {
    const V even = d[4] - 0.5f * d[2], odd = d[3] - 0.5f * d[1];
    const V farEven = d[4] - 2.0f * d[2], farOdd = d[3] - 2.0f * d[1];
    x[0] = d[0] + d[4] - 2.5f * d[2];
    x[1] = even + kRoot * odd;
    x[2] = even - kRoot * odd;
    x[3] = farEven + kHalfRoot * farOdd;
    x[4] = farEven - kHalfRoot * farOdd;
    x[5] = d[1] + d[5] - 2.5f * d[3];
  }
};

/// G: a window of three elements at the six points, each divided by its distances from the other points.
struct WindowTransform {
  static constexpr int kFrom = 3, kTo = 6;
  template <class V>
  static inline void apply(const V (&g)[3], V (&x)[6]) {
    const V even = (g[0] + 2.0f * g[2]) * (1 / 6.0f), odd = g[1] * (kRoot / 6);
    const V farEven = (g[0] + 0.5f * g[2]) * (-2 / 3.0f), farOdd = g[1] * (kHalfRoot * -2 / 3);
    x[0] = g[0];
    x[1] = even + odd;
    x[2] = even - odd;
    x[3] = farEven + farOdd;
    x[4] = farEven - farOdd;
    x[5] = g[2];
  }
};

/// Aᵀ: four places from the products at the six points.
struct PlacesTransform {
  static constexpr int kFrom = 6, kTo = 4;
  template <class V>
  static inline void apply(const V (&m)[6], V (&y)[4]) {
    const V even = m[1] + m[2], odd = m[1] - m[2];
    const V farEven = m[3] + m[4], farOdd = m[3] - m[4];
    y[0] = m[0] + even + farEven;
    y[1] = kRoot * odd + kHalfRoot * farOdd;
    y[2] = 2.0f * even + 0.5f * farEven;
    y[3] = m[5] + 2 * kRoot * odd + 0.5f * kHalfRoot * farOdd;
  }
};

/// A transform of both axes of a square: rows of `from` lie `row`, columns `column` elements apart, results `step`.
template <class Transform, class V, class T>
inline void transformSquare(const T *from, i64 row, i64 column, T *to, i64 toRow, i64 toColumn) {
  V middle[Transform::kFrom][Transform::kTo];
#pragma GCC unroll 6
  for (int j = 0; j < Transform::kFrom; j++) {
    V line[Transform::kFrom];
#pragma GCC unroll 6
    for (int i = 0; i < Transform::kFrom; i++) line[i] = load<V>(from + i * row + j * column);
    Transform::apply(line, middle[j]);
  }
#pragma GCC unroll 6
  for (int i = 0; i < Transform::kTo; i++) {
    V line[Transform::kFrom], results[Transform::kTo];
#pragma GCC unroll 6
    for (int j = 0; j < Transform::kFrom; j++) line[j] = middle[j][i];
    Transform::apply(line, results);
#pragma GCC unroll 6
    for (int j = 0; j < Transform::kTo; j++) store(to + i * toRow + j * toColumn, results[j]);
  }
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
