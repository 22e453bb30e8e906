// What a loop folds its rows into: sums, products, largest and smallest values.
#pragma once
#include "loops/elementwise.h"
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

enum Reduction : i32 { kSum, kProduct, kLargest, kSmallest, kReductions };

struct LoopReduction {
  i32 kind;
  i32 value;
  /// Of the values that are reduced.
  i32 dtype;
  Operand operand;
};

template <class T, int N>
struct Fold {
  using V = Vector<T, N>;
  static V combine(i32 kind, V a, V b) {
    switch (kind) {
      case kSum: return a + b;
      case kProduct: return a * b;
      case kLargest: return larger(a, b);
      default: return smaller(a, b);
    }
  }
  template <i32 Kind>
  static void intoAs(T *accumulator, const T *values, i64 count) {
    i64 i = 0;
    for (; i + N <= count; i += N) store(accumulator + i, combine(Kind, load<V>(accumulator + i), load<V>(values + i)));
    if (i < count)
      storePart(accumulator + i, combine(Kind, loadPart<V>(accumulator + i, count - i), loadPart<V>(values + i, count - i)),
                count - i);
  }
  static void into(i32 kind, T *accumulator, const T *values, i64 count) {
    switch (kind) {
      case kSum: return intoAs<kSum>(accumulator, values, count);
      case kProduct: return intoAs<kProduct>(accumulator, values, count);
      case kLargest: return intoAs<kLargest>(accumulator, values, count);
      default: return intoAs<kSmallest>(accumulator, values, count);
    }
  }
  static T one(i32 kind, T a, T b) {
    switch (kind) {
      case kSum: return a + b;
      case kProduct: return a * b;
      case kLargest: return larger(a, b);
      default: return smaller(a, b);
    }
  }
  /// All of a row.
  static T row(i32 kind, const T *values, i64 count) {
    if (count < 2 * N) {
      T result = values[0];
      for (i64 i = 1; i < count; i++) result = one(kind, result, values[i]);
      return result;
    }
    V sum = load<V>(values);
    i64 i = N;
    for (; i + N <= count; i += N) sum = combine(kind, sum, load<V>(values + i));
    T result = sum[0];
    for (int k = 1; k < N; k++) result = one(kind, result, sum[k]);
    for (; i < count; i++) result = one(kind, result, values[i]);
    return result;
  }
};

/// Reductions of each register kind; unsigned integers only differ in what is largest.
inline void foldInto(const LoopReduction &r, void *accumulator, const void *values, i64 count) {
  switch (registerOf(r.dtype)) {
    case kFloatRegister:
      return Fold<float, kLanes>::into(r.kind, static_cast<float *>(accumulator), static_cast<const float *>(values), count);
    case kDoubleRegister:
      return Fold<double, kDoubleLanes>::into(r.kind, static_cast<double *>(accumulator), static_cast<const double *>(values),
                                             count);
    default:
      if (r.dtype == kInt32 && r.kind >= kLargest)
        return Fold<i32, kLanes>::into(r.kind, static_cast<i32 *>(accumulator), static_cast<const i32 *>(values), count);
      return Fold<u32, kLanes>::into(r.kind, static_cast<u32 *>(accumulator), static_cast<const u32 *>(values), count);
  }
}
inline void foldRow(const LoopReduction &r, void *accumulator, const void *values, i64 count) {
  switch (registerOf(r.dtype)) {
    case kFloatRegister:
      *static_cast<float *>(accumulator) = Fold<float, kLanes>::row(r.kind, static_cast<const float *>(values), count);
      return;
    case kDoubleRegister:
      *static_cast<double *>(accumulator) = Fold<double, kDoubleLanes>::row(r.kind, static_cast<const double *>(values), count);
      return;
    default:
      if (r.dtype == kInt32 && r.kind >= kLargest)
        *static_cast<i32 *>(accumulator) = Fold<i32, kLanes>::row(r.kind, static_cast<const i32 *>(values), count);
      else
        *static_cast<u32 *>(accumulator) = Fold<u32, kLanes>::row(r.kind, static_cast<const u32 *>(values), count);
  }
}
/// What a reduction of nothing gives.
inline void fillNeutral(const LoopReduction &r, void *accumulator, i64 count) {
  const double neutral = r.kind == kSum ? 0 : r.kind == kProduct ? 1 : r.kind == kLargest ? -__builtin_inf() : __builtin_inf();
  for (i64 i = 0; i < count; i++) {
    if (registerOf(r.dtype) == kFloatRegister) static_cast<float *>(accumulator)[i] = static_cast<float>(neutral);
    else if (registerOf(r.dtype) == kDoubleRegister) static_cast<double *>(accumulator)[i] = neutral;
    else static_cast<i32 *>(accumulator)[i] = r.kind == kProduct ? 1 : 0;
  }
}

inline i64 registerBytes(RegisterKind kind) { return kind == kDoubleRegister ? 8 : 4; }

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
