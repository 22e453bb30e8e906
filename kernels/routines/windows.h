// What pooling does along one row of places: a window is a part of each of some rows of an image, at one distance from their
// beginnings, and vectors run along the channels of one pixel. A vector that is longer than the channels takes in elements of
// the next pixels; what it writes there is nothing new or is overwritten when their turn comes.
#pragma once
#include "steps/computed.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

enum PoolKind : i32 { kMaxPool, kMaxPoolGradient, kMaxPoolSelect, kSumPool, kSumPoolGradient, kPoolKinds };

/// One row of places and the rows of the image that it sees, in the order of the window.
struct WindowRow {
  const i64 *rows;
  i64 rowCount;
  /// Sizes along the row, and whether no element of the image belongs to two windows.
  i64 places, image, window, stride, low, channels;
  bool once;
};

template <class T>
struct WindowOperands {
  /// The image where the largest element is looked for or that is summed; image or row of places beside it; what is written.
  const T *from, *other;
  T *to;
};

/// The rows that a place sees, and the elements [begin, end) of each. If the window is a whole square, `Side` is known.
template <int Side>
struct Taps {
  const i64 *rows;
  i64 rowCount, begin, end, channels;

  /// The same from another channel on.
  inline Taps from(i64 channel) const { return {rows, rowCount, begin + channel, end, channels}; }

  /// Calls visit(where) for all elements but the first `skipped` (0 or 1).
  template <class Visit>
  inline __attribute__((always_inline)) void forEach(int skipped, const Visit &visit) const {
    if constexpr (Side > 0) {
#pragma GCC unroll 4
      for (int r = 0; r < Side; r++) {
#pragma GCC unroll 4
        for (int k = 0; k < Side; k++)
          if (r + k >= skipped) visit(rows[r] + begin + k * channels);
      }
    } else {
      for (i64 r = 0, at = begin + skipped * channels; r < rowCount; r++, at = begin)
        for (const i64 row = rows[r]; at < end; at += channels) visit(row + at);
    }
  }
};

template <int Kind, class T, int N>
struct Windows {
  using V = Vector<T, N>;
  using Word = Vector<IntegerOf<T>, N>;
  static constexpr bool kGradient = Kind == kMaxPoolGradient || Kind == kSumPoolGradient;
  static constexpr bool kSelects = Kind == kMaxPoolGradient || Kind == kMaxPoolSelect;

  /// Integers wrap, which the language promises for unsigned ones only.
  static inline V sum(V a, V b) {
    if constexpr (T(1) / 2 == 0) return bits<V>(bits<Vector<u32, N>>(a) + bits<Vector<u32, N>>(b));
    else return a + b;
  }
  template <bool Whole>
  static inline V read(const T *from, i64 count) { return Whole ? load<V>(from) : loadPart<V>(from, count); }
  template <bool Whole>
  static inline void write(T *to, V v, i64 count) {
    if constexpr (Whole) store(to, v);
    else storePart(to, v, count);
  }

  /// One place, `count` channels from where the operands point to; `at` is where it lies in a row of places.
  template <bool Whole, int Side>
  static inline __attribute__((always_inline)) void place(const Taps<Side> &taps, const WindowOperands<T> &operands, i64 at, i64 count,
                                                          bool once) {
    V best = {};
    Word where = {};
    if (Kind != kSumPoolGradient) {
      best = read<Whole>(operands.from + taps.rows[0] + taps.begin, count);
      Word order = {};
      taps.forEach(1, [&](i64 tap) {
        const V v = read<Whole>(operands.from + tap, count);
        if (Kind == kSumPool) {
          best = sum(best, v);
          return;
        }
        // The first largest stays; a first NaN is larger than anything and stays too.
        const auto better = ~(v <= best) & (best == best);
        best = better ? v : best;
        if (!kSelects) return;
        order += 1;
        where = better ? order : where;
      });
    }
    if (Kind == kMaxPool || Kind == kSumPool) return write<Whole>(operands.to + at, best, count);
    const V g = kGradient ? loadPart<V>(operands.other + at, count) : V{};
    V chosen = {};
    Word order = {};
    taps.forEach(0, [&](i64 tap) {
      const auto here = where == order;
      order += 1;
      if (Kind == kMaxPoolSelect) {
        chosen = here ? read<Whole>(operands.other + tap, count) : chosen;
        return;
      }
      const V v = Kind == kSumPoolGradient ? g : here ? g : V{};
      T *to = operands.to + tap;
      write<Whole>(to, sum(once ? V{} : read<Whole>(to, count), v), count);
    });
    if (!kGradient) write<Whole>(operands.to + at, chosen, count);
  }

