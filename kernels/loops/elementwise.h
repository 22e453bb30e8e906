// Elementwise primitives on tiles of values in registers' form.
#pragma once
#include "mathematics/convert.h"
#include "mathematics/extremes.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

typedef void (*TileFunction)(void *out, const void *a, const void *b, const void *c, i64 count);

/// The order is that of `src/backends/cpu/format.ts`.
enum Operation : i32 {
  kNeg, kExp, kExpm1, kLog, kLog1p, kSqrt, kReciprocal, kSin, kCos, kAtan, kTanh, kErf, kFloor, kNot, kCast, kBitcast,
  kAdd, kSub, kMul, kDiv, kMod, kPow, kMax, kMin, kLess, kLessEqual, kEqual, kAnd, kOr, kXor, kShiftLeft, kShiftRight,
  kWhere, kIndex, kOperations,
};

/// out[i] = F(a[i]) by whole vectors, the rest by a vector filled with zeros.
template <class In, class Out, int N, class F>
inline void mapUnary(void *out, const void *a, i64 count, F f) {
  using VI = Vector<In, N>;
  using VO = Vector<Out, N>;
  const In *x = static_cast<const In *>(a);
  Out *y = static_cast<Out *>(out);
  i64 i = 0;
  for (; i + N <= count; i += N) store(y + i, static_cast<VO>(f(load<VI>(x + i))));
  if (i < count) storePart(y + i, static_cast<VO>(f(loadPart<VI>(x + i, count - i))), count - i);
}
template <class In, class Out, int N, class F>
inline void mapBinary(void *out, const void *a, const void *b, i64 count, F f) {
  using VI = Vector<In, N>;
  using VO = Vector<Out, N>;
  const In *x = static_cast<const In *>(a);
  const In *y = static_cast<const In *>(b);
  Out *z = static_cast<Out *>(out);
  i64 i = 0;
  for (; i + N <= count; i += N) store(z + i, static_cast<VO>(f(load<VI>(x + i), load<VI>(y + i))));
  if (i < count)
    storePart(z + i, static_cast<VO>(f(loadPart<VI>(x + i, count - i), loadPart<VI>(y + i, count - i))), count - i);
}

using F32 = Vector<float, kLanes>;
using I32 = Vector<i32, kLanes>;
using U32 = Vector<u32, kLanes>;
using F64 = Vector<double, kDoubleLanes>;
using I64 = Vector<int64_t, kDoubleLanes>;
using HalfF32 = Vector<float, kDoubleLanes>;
using HalfI32 = Vector<i32, kDoubleLanes>;
using MF = Floats<kLanes>;
using MD = Doubles<kDoubleLanes>;
using Small = SmallFloats<kLanes>;

#define TILE_UNARY(name, In, Out, N, expression)                                         \
  static void name(void *out, const void *a, const void *, const void *, i64 count) {    \
    mapUnary<In, Out, N>(out, a, count, [](auto x) { return expression; });              \
  }
#define TILE_BINARY(name, In, Out, N, expression)                                        \
  static void name(void *out, const void *a, const void *b, const void *, i64 count) {   \
    mapBinary<In, Out, N>(out, a, b, count, [](auto x, auto y) { return expression; });  \
  }
/// One element at a time, for what is rare or does not vectorize.
#define TILE_SCALAR1(name, In, Out, expression)                                          \
  static void name(void *out, const void *a, const void *, const void *, i64 count) {    \
    const In *from = static_cast<const In *>(a);                                         \
    Out *to = static_cast<Out *>(out);                                                   \
    for (i64 i = 0; i < count; i++) {                                                    \
      const In x = from[i];                                                              \
      to[i] = static_cast<Out>(expression);                                              \
    }                                                                                    \
  }
#define TILE_SCALAR2(name, In, Out, expression)                                          \
  static void name(void *out, const void *a, const void *b, const void *, i64 count) {   \
    const In *left = static_cast<const In *>(a);                                         \
    const In *right = static_cast<const In *>(b);                                        \
    Out *to = static_cast<Out *>(out);                                                   \
    for (i64 i = 0; i < count; i++) {                                                    \
      const In x = left[i];                                                              \
      const In y = right[i];                                                             \
      to[i] = static_cast<Out>(expression);                                              \
    }                                                                                    \
  }

