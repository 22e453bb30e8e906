// Orders of rows.
#pragma once
#include "steps/computed.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Stable order of the last axis; NaN last.
struct ArgSort final : Allocated<ArgSort> {
  bool descending = false;
  Operand x, out;

  static Step *read(Reader &reader, const Extents &extents) {
    ArgSort *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->descending = reader.choice(2, "a sort has an unknown order") != 0;
    step->x = reader.contiguousOperand(extents);
    step->out = reader.contiguousOperand(extents);
    reader.expect(isComputed(step->x.dtype) && step->out.dtype == kInt32 && step->out.elements == step->x.elements &&
                      step->x.rank >= 1 && (step->out.kind == kOutput || step->out.kind == kArena),
                  "a sort has operands that do not fit");
    return step;
  }
  template <class T>
  bool before(T a, T b) const {
    if (a != a || b != b) return a == a;
    return descending ? a > b : a < b;
  }
  /// Merge sort from runs of one.
  template <class T>
  void sortRow(const T *values, i32 *order, i32 *spare, i64 n) const {
    for (i64 i = 0; i < n; i++) order[i] = static_cast<i32>(i);
    i32 *from = order;
    i32 *to = spare;
    for (i64 run = 1; run < n; run *= 2) {
      for (i64 start = 0; start < n; start += 2 * run) {
        i64 left = start, right = least(n, start + run);
        const i64 leftEnd = right, rightEnd = least(n, start + 2 * run);
        for (i64 k = start; k < rightEnd; k++) {
          const bool takeRight = left == leftEnd || (right < rightEnd && before(values[from[right]], values[from[left]]));
          to[k] = takeRight ? from[right++] : from[left++];
        }
      }
      i32 *swap = from;
      from = to;
      to = swap;
    }
    if (from != order) __builtin_memcpy(order, from, n * sizeof(i32));
  }
  void run(const Frame &frame, ShapewiseFailure &) override {
    const i64 n = x.sizes[x.rank - 1];
    if (x.elements == 0) return;
    const i64 rows = x.elements / n;
    parallel(rows, x.elements > 8192, [&](i64 row, int thread) {
      i32 *spare = static_cast<i32 *>(shapewise_scratch(thread, 0, n * sizeof(i32)));
      i32 *order = address<i32>(out, frame) + row * n;
#define CALL(T) sortRow<T>(address<T>(x, frame) + row * n, order, spare, n)
      FOR_TYPE(x.dtype, CALL)
#undef CALL
    });
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
