// Cumulative sums, and where the extremes of an axis are.
#pragma once
#include "steps/computed.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

enum AxisKind : i32 { kCumSum, kCumSumReverse, kArgMax, kArgMin, kAxisKinds };

/// Cumulative sums and indices of extremes along one axis: x [outer, n, inner].
struct AlongAxis final : Allocated<AlongAxis> {
  i32 kind = 0;
  i64 outer = 1, n = 0, inner = 1;
  Operand x, out;

  static Step *read(Reader &reader, const Extents &extents) {
    AlongAxis *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->kind = reader.choice(kAxisKinds, "a routine of an unknown kind");
    const i64 axis = reader.number(0, kMaxRank, "an axis is out of range");
    Operand &x = step->x = reader.contiguousOperand(extents);
    step->out = reader.contiguousOperand(extents);
    reader.expect(axis < x.rank && isComputed(x.dtype), "a routine has operands that do not fit");
    if (reader.failed()) return step;
    for (i64 i = 0; i < axis; i++) step->outer *= x.sizes[i];
    step->n = x.sizes[axis];
    for (i64 i = axis + 1; i < x.rank; i++) step->inner *= x.sizes[i];
    const bool sums = step->kind <= kCumSumReverse;
    reader.expect(step->out.elements == (sums ? x.elements : step->outer * step->inner) &&
                      step->out.dtype == (sums ? x.dtype : kInt32) && (sums || step->n > 0 || step->out.elements == 0) &&
                      (step->out.kind == kOutput || step->out.kind == kArena),
                  "a routine has operands that do not fit");
    return step;
  }
  template <class T, class Sum>
  void sums(const Frame &frame) const {
    const T *from = address<T>(x, frame);
    T *to = address<T>(out, frame);
    for (i64 line = 0; line < outer * inner; line++) {
      const i64 start = line / inner * n * inner + line % inner;
      // −0 is what changes no sum.
      Sum sum = static_cast<Sum>(-0.0);
      for (i64 j = 0; j < n; j++) {
        const i64 at = start + (kind == kCumSumReverse ? n - 1 - j : j) * inner;
        sum += static_cast<Sum>(from[at]);
        to[at] = static_cast<T>(sum);
      }
    }
  }
  template <class T>
  void extremes(const Frame &frame) const {
    const T *from = address<T>(x, frame);
    i32 *to = address<i32>(out, frame);
    for (i64 line = 0; line < outer * inner; line++) {
      const i64 start = line / inner * n * inner + line % inner;
      T best = from[start];
      i32 where = 0;
      for (i64 j = 1; j < n && best == best; j++) {
        const T candidate = from[start + j * inner];
        if ((kind == kArgMax ? candidate > best : candidate < best) || candidate != candidate) {
          best = candidate;
          where = static_cast<i32>(j);
        }
      }
      to[line] = where;
    }
  }
  void run(const Frame &frame, ShapewiseFailure &) override {
    if (kind >= kArgMax) {
#define CALL(T) extremes<T>(frame)
      FOR_TYPE(x.dtype, CALL)
#undef CALL
      return;
    }
    // Sums are collected in doubles, as in the reference; integers wrap.
    if (x.dtype == kFloat32) sums<float, double>(frame);
    else if (x.dtype == kFloat64) sums<double, double>(frame);
    else sums<i32, u32>(frame);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
