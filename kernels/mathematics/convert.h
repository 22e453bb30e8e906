// Conversions between element types as the reference does them: integers wrap, 16-bit floats round to nearest even.
#pragma once
#include "mathematics/mathematics.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

inline float decodeHalf(u16 half) {
  const u32 sign = static_cast<u32>(half & 0x8000) << 16;
  const u32 rest = half & 0x7fff;
  if (rest >= 0x7c00) return bits<float>(sign | 0x7f800000u | (rest << 13));
  if (rest < 0x0400) {
    const float value = static_cast<float>(rest) * 5.9604644775390625e-8f;
    return bits<float>(bits<u32>(value) | sign);
  }
  return bits<float>(sign | ((rest << 13) + 0x38000000u));
}
inline u16 encodeHalf(double value) {
  const u16 sign = bits<int64_t>(value) < 0 ? 0x8000 : 0;
  if (value != value) return sign | 0x7e00;
  const double size = value < 0 ? -value : value;
  if (size >= 65520) return sign | 0x7c00;
  // Adding 2^k rounds to a multiple of 2^(k − 52): the place of the last bit that a half keeps.
  int exponent = static_cast<int>((bits<int64_t>(size) >> 52) & 2047) - 1023;
  if (exponent < -14) exponent = -14;
  const double magic = bits<double>(static_cast<int64_t>(exponent + 42 + 1023) << 52);
  const double sum = size + magic;
  const double rounded = sum - magic;
  const double units = rounded * bits<double>(static_cast<int64_t>(10 - exponent + 1023) << 52);
  return sign | static_cast<u16>(((exponent + 14) << 10) + static_cast<int>(units));
}
inline float decodeBrain(u16 brain) { return bits<float>(static_cast<u32>(brain) << 16); }
inline u16 encodeBrain(double value) {
  const float single = static_cast<float>(value);
  const u32 word = bits<u32>(single);
  if (value != value) return static_cast<u16>((word >> 16) | 0x40);
  // Where rounding to a float ended in the middle of two patterns, the double itself tells to which side it belongs.
  const double size = value < 0 ? -value : value;
  const double rounded = single < 0 ? -single : single;
  const bool middle = (word & 0xffff) == 0x8000 && size != rounded;
  const u32 up = middle ? (size > rounded ? 1u : 0u) : (word >> 16) & 1;
  return static_cast<u16>((word + 0x7fff + up) >> 16);
}

/// The same for vectors of floats. A 16-bit float is the lower half of its word.
template <int N>
struct SmallFloats {
  using F = Vector<float, N>;
  using I = Vector<i32, N>;
  using U = Vector<u32, N>;

  static F decodeBrain(U brain) { return bits<F>(brain << 16); }
  static U encodeBrain(F x) {
    const U word = bits<U>(x);
    const U rounded = word + 0x7fff + ((word >> 16) & 1);
    return ((word & 0x7fffffffu) > 0x7f800000u ? word | 0x400000u : rounded) >> 16;
  }
  static F decodeHalf(U half) {
    const U sign = (half & 0x8000u) << 16;
    const U rest = half & 0x7fffu;
    const U normal = (rest << 13) + (rest < 0x7c00u ? U{} + 0x38000000u : U{} + 0x70000000u);
    const U tiny = bits<U>(__builtin_convertvector(bits<I>(rest), F) * 5.9604644775390625e-8f);
    return bits<F>(sign | (rest < 0x0400u ? tiny : normal));
  }
  static U encodeHalf(F x) {
    const U word = bits<U>(x);
    const U size = word & 0x7fffffffu;
    // Where a half has no exponent left, ½ has its last bit at 2^−24, like a half.
    const U tiny = bits<U>(bits<F>(size) + 0.5f) - 0x3f000000u;
    const U normal = (size + 0xc8000fffu + ((size >> 13) & 1)) >> 13;
    const U huge = size > 0x7f800000u ? U{} + 0x7e00u : U{} + 0x7c00u;
    return ((word >> 16) & 0x8000u) | (size < 0x38800000u ? tiny : size < 0x47800000u ? normal : huge);
  }

  /// Elements that lie side by side, as many as fill vectors; how many those are.
  static i64 load(float *to, const u16 *from, i32 dtype, i64 count) {
    i64 i = 0;
    for (; i + N <= count; i += N) {
      const U stored = __builtin_convertvector(SHAPEWISE_VARIANT::load<Vector<u16, N>>(from + i), U);
      SHAPEWISE_VARIANT::store(to + i, dtype == kFloat16 ? decodeHalf(stored) : decodeBrain(stored));
    }
    return i;
  }
  static i64 store(u16 *to, const float *from, i32 dtype, i64 count) {
    using H = Vector<u16, N>;
    i64 i = 0;
    for (; i + N <= count; i += N) {
      const F x = SHAPEWISE_VARIANT::load<F>(from + i);
      const U encoded = dtype == kFloat16 ? encodeHalf(x) : encodeBrain(x);
      SHAPEWISE_VARIANT::store(to + i, __builtin_convertvector(encoded, H));
    }
    return i;
  }
};

