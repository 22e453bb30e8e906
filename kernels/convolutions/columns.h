// What lanes see along a row of pixels, in registers: each vector of pixels is loaded once for all places and taps that it is for.
#pragma once
#include "convolutions/lanes.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Asks for lanes of places that come soon: processors do not foresee what lies a pixel apart. Addresses may be any.
template <bool Written, class T>
inline void prefetchLanes(const T *from, i64 places, i64 step, i64 lanes) {
  for (i64 p = 0; p < places; p++)
    for (i64 lane = 0; lane < lanes; lane += 64 / sizeof(T)) __builtin_prefetch(from + p * step + lane, Written, 3);
}

/// Asks for pixels that the same places of the next row will see.
template <class T>
inline void prefetchPixels(const Columns &seen, i64 place, const T *x, i64 places, i64 lanes) {
  for (i64 row = 0; row < seen.aheadRows; row++)
    prefetchLanes<false>(x + seen.ahead + row * seen.aheadStep + place * seen.step, places * seen.spread, seen.step / seen.spread, lanes);
}

/// Calls `with(first element, own element, piece, columns before the first that exists, columns until the last)` for all of them.
template <class With>
__attribute__((always_inline)) inline void forPieces(const Columns &seen, i64 place, const With &with) {
  for (i64 r = 0; r < seen.count; r++)
    for (i64 i = 0; i < seen.pieceCount; i++) {
      const Piece &piece = seen.pieces[i];
      with(seen.rows[r].from + piece.pixel * seen.pixelStep + place * seen.step, seen.rows[r].own + piece.tap * seen.ownStep, piece.taps,
           piece.from - place, piece.behind - place);
    }
}

/// Calls `use(number, column)` for the columns that exist: all of them, as a rule.
template <class V, int Count, bool Part, class T, class Use>
__attribute__((always_inline)) inline void forColumns(const T *x, i64 step, i64 from, i64 behind, i64 across, const Use &use) {
  if (from <= 0 && behind >= Count) {
#pragma GCC unroll 16
    for (int c = 0; c < Count; c++) use(c, Part ? loadPart<V>(x + c * step, across) : load<V>(x + c * step));
  } else {
#pragma GCC unroll 16
    for (int c = 0; c < Count; c++)
      if (c >= from && c < behind) use(c, Part ? loadPart<V>(x + c * step, across) : load<V>(x + c * step));
  }
}

/// sums[p] += Σₖ column[p + k] · weights[k] for one piece of `Taps` taps.
template <int Taps, int Places, bool Part, class V, class T>
__attribute__((always_inline)) inline void addPiece(V (&sums)[Places], const T *x, i64 step, i64 from, i64 behind, const T *weights, i64 tapStep, i64 across) {
  V w[Taps];
#pragma GCC unroll 4
  for (int k = 0; k < Taps; k++) w[k] = load<V>(weights + k * tapStep);
  forColumns<V, Places + Taps - 1, Part>(x, step, from, behind, across, [&](int c, V column) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int k = 0; k < Taps; k++)
      if (c >= k && c - k < Places) sums[c - k] += w[k] * column;
  });
}

/// out[p · outStep + j] = Σ over rows and taps of what place p sees · weights, for a vector of lanes j or a part of it.
template <class T, int Places, bool Part>
void convolveColumns(const Columns &seen, i64 place, const T *x, const T *weights, T *out, i64 outStep, i64 across) {
  using V = Vector<T, SHAPEWISE_VECTOR_BYTES / sizeof(T)>;
  V sums[Places] = {};
  forPieces(seen, place, [&](i64 first, i64 own, i64 taps, i64 from, i64 behind) __attribute__((always_inline)) {
    const T *f = x + first, *w = weights + own;
    if (taps == 1) addPiece<1, Places, Part>(sums, f, seen.step, from, behind, w, seen.tapStep, across);
    else if (taps == 2) addPiece<2, Places, Part>(sums, f, seen.step, from, behind, w, seen.tapStep, across);
    else if (taps == 3) addPiece<3, Places, Part>(sums, f, seen.step, from, behind, w, seen.tapStep, across);
    else addPiece<4, Places, Part>(sums, f, seen.step, from, behind, w, seen.tapStep, across);
  });
#pragma GCC unroll 8
  for (int p = 0; p < Places; p++) {
    if (Part) storePart(out + p * outStep, sums[p], across);
    else store(out + p * outStep, sums[p]);
  }
}

/// sums[k] += Σₚ column[p + k] · y[p] for one piece of `Taps` taps.
template <int Taps, int Places, bool Part, class V, class T>
__attribute__((always_inline)) inline void sumPiece(const V (&y)[Places], const T *x, i64 step, i64 from, i64 behind, T *sums, i64 tapStep, i64 across) {
  V totals[Taps];
#pragma GCC unroll 4
  for (int k = 0; k < Taps; k++) totals[k] = load<V>(sums + k * tapStep);
  forColumns<V, Places + Taps - 1, Part>(x, step, from, behind, across, [&](int c, V column) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int k = 0; k < Taps; k++)
      if (c >= k && c - k < Places) totals[k] += y[c - k] * column;
  });
#pragma GCC unroll 4
  for (int k = 0; k < Taps; k++) store(sums + k * tapStep, totals[k]);
}

/// sums[tap + j] += Σₚ what place p sees by the tap · y[p · yStep + j], for a vector of lanes j or a part of it.
template <class T, int Places, bool Part>
void sumColumns(const Columns &seen, i64 place, const T *x, T *sums, const T *y, i64 yStep, i64 across) {
  using V = Vector<T, SHAPEWISE_VECTOR_BYTES / sizeof(T)>;
  V right[Places];
#pragma GCC unroll 8
  for (int p = 0; p < Places; p++) right[p] = Part ? loadPart<V>(y + p * yStep, across) : load<V>(y + p * yStep);
  forPieces(seen, place, [&](i64 first, i64 own, i64 taps, i64 from, i64 behind) __attribute__((always_inline)) {
    const T *f = x + first;
    T *to = sums + own;
    if (taps == 1) sumPiece<1, Places, Part>(right, f, seen.step, from, behind, to, seen.tapStep, across);
    else if (taps == 2) sumPiece<2, Places, Part>(right, f, seen.step, from, behind, to, seen.tapStep, across);
    else if (taps == 3) sumPiece<3, Places, Part>(right, f, seen.step, from, behind, to, seen.tapStep, across);
    else sumPiece<4, Places, Part>(right, f, seen.step, from, behind, to, seen.tapStep, across);
  });
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
