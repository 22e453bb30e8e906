// Matrices turned over their diagonal.
#pragma once
#include "machine/vector.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Turns 8 vectors of 8 four-byte elements.
template <class V>
inline __attribute__((always_inline)) void turnVectors(V (&a)[8]) {
  V b[8];
  // Pairs of elements, of pairs, and of halves change places.
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; k++) {
    const int i = (k / 2) * 4 + k % 2;
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 2] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    b[i] = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    b[i + 4] = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) a[i] = b[i];
}

/// Turns a block of rows × columns four-byte elements, at most 8 × 8: to[j·toStep + i] = from[i·fromStep + j].
template <bool Whole, class T>
inline void turnBlock(const T *from, i64 fromStep, i64 rows, i64 columns, T *to, i64 toStep) {
  static_assert(sizeof(T) == 4, "four-byte elements");
  using V = Vector<T, 8>;
  V a[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    if (Whole) a[i] = load<V>(from + i * fromStep);
    else a[i] = i >= rows ? V{} : columns == 8 ? load<V>(from + i * fromStep) : loadPart<V>(from + i * fromStep, columns);
  }
  turnVectors(a);
#pragma GCC unroll 8
  for (int j = 0; j < 8; j++) {
    if (Whole) store(to + j * toStep, a[j]);
    else if (j < columns) storePart(to + j * toStep, a[j], rows);
  }
}

/// to[j·toStep + i] = from[i·fromStep + j] for rows × columns elements.
template <class T>
inline void turn(const T *from, i64 fromStep, i64 rows, i64 columns, T *to, i64 toStep) {
  // One or two rows or columns are not worth the shuffles.
  if constexpr (sizeof(T) == 4) if (rows > 2 && columns > 2) {
    // The last blocks lie over those before them where sizes are no multiples of 8.
    for (i64 i = 0; i < rows; i += 8) {
      const i64 row = i + 8 <= rows ? i : most(0, rows - 8);
      for (i64 j = 0; j < columns; j += 8) {
        const i64 column = j + 8 <= columns ? j : most(0, columns - 8);
        const T *f = from + row * fromStep + column;
        T *t = to + column * toStep + row;
        if (rows >= 8 && columns >= 8) turnBlock<true>(f, fromStep, 8, 8, t, toStep);
        else turnBlock<false>(f, fromStep, least(8, rows), least(8, columns), t, toStep);
      }
    }
    return;
  }
  for (i64 j = 0; j < columns; j++)
    for (i64 i = 0; i < rows; i++) to[j * toStep + i] = from[i * fromStep + j];
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