/// Truncated and wrapped modulo 2^32; NaN and infinities give 0.
inline i32 wrapToInteger(double x) {
  if (x > -2147483649.0 && x < 2147483648.0) return static_cast<i32>(x);
  if (!(x - x == 0)) return 0;
  const int64_t word = bits<int64_t>(x);
  const int exponent = static_cast<int>((word >> 52) & 2047) - 1075;
  const uint64_t mantissa = (word & INT64_C(0x000fffffffffffff)) | (UINT64_C(1) << 52);
  u32 value = 0;
  if (exponent >= 0 && exponent < 32) value = static_cast<u32>(mantissa << exponent);
  if (exponent < 0 && exponent > -64) value = static_cast<u32>(mantissa >> -exponent);
  return static_cast<i32>(word < 0 ? 0u - value : value);
}

/// How a value is held while it is computed with: 16-bit floats as floats, bytes and booleans as 32-bit integers.
enum RegisterKind : u8 { kFloatRegister, kDoubleRegister, kIntegerRegister };
inline RegisterKind registerOf(i32 dtype) {
  if (dtype == kFloat64) return kDoubleRegister;
  return dtype == kFloat32 || dtype == kFloat16 || dtype == kBfloat16 ? kFloatRegister : kIntegerRegister;
}
/// Stored elements can be used as they are.
inline bool storedAsRegister(i32 dtype) {
  return dtype == kFloat32 || dtype == kFloat64 || dtype == kInt32 || dtype == kUint32;
}

inline float widen16(i32 dtype, u16 stored) { return dtype == kFloat16 ? decodeHalf(stored) : decodeBrain(stored); }

/// Loads `count` elements `stride` apart into a register tile.
inline void loadElements(void *to, const char *from, i32 dtype, i64 stride, i64 count) {
  switch (dtype) {
    case kFloat64: {
      double *t = static_cast<double *>(to);
      const double *f = reinterpret_cast<const double *>(from);
      if (stride == 1) __builtin_memcpy(t, f, count * 8);
      else for (i64 i = 0; i < count; i++) t[i] = f[i * stride];
      return;
    }
    case kFloat16:
    case kBfloat16: {
      float *t = static_cast<float *>(to);
      const u16 *f = reinterpret_cast<const u16 *>(from);
      i64 i = stride == 1 ? SmallFloats<kLanes>::load(t, f, dtype, count) : 0;
      for (; i < count; i++) t[i] = widen16(dtype, f[i * stride]);
      return;
    }
    case kUint8:
    case kBool: {
      i32 *t = static_cast<i32 *>(to);
      const u8 *f = reinterpret_cast<const u8 *>(from);
      if (stride == 1) for (i64 i = 0; i < count; i++) t[i] = f[i];
      else for (i64 i = 0; i < count; i++) t[i] = f[i * stride];
      return;
    }
    default: {
      i32 *t = static_cast<i32 *>(to);
      const i32 *f = reinterpret_cast<const i32 *>(from);
      if (stride == 1) {
        for (i64 i = 0; i < count; i++) t[i] = f[i];
      } else if (stride == 0) {
        const i32 value = *f;
        for (i64 i = 0; i < count; i++) t[i] = value;
      } else {
        for (i64 i = 0; i < count; i++) t[i] = f[i * stride];
      }
    }
  }
}

/// Stores a register tile.
inline void storeElements(char *to, const void *from, i32 dtype, i64 stride, i64 count) {
  switch (dtype) {
    case kFloat64: {
      const double *f = static_cast<const double *>(from);
      double *t = reinterpret_cast<double *>(to);
      for (i64 i = 0; i < count; i++) t[i * stride] = f[i];
      return;
    }
    case kFloat16:
    case kBfloat16: {
      const float *f = static_cast<const float *>(from);
      u16 *t = reinterpret_cast<u16 *>(to);
      i64 i = stride == 1 ? SmallFloats<kLanes>::store(t, f, dtype, count) : 0;
      for (; i < count; i++) t[i * stride] = dtype == kFloat16 ? encodeHalf(f[i]) : encodeBrain(f[i]);
      return;
    }
    case kUint8:
    case kBool: {
      const i32 *f = static_cast<const i32 *>(from);
      u8 *t = reinterpret_cast<u8 *>(to);
      for (i64 i = 0; i < count; i++) t[i * stride] = static_cast<u8>(f[i]);
      return;
    }
    default: {
      const i32 *f = static_cast<const i32 *>(from);
      i32 *t = reinterpret_cast<i32 *>(to);
      if (stride == 1) for (i64 i = 0; i < count; i++) t[i] = f[i];
      else for (i64 i = 0; i < count; i++) t[i * stride] = f[i];
    }
  }
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
