// The types that routines are computed in.
#pragma once
#include "reader.h"

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

/// Integers wrap, which the language promises for unsigned ones only.
template <class T>
inline T wrappingSum(T a, T b) { return a + b; }
inline i32 wrappingSum(i32 a, i32 b) { return static_cast<i32>(static_cast<u32>(a) + static_cast<u32>(b)); }

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
