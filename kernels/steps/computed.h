// The types that routines are computed in.
#pragma once
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Calls the template for the three types that routines are computed in.
#define FOR_TYPE(dtype, call)                     \
  switch (dtype) {                                \
    case kFloat32: call(float); break;            \
    case kFloat64: call(double); break;           \
    default: call(i32);                           \
  }

inline bool isComputed(i32 dtype) { return dtype == kFloat32 || dtype == kFloat64 || dtype == kInt32; }

/// Whole numbers as wide as a type.
template <class T>
struct IntegerAsWide { using Type = i32; };
template <>
struct IntegerAsWide<double> { using Type = i64; };
template <class T>
using IntegerOf = typename IntegerAsWide<T>::Type;

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