  /// Places [p, end), whose windows have all their columns, by whole vectors.
  template <int Side>
  static void whole(const WindowRow &row, const WindowOperands<T> &operands, i64 p, i64 end) {
    const i64 channels = row.channels, step = row.stride * channels, width = row.window * channels;
    const bool once = row.once;
    i64 rows[Side > 0 ? Side : 1];
    for (int r = 0; r < Side; r++) rows[r] = row.rows[r];
    const i64 full = channels / N * N;
    i64 begin = (p * row.stride - row.low) * channels;
    for (i64 at = p * channels; at < end * channels; at += channels, begin += step) {
      const Taps<Side> taps = {Side > 0 ? rows : row.rows, row.rowCount, begin, begin + width, channels};
      // What the last vector writes behind its channels, the first ones overwrite.
      if (full < channels) place<true>(taps.from(full), operands, at + full, channels - full, once);
      for (i64 c = 0; c < full; c += N) place<true>(taps.from(c), operands, at + c, N, once);
    }
  }

  /// Places [p, end), whatever they see.
  static void parts(const WindowRow &row, const WindowOperands<T> &operands, i64 p, i64 end) {
    const i64 channels = row.channels;
    for (; p < end; p++) {
      const i64 start = p * row.stride - row.low;
      const i64 from = most(0, start) * channels, to = least(row.image, start + row.window) * channels;
      const Taps<0> taps = {row.rows, row.rowCount, from, to, channels};
      for (i64 c = 0; c < channels; c += N) {
        const i64 count = least(N, channels - c);
        if (from < to && row.rowCount > 0) place<false>(taps.from(c), operands, p * channels + c, count, row.once);
        else if (!kGradient) storePart(operands.to + p * channels + c, V{}, count);
      }
    }
  }

  static void run(const WindowRow &row, const WindowOperands<T> &operands) {
    // Vectors must not reach behind the row of the image, nor behind the row of places: how many pixels they take in.
    const i64 reach = (roundUp(row.channels, N) + row.channels - 1) / row.channels;
    const i64 first = least(row.places, (row.low + row.stride - 1) / row.stride);
    const i64 room = row.image + row.low - row.window - (reach - 1);
    i64 end = room < 0 ? 0 : least(room / row.stride + 1, kGradient ? row.places : row.places - (reach - 1));
    if (row.rowCount == 0 || end < first) end = first;
    parts(row, operands, 0, first);
    if (row.rowCount == 2 && row.window == 2) whole<2>(row, operands, first, end);
    else if (row.rowCount == 3 && row.window == 3) whole<3>(row, operands, first, end);
    else whole<0>(row, operands, first, end);
    parts(row, operands, end, row.places);
  }
};

/// The same by the narrowest vectors that hold all channels, or else by the widest.
template <int Kind, class T, int Bytes = SHAPEWISE_VECTOR_BYTES>
inline void runWindows(const WindowRow &row, const WindowOperands<T> &operands) {
  if constexpr (Bytes > 16) {
    if (row.channels * static_cast<i64>(sizeof(T)) <= Bytes / 2) return runWindows<Kind, T, Bytes / 2>(row, operands);
  }
  Windows<Kind, T, Bytes / static_cast<int>(sizeof(T))>::run(row, operands);
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