namespace floats {
#define VIA_DOUBLE(function) __builtin_convertvector(MD::function(__builtin_convertvector(x, F64)), HalfF32)
TILE_UNARY(neg, float, float, kLanes, -x)
TILE_UNARY(exp, float, float, kLanes, MF::exp(x))
TILE_UNARY(expm1, float, float, kLanes, MF::expm1(x))
TILE_UNARY(log, float, float, kLanes, MF::log(x))
TILE_UNARY(log1p, float, float, kLanes, MF::log1p(x))
TILE_UNARY(sqrt, float, float, kLanes, MF::sqrt(x))
TILE_UNARY(reciprocal, float, float, kLanes, 1.0f / x)
TILE_UNARY(sin, float, float, kDoubleLanes, VIA_DOUBLE(sin))
TILE_UNARY(cos, float, float, kDoubleLanes, VIA_DOUBLE(cos))
TILE_UNARY(atan, float, float, kDoubleLanes, VIA_DOUBLE(atan))
TILE_UNARY(tanh, float, float, kLanes, MF::tanh(x))
TILE_UNARY(erf, float, float, kLanes, MF::erf(x))
TILE_UNARY(floor, float, float, kLanes, MF::floor(x))
TILE_BINARY(add, float, float, kLanes, x + y)
TILE_BINARY(sub, float, float, kLanes, x - y)
TILE_BINARY(mul, float, float, kLanes, x *y)
TILE_BINARY(div, float, float, kLanes, x / y)
TILE_SCALAR2(mod, float, float, flooredRemainder(x, y))
TILE_SCALAR2(pow, float, float, power(x, y))
TILE_BINARY(max, float, float, kLanes, larger(x, y))
TILE_BINARY(min, float, float, kLanes, smaller(x, y))
TILE_BINARY(less, float, i32, kLanes, (x < y) & 1)
TILE_BINARY(lessEqual, float, i32, kLanes, (x <= y) & 1)
TILE_BINARY(equal, float, i32, kLanes, (x == y) & 1)
static void where(void *out, const void *a, const void *b, const void *c, i64 count) {
  const i32 *chosen = static_cast<const i32 *>(a);
  const float *yes = static_cast<const float *>(b);
  const float *no = static_cast<const float *>(c);
  float *to = static_cast<float *>(out);
  i64 i = 0;
  for (; i + kLanes <= count; i += kLanes)
    store(to + i, load<I32>(chosen + i) != 0 ? load<F32>(yes + i) : load<F32>(no + i));
  for (; i < count; i++) to[i] = chosen[i] != 0 ? yes[i] : no[i];
}
TILE_UNARY(toHalf, float, float, kLanes, Small::decodeHalf(Small::encodeHalf(x)))
TILE_UNARY(toBrain, float, float, kLanes, Small::decodeBrain(Small::encodeBrain(x)))
TILE_UNARY(toDouble, float, double, kDoubleLanes, __builtin_convertvector(x, F64))
TILE_SCALAR1(toInteger, float, i32, wrapToInteger(x))
TILE_SCALAR1(toByte, float, i32, wrapToInteger(x) & 255)
TILE_UNARY(toBool, float, i32, kLanes, (x != 0.0f) & 1)
TILE_SCALAR1(halfAsBrain, float, float, decodeBrain(encodeHalf(x)))
TILE_SCALAR1(brainAsHalf, float, float, decodeHalf(encodeBrain(x)))
}  // namespace floats

