// Maxima and sums of windows, and their gradients, on [batch, …spatial, channels].
#pragma once
#include "routines/windows.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

struct Pool final : Allocated<Pool> {
  i32 kind = 0;
  /// x, then g or t where there is one; and the output.
  Operand x, second, out;
  /// Spatial axes; `image` is the large side, `places` the small one.
  int spatial = 0;
  i64 image[kMaxRank], places[kMaxRank], window[kMaxRank], strides[kMaxRank], low[kMaxRank];
  i64 batch = 0, channels = 0;
  /// Whether no element of an image belongs to two windows, and whether each belongs to one.
  bool once = true, covered = true;

  static Step *read(Reader &reader, const Extents &extents) {
    Pool *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->parse(reader, extents);
    return step;
  }
  void parse(Reader &reader, const Extents &extents) {
    kind = reader.choice(kPoolKinds, "a pooling of an unknown kind");
    x = reader.contiguousOperand(extents);
    const bool two = kind == kMaxPoolGradient || kind == kMaxPoolSelect;
    if (two) second = reader.contiguousOperand(extents);
    out = reader.contiguousOperand(extents);
    const bool backwards = kind == kMaxPoolGradient || kind == kSumPoolGradient;
    const Operand &large = kind == kSumPoolGradient ? out : x;
    const Operand &small = kind == kMaxPoolGradient ? second : kind == kSumPoolGradient ? x : out;
    spatial = large.rank - 2;
    reader.expect(spatial >= 1 && small.rank == large.rank, "a pooling has operands of the wrong rank");
    reader.expect(isComputed(x.dtype) && out.dtype == x.dtype, "a pooling does not take its dtype");
    reader.expect(out.kind == kOutput || out.kind == kArena, "a pooling writes where it must not");
    if (two) reader.expect(second.dtype == x.dtype, "a pooling has operands of different dtypes");
    if (reader.failed()) return;
    batch = large.sizes[0];
    channels = large.sizes[large.rank - 1];
    reader.expect(small.sizes[0] == batch && small.sizes[small.rank - 1] == channels, "a pooling has operands that do not fit");
    if (two || backwards) {
      const Operand &other = kind == kMaxPoolGradient ? out : kind == kMaxPoolSelect ? second : large;
      for (int i = 0; i < large.rank && !reader.failed(); i++)
        reader.expect(other.rank == large.rank && other.sizes[i] == large.sizes[i], "a pooling has operands that do not fit");
    }
    for (int i = 0; i < spatial && !reader.failed(); i++) {
      image[i] = large.sizes[i + 1];
      places[i] = small.sizes[i + 1];
      window[i] = reader.number(1, INT64_C(1) << 31, "a window is out of range");
      strides[i] = reader.number(1, INT64_C(1) << 31, "a stride is out of range");
      low[i] = reader.number(0, INT64_C(1) << 31, "a padding is out of range");
      once = once && strides[i] >= window[i];
      covered = covered && strides[i] == window[i] && low[i] == 0 && image[i] % window[i] == 0 && places[i] == image[i] / window[i];
    }
  }

  /// Where the rows begin that the places of one row see, in the order of the window; returns how many they are.
  i64 rowsSeen(i64 place, i64 *rows) const {
    const int last = spatial - 1;
    i64 begin[kMaxRank], count[kMaxRank];
    for (int i = last - 1; i >= 0; i--) {
      const i64 start = place % places[i] * strides[i] - low[i];
      place /= places[i];
      begin[i] = most(0, start);
      count[i] = least(image[i], start + window[i]) - begin[i];
      if (count[i] <= 0) return 0;
    }
    i64 seen = 1;
    rows[0] = 0;
    for (int i = 0; i < last; i++) {
      // Backwards, so that none is overwritten before it has been split.
      for (i64 r = seen - 1; r >= 0; r--) {
        const i64 before = rows[r] * image[i] + begin[i];
        for (i64 k = count[i] - 1; k >= 0; k--) rows[r * count[i] + k] = before + k;
      }
      seen *= count[i];
    }
    for (i64 r = 0; r < seen; r++) rows[r] *= image[last] * channels;
    return seen;
  }

  template <int Kind, class T>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    constexpr bool gradient = Kind == kMaxPoolGradient || Kind == kSumPoolGradient;
    const int last = spatial - 1;
    const i64 rowSize = places[last] * channels;
    const i64 rows = out.elements == 0 ? 0 : (Kind == kMaxPoolGradient ? second : Kind == kSumPoolGradient ? x : out).elements / batch / rowSize;
    const i64 largeSize = (Kind == kSumPoolGradient ? out : x).elements / batch, smallSize = rows * rowSize;
    i64 seen = 1;
    for (int i = 0; i < last; i++) seen *= least(window[i], image[i]);
    if (!reserve(shapewise_threads(), 0, static_cast<double>(seen) * sizeof(i64), failure)) return;
    T *to = address<T>(out, frame);
    double work = static_cast<double>(batch) * static_cast<double>(smallSize);
    for (int i = 0; i < spatial; i++) work *= static_cast<double>(least(window[i], image[i]));
    // Rows of places that write into one image may share some of its elements.
    const i64 threads = shapewise_threads();
    const i64 splits = gradient || batch >= 2 * threads ? 1 : least(rows, (2 * threads + batch - 1) / batch);
    parallel(batch * splits, work > 32768, [&](i64 task, int thread) {
      const i64 b = task / splits, part = task % splits;
      i64 *seenRows = static_cast<i64 *>(shapewise_scratch(thread, 0, seen * sizeof(i64)));
      if (gradient && !(once && covered)) __builtin_memset(to + b * largeSize, 0, largeSize * sizeof(T));
      for (i64 r = rows * part / splits; r < rows * (part + 1) / splits; r++) {
        const WindowRow row = {seenRows, rowsSeen(r, seenRows), places[last], image[last], window[last], strides[last], low[last], channels, once};
        const i64 large = b * largeSize, small = b * smallSize + r * rowSize;
        WindowOperands<T> operands = {};
        operands.to = to + (gradient ? large : small);
        if constexpr (Kind != kSumPoolGradient) operands.from = address<T>(x, frame) + large;
        if constexpr (Kind == kSumPoolGradient) operands.other = address<T>(x, frame) + small;
        if constexpr (Kind == kMaxPoolGradient) operands.other = address<T>(second, frame) + small;
        if constexpr (Kind == kMaxPoolSelect) operands.other = address<T>(second, frame) + large;
        runWindows<Kind, T>(row, operands);
      }
    });
  }

  template <class T>
  void runAs(const Frame &frame, ShapewiseFailure &failure) const {
    switch (kind) {
      case kMaxPool: return compute<kMaxPool, T>(frame, failure);
      case kMaxPoolGradient: return compute<kMaxPoolGradient, T>(frame, failure);
      case kMaxPoolSelect: return compute<kMaxPoolSelect, T>(frame, failure);
      case kSumPool: return compute<kSumPool, T>(frame, failure);
      default: return compute<kSumPoolGradient, T>(frame, failure);
    }
  }
  void run(const Frame &frame, ShapewiseFailure &failure) override {
    if (out.elements == 0) return;
    if (x.elements == 0 || (kind == kMaxPoolGradient && second.elements == 0)) {
      // Windows without elements.
      __builtin_memset(address(out, frame), 0, out.bytes());
      return;
    }
#define CALL(T) runAs<T>(frame, failure)
    FOR_TYPE(x.dtype, CALL)
#undef CALL
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