namespace doubles {
TILE_UNARY(neg, double, double, kDoubleLanes, -x)
TILE_UNARY(exp, double, double, kDoubleLanes, MD::exp(x))
TILE_UNARY(expm1, double, double, kDoubleLanes, MD::expm1(x))
TILE_UNARY(log, double, double, kDoubleLanes, MD::log(x))
TILE_UNARY(log1p, double, double, kDoubleLanes, MD::log1p(x))
TILE_UNARY(sqrt, double, double, kDoubleLanes, MD::sqrt(x))
TILE_UNARY(reciprocal, double, double, kDoubleLanes, 1.0 / x)
TILE_UNARY(sin, double, double, kDoubleLanes, MD::sin(x))
TILE_UNARY(cos, double, double, kDoubleLanes, MD::cos(x))
TILE_UNARY(atan, double, double, kDoubleLanes, MD::atan(x))
TILE_UNARY(tanh, double, double, kDoubleLanes, MD::tanh(x))
TILE_SCALAR1(erf, double, double, errorFunction(x))
TILE_UNARY(floor, double, double, kDoubleLanes, MD::floor(x))
TILE_BINARY(add, double, double, kDoubleLanes, x + y)
TILE_BINARY(sub, double, double, kDoubleLanes, x - y)
TILE_BINARY(mul, double, double, kDoubleLanes, x *y)
TILE_BINARY(div, double, double, kDoubleLanes, x / y)
TILE_SCALAR2(mod, double, double, flooredRemainder(x, y))
TILE_SCALAR2(pow, double, double, power(x, y))
TILE_BINARY(max, double, double, kDoubleLanes, larger(x, y))
TILE_BINARY(min, double, double, kDoubleLanes, smaller(x, y))
TILE_SCALAR2(less, double, i32, x < y)
TILE_SCALAR2(lessEqual, double, i32, x <= y)
TILE_SCALAR2(equal, double, i32, x == y)
static void where(void *out, const void *a, const void *b, const void *c, i64 count) {
  const i32 *chosen = static_cast<const i32 *>(a);
  const double *yes = static_cast<const double *>(b);
  const double *no = static_cast<const double *>(c);
  double *to = static_cast<double *>(out);
  for (i64 i = 0; i < count; i++) to[i] = chosen[i] != 0 ? yes[i] : no[i];
}
TILE_UNARY(toFloat, double, float, kDoubleLanes, __builtin_convertvector(x, HalfF32))
TILE_SCALAR1(toHalf, double, float, decodeHalf(encodeHalf(x)))
TILE_SCALAR1(toBrain, double, float, decodeBrain(encodeBrain(x)))
TILE_SCALAR1(toInteger, double, i32, wrapToInteger(x))
TILE_SCALAR1(toByte, double, i32, wrapToInteger(x) & 255)
TILE_SCALAR1(toBool, double, i32, x != 0)
}  // namespace doubles

namespace integers {
inline i32 wrap(u32 x) { return static_cast<i32>(x); }
inline i32 quotient(i32 a, i32 b) {
  if (b == 0) return 0;
  return b == -1 ? wrap(0u - static_cast<u32>(a)) : a / b;
}
inline i32 floored(i32 a, i32 b) {
  if (b == 0 || b == -1) return 0;
  const i32 r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
template <bool Signed>
inline i32 powerOf(i32 base, i32 exponent) {
  if (Signed && exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
  }
  u32 result = 1, square = static_cast<u32>(base);
  for (u32 rest = static_cast<u32>(exponent); rest > 0; rest >>= 1) {
    if (rest & 1) result *= square;
    square *= square;
  }
  return wrap(result);
}
TILE_UNARY(neg, u32, u32, kLanes, 0u - x)
TILE_UNARY(invert, u32, u32, kLanes, ~x)
TILE_UNARY(isZero, i32, i32, kLanes, (x == 0) & 1)
TILE_BINARY(add, u32, u32, kLanes, x + y)
TILE_BINARY(sub, u32, u32, kLanes, x - y)
TILE_BINARY(mul, u32, u32, kLanes, x *y)
TILE_SCALAR2(div, i32, i32, quotient(x, y))
TILE_SCALAR2(divUnsigned, u32, u32, y == 0 ? 0 : x / y)
TILE_SCALAR2(mod, i32, i32, floored(x, y))
TILE_SCALAR2(modUnsigned, u32, u32, y == 0 ? 0 : x % y)
TILE_SCALAR2(pow, i32, i32, powerOf<true>(x, y))
TILE_SCALAR2(powUnsigned, i32, i32, powerOf<false>(x, y))
TILE_BINARY(max, i32, i32, kLanes, (x > y ? x : y))
TILE_BINARY(min, i32, i32, kLanes, (x < y ? x : y))
TILE_BINARY(maxUnsigned, u32, u32, kLanes, (x > y ? x : y))
TILE_BINARY(minUnsigned, u32, u32, kLanes, (x < y ? x : y))
TILE_BINARY(less, i32, i32, kLanes, (x < y) & 1)
TILE_BINARY(lessEqual, i32, i32, kLanes, (x <= y) & 1)
TILE_BINARY(lessUnsigned, u32, i32, kLanes, (x < y) & 1)
TILE_BINARY(lessEqualUnsigned, u32, i32, kLanes, (x <= y) & 1)
TILE_BINARY(equal, i32, i32, kLanes, (x == y) & 1)
TILE_BINARY(bitAnd, i32, i32, kLanes, x &y)
TILE_BINARY(bitOr, i32, i32, kLanes, x | y)
TILE_BINARY(bitXor, i32, i32, kLanes, x ^ y)
// A distance beyond the width shifts every bit out.
TILE_SCALAR2(shiftLeft, u32, u32, y >= 32 ? 0 : x << y)
TILE_SCALAR2(shiftLeftByte, u32, u32, y >= 8 ? 0 : x << y)
TILE_SCALAR2(shiftLeftBool, u32, u32, y >= 1 ? 0 : x)
TILE_SCALAR2(shiftRight, i32, i32, x >> (y < 0 || y >= 32 ? 31 : y))
TILE_SCALAR2(shiftRightUnsigned, u32, u32, y >= 32 ? 0 : x >> y)
TILE_SCALAR2(shiftRightByte, u32, u32, y >= 8 ? 0 : x >> y)
TILE_SCALAR2(shiftRightBool, u32, u32, y >= 1 ? 0 : x)
TILE_UNARY(toByte, i32, i32, kLanes, x & 255)
TILE_UNARY(toBool, i32, i32, kLanes, (x != 0) & 1)
TILE_UNARY(toFloat, i32, float, kLanes, __builtin_convertvector(x, F32))
TILE_SCALAR1(unsignedToFloat, u32, float, x)
TILE_SCALAR1(toDouble, i32, double, x)
TILE_SCALAR1(unsignedToDouble, u32, double, x)
TILE_SCALAR1(toHalf, i32, float, decodeHalf(encodeHalf(x)))
TILE_SCALAR1(unsignedToHalf, u32, float, decodeHalf(encodeHalf(x)))
TILE_SCALAR1(toBrain, i32, float, decodeBrain(encodeBrain(x)))
TILE_SCALAR1(unsignedToBrain, u32, float, decodeBrain(encodeBrain(x)))
}  // namespace integers

static void copyWords(void *out, const void *a, const void *, const void *, i64 count) {
  __builtin_memcpy(out, a, count * 4);
}
static void copyDoubles(void *out, const void *a, const void *, const void *, i64 count) {
  __builtin_memcpy(out, a, count * 8);
}

inline TileFunction castFunction(i32 from, i32 to) {
  switch (registerOf(from)) {
    case kFloatRegister:
      switch (to) {
        case kFloat32: return copyWords;
        case kFloat64: return floats::toDouble;
        case kFloat16: return floats::toHalf;
        case kBfloat16: return floats::toBrain;
        case kUint8: return floats::toByte;
        case kBool: return floats::toBool;
        default: return floats::toInteger;
      }
    case kDoubleRegister:
      switch (to) {
        case kFloat32: return doubles::toFloat;
        case kFloat64: return copyDoubles;
        case kFloat16: return doubles::toHalf;
        case kBfloat16: return doubles::toBrain;
        case kUint8: return doubles::toByte;
        case kBool: return doubles::toBool;
        default: return doubles::toInteger;
      }
    default:
      const bool isUnsigned = from == kUint32;
      switch (to) {
        case kFloat32: return isUnsigned ? integers::unsignedToFloat : integers::toFloat;
        case kFloat64: return isUnsigned ? integers::unsignedToDouble : integers::toDouble;
        case kFloat16: return isUnsigned ? integers::unsignedToHalf : integers::toHalf;
        case kBfloat16: return isUnsigned ? integers::unsignedToBrain : integers::toBrain;
        case kUint8: return integers::toByte;
        case kBool: return integers::toBool;
        default: return copyWords;
      }
  }
}

inline TileFunction bitcastFunction(i32 from, i32 to) {
  if (bytesOf(from) != bytesOf(to)) return nullptr;
  if (from == kFloat64) return copyDoubles;
  if (from == kFloat16 && to == kBfloat16) return floats::halfAsBrain;
  if (from == kBfloat16 && to == kFloat16) return floats::brainAsHalf;
  return copyWords;
}

/// The function for operands of `dtype`; null where the primitive does not take it.
inline TileFunction tileFunction(i32 operation, i32 dtype) {
  const RegisterKind kind = registerOf(dtype);
  const bool isUnsigned = dtype == kUint32;
  const bool isByte = dtype == kUint8;
  const bool isBool = dtype == kBool;
#define ARITHMETIC(name) \
  return kind == kFloatRegister ? floats::name : kind == kDoubleRegister ? doubles::name : integers::name
#define SIGNED(name, unsignedName)                                                \
  return kind == kFloatRegister ? floats::name : kind == kDoubleRegister ? doubles::name \
         : isUnsigned ? integers::unsignedName : integers::name
#define REAL(name) return kind == kFloatRegister ? floats::name : kind == kDoubleRegister ? doubles::name : nullptr
#define WHOLE(name) return kind == kIntegerRegister ? integers::name : nullptr
  switch (operation) {
    case kNeg: ARITHMETIC(neg);
    case kExp: REAL(exp);
    case kExpm1: REAL(expm1);
    case kLog: REAL(log);
    case kLog1p: REAL(log1p);
    case kSqrt: REAL(sqrt);
    case kReciprocal: REAL(reciprocal);
    case kSin: REAL(sin);
    case kCos: REAL(cos);
    case kAtan: REAL(atan);
    case kTanh: REAL(tanh);
    case kErf: REAL(erf);
    case kFloor:
      if (kind == kIntegerRegister) return copyWords;
      REAL(floor);
    case kNot:
      if (isBool) return integers::isZero;
      WHOLE(invert);
    case kAdd: ARITHMETIC(add);
    case kSub: ARITHMETIC(sub);
    case kMul: ARITHMETIC(mul);
    case kDiv: SIGNED(div, divUnsigned);
    case kMod: SIGNED(mod, modUnsigned);
    case kPow: SIGNED(pow, powUnsigned);
    case kMax: SIGNED(max, maxUnsigned);
    case kMin: SIGNED(min, minUnsigned);
    case kLess: SIGNED(less, lessUnsigned);
    case kLessEqual: SIGNED(lessEqual, lessEqualUnsigned);
    case kEqual: ARITHMETIC(equal);
    case kAnd: WHOLE(bitAnd);
    case kOr: WHOLE(bitOr);
    case kXor: WHOLE(bitXor);
    case kShiftLeft:
      if (isByte) return integers::shiftLeftByte;
      if (isBool) return integers::shiftLeftBool;
      WHOLE(shiftLeft);
    case kShiftRight:
      if (isByte) return integers::shiftRightByte;
      if (isBool) return integers::shiftRightBool;
      if (isUnsigned) return integers::shiftRightUnsigned;
      WHOLE(shiftRight);
    case kWhere: return kind == kDoubleRegister ? doubles::where : floats::where;
    case kIndex: return dtype == kInt32 ? copyWords : nullptr;
    default: return nullptr;
  }
#undef ARITHMETIC
#undef SIGNED
#undef REAL
#undef WHOLE
}

/// What follows an operation so that its result is one that `dtype` can hold; null where it always is.
inline TileFunction roundingFunction(i32 dtype) {
  if (dtype == kFloat16) return floats::toHalf;
  if (dtype == kBfloat16) return floats::toBrain;
  return dtype == kUint8 ? integers::toByte : nullptr;
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
