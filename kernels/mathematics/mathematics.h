// Elementary functions on vectors of floats and doubles, from range reductions and Taylor series.
// Against correctly rounded results: floats within 3 units in the last place (erf: 4), doubles within 2 to 4, wherever the
// result is not subnormal.
#pragma once
#include "mathematics/large-angles.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Functions on doubles, N at a time.
template <int N>
struct Doubles {
  using V = Vector<double, N>;
  using I = Vector<int64_t, N>;

  static V splat(double x) { return x - V{}; }
  static V magnitude(V x) { return bits<V>(bits<I>(x) & (I{} + INT64_C(0x7fffffffffffffff))); }
  /// 2^n for n in the normal range.
  static V power2(I n) { return bits<V>((n + 1023) << 52); }
  static V isNaN(V x, V value) { return x != x ? x : value; }
  /// Nearest integer of |x| < 2^51, as a double.
  static V nearest(V x) {
    const V magic = splat(6755399441055744.0);
    return (x + magic) - magic;
  }
  /// An integer-valued double of |x| < 2^51 as an integer.
  static I integer(V x) { return bits<I>(x + 6755399441055744.0) - bits<I>(splat(6755399441055744.0)); }
  static V floor(V x) {
    const V size = magnitude(x);
    V rounded = nearest(x);
    rounded = rounded > x ? rounded - 1.0 : rounded;
    // Beyond 2^51 every double is an integer (or half of one up to 2^52, which the first branch of `wide` handles).
    V wide = x;
    for (int i = 0; i < N; i++) {
      if (size[i] >= 2251799813685248.0 && size[i] < 9007199254740992.0) {
        const double truncated = static_cast<double>(static_cast<int64_t>(x[i]));
        wide[i] = truncated > x[i] ? truncated - 1.0 : truncated;
      }
    }
    const V result = size < 2251799813685248.0 ? rounded : wide;
    return x == 0.0 ? x : result;
  }
  static V sqrt(V x) {
    V y;
    for (int i = 0; i < N; i++) y[i] = __builtin_sqrt(x[i]);
    return y;
  }

  /// exp(x) − 1 for |x| ≤ ln 2 / 2: Taylor series to x^14.
  static V smallExpm1(V r) {
    V p = splat(1.0 / 87178291200.0);
    p = p * r + 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    return r + r * r * p;
  }
  static V exp(V given) {
    V x = given > 710.0 ? splat(710.0) : given;
    x = x < -746.0 ? splat(-746.0) : x;
    x = x != x ? splat(0) : x;
    const V n = nearest(x * 1.4426950408889634);
    const V r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
    // Two factors, so that neither leaves the range of exponents.
    const I whole = integer(n);
    const I half = whole >> 1;
    const V result = (1.0 + smallExpm1(r)) * power2(half) * power2(whole - half);
    return given != given ? given : result;
  }
  static V expm1(V given) {
    V x = given > 710.0 ? splat(710.0) : given;
    x = x < -40.0 ? splat(-40.0) : x;
    x = x != x ? splat(0) : x;
    const V n = nearest(x * 1.4426950408889634);
    const V r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
    const I whole = integer(n);
    const I half = whole >> 1;
    const V low = power2(half);
    const V high = power2(whole - half);
    const V small = smallExpm1(r);
    // 2^n·(exp(r) − 1) + (2^n − 1), scaled down where 2^n alone would overflow.
    const V sum = whole > 1000 ? (small + 1.0) * low * high : small * low * high + (low * high - 1.0);
    const V result = whole == 0 ? small : sum;
    return given != given || given == 0.0 ? given : result;
  }
  /// log(m · 2^e) for finite positive numbers: m in [√½, √2), s = (m − 1) / (m + 1), log m = 2 artanh s.
  static V log(V x) {
    const I tiny = x < 2.2250738585072014e-308;
    const V scaled = tiny ? x * 18014398509481984.0 : x;
    I word = bits<I>(scaled);
    I exponent = ((word >> 52) & 2047) - 1023;
    V m = bits<V>((word & INT64_C(0x000fffffffffffff)) | (I{} + INT64_C(0x3ff0000000000000)));
    const I upper = m > 1.4142135623730951;
    m = upper ? m * 0.5 : m;
    exponent = exponent - upper;
    exponent = tiny ? exponent - 54 : exponent;
    const V e = __builtin_convertvector(exponent, V);
    const V f = m - 1.0;
    const V s = f / (m + 1.0);
    const V z = s * s;
    V p = splat(2.0 / 25);
    p = p * z + 2.0 / 23;
    p = p * z + 2.0 / 21;
    p = p * z + 2.0 / 19;
    p = p * z + 2.0 / 17;
    p = p * z + 2.0 / 15;
    p = p * z + 2.0 / 13;
    p = p * z + 2.0 / 11;
    p = p * z + 2.0 / 9;
    p = p * z + 2.0 / 7;
    p = p * z + 2.0 / 5;
    p = p * z + 2.0 / 3;
    // f − (f²/2 − s·(f²/2 + z·p)): the leading term is exact.
    const V half = 0.5 * f * f;
    const V rest = half - s * (half + z * p);
    V result = e * 0.693147180369123816490 - ((rest - e * 1.90821492927058770002e-10) - f);
    result = x == 0.0 ? splat(-__builtin_inf()) : result;
    result = x < 0.0 ? splat(__builtin_nan("")) : result;
    result = x == __builtin_inf() ? x : result;
    return x != x ? x : result;
  }
  static V log1p(V x) {
    const V u = 1.0 + x;
    // log(u) belongs to the rounded 1 + x; the second term makes up for what rounding lost.
    const V lost = (u - 1.0) - x;
    const V result = log(u) - lost / u;
    const I plain = (u == 1.0) | (x == 0.0);
    V chosen = plain ? x : result;
    chosen = x == __builtin_inf() ? x : chosen;
    return x == -1.0 ? splat(-__builtin_inf()) : chosen;
  }
  static V tanh(V x) {
    const V size = magnitude(x);
    const V capped = size > 22.0 ? splat(22.0) : size;
    const V e = expm1(capped + capped);
    const V result = e / (e + 2.0);
    const V signedResult = x < 0.0 ? -result : result;
    return x != x || x == 0.0 ? x : signedResult;
  }
  static V sine(V given, int64_t quarter) {
    const V n = nearest(given * 0.63661977236758134);
    // π/2 in three parts of 33 bits: exact products with n up to 2^20.
    V r = given - n * 1.57079632673412561417e+00;
    r = r - n * 6.07710050630396597660e-11;
    r = r - n * 2.02226624871116645580e-21;
    I q = integer(n);
    const V size = magnitude(given);
    const I isFar = size > 1048576.0;
    int64_t far = 0;
    for (int i = 0; i < N; i++) far |= isFar[i];
    for (int i = 0; far != 0 && i < N; i++) {
      double rest = 0;
      if (isFar[i] == 0 || !(size[i] < __builtin_inf())) continue;
      q[i] = quarterTurns(given[i], &rest);
      r[i] = rest;
    }
    q = q + quarter;
    const V z = r * r;
    V s = splat(1.0 / 355687428096000.0);
    s = s * z - 1.0 / 1307674368000.0;
    s = s * z + 1.0 / 6227020800.0;
    s = s * z - 1.0 / 39916800.0;
    s = s * z + 1.0 / 362880.0;
    s = s * z - 1.0 / 5040.0;
    s = s * z + 1.0 / 120.0;
    s = s * z - 1.0 / 6.0;
    s = r + r * z * s;
    V c = splat(-1.0 / 6402373705728000.0);
    c = c * z + 1.0 / 20922789888000.0;
    c = c * z - 1.0 / 87178291200.0;
    c = c * z + 1.0 / 479001600.0;
    c = c * z - 1.0 / 3628800.0;
    c = c * z + 1.0 / 40320.0;
    c = c * z - 1.0 / 720.0;
    c = c * z + 1.0 / 24.0;
    c = 1.0 - (0.5 * z - z * z * c);
    const V value = (q & 1) == 1 ? c : s;
    const V result = (q & 2) == 2 ? -value : value;
    return size < __builtin_inf() ? result : splat(__builtin_nan(""));
  }
  static V sin(V x) { return x == 0.0 ? x : sine(x, 0); }
  static V cos(V x) { return sine(x, 1); }
  /// Reduced to |t| ≤ tan(π/16) by atan x = c + atan((x − tan c) / (1 + x tan c)).
  static V atan(V x) {
    const V size = magnitude(x);
    const I large = size > 1.0;
    const V y = large ? 1.0 / size : size;
    const I above = y > 0.66817863791929899;   // tan(3π/16)
    const I between = y > 0.19891236737965800; // tan(π/16)
    V center = between ? splat(0.41421356237309503) : splat(0);
    V angle = between ? splat(0.39269908169872414) : splat(0);
    center = above ? splat(1.0) : center;
    angle = above ? splat(0.78539816339744828) : angle;
    const V t = (y - center) / (1.0 + y * center);
    const V z = t * t;
    V p = splat(-1.0 / 27);
    p = p * z + 1.0 / 25;
    p = p * z - 1.0 / 23;
    p = p * z + 1.0 / 21;
    p = p * z - 1.0 / 19;
    p = p * z + 1.0 / 17;
    p = p * z - 1.0 / 15;
    p = p * z + 1.0 / 13;
    p = p * z - 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z - 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z - 1.0 / 3;
    const V inner = angle + (t + t * z * p);
    const V result = large ? 1.5707963267948966 - inner : inner;
    const V signedResult = x < 0.0 ? -result : result;
    return x != x || x == 0.0 ? x : signedResult;
  }
};

/// The error function: a series of positive terms near zero, a continued fraction further out
/// (Abramowitz and Stegun, 7.1.6 and 7.1.14).
inline double errorFunction(double x) {
  const double size = x < 0 ? -x : x;
  if (x != x) return x;
  if (size > 5.93) return x > 0 ? 1 : -1;
  using One = Doubles<2>;
  const double square = x * x;
  const double bell = One::exp(One::splat(-square))[0];
  if (size < 2.6) {
    double term = x, sum = x;
    for (int n = 1; n < 200; n++) {
      term *= 2 * square / (2 * n + 1);
      const double next = sum + term;
      if (next == sum) break;
      sum = next;
    }
    return 1.1283791670955126 * bell * sum;
  }
  double tail = size;
  for (int level = 32; level > 0; level--) tail = size + level / 2.0 / tail;
  const double complement = 0.5641895835477563 * bell / tail;
  return x > 0 ? 1 - complement : complement - 1;
}

/// The remainder of a / b for a, b > 0, exact: long division, bit by bit.
inline double remainder(double a, double b) {
  if (a < b) return a;
  constexpr u64 kOne = UINT64_C(1) << 52;
  // value = mantissa · 2^(exponent − 1075); subnormal numbers have no leading one and the exponent of the smallest normal ones.
  const auto exponentOf = [](double v) { return static_cast<int>(most(1, static_cast<i64>(bits<u64>(v) >> 52))); };
  const auto mantissaOf = [](double v) { return (bits<u64>(v) & (kOne - 1)) | (bits<u64>(v) >> 52 != 0 ? kOne : 0); };
  const u64 divisor = mantissaOf(b);
  u64 rest = mantissaOf(a) % divisor;
  const int last = exponentOf(b);
  for (int exponent = exponentOf(a); exponent > last; exponent--) {
    rest += rest;
    if (rest >= divisor) rest -= divisor;
  }
  // 2^(last − 1075), which may be subnormal.
  const double unit = bits<double>(last > 52 ? static_cast<u64>(last - 52) << 52 : UINT64_C(1) << (last - 1));
  return static_cast<double>(rest) * unit;
}

/// a − ⌊a / b⌋ · b: the remainder with the sign of b, also where it is 0.
inline double flooredRemainder(double a, double b) {
  const double x = a < 0 ? -a : a, y = b < 0 ? -b : b;
  if (!(x < __builtin_inf()) || !(y == y) || y == 0) return __builtin_nan("");
  const double r = x < y ? x : remainder(x, y);
  if (r == 0) return b < 0 ? -0.0 : 0.0;
  return (a < 0) == (b < 0) ? (b < 0 ? -r : r) : (b < 0 ? r + b : b - r);
}

/// IEEE 754 pow.
inline double power(double a, double b) {
  if (b == 0 || a == 1) return 1;
  if (a != a || b != b) return __builtin_nan("");
  const double size = a < 0 ? -a : a;
  const double exponentSize = b < 0 ? -b : b;
  const bool whole = exponentSize >= 9007199254740992.0 ||
                     static_cast<double>(static_cast<int64_t>(b)) == b;
  const bool odd = whole && exponentSize < 9007199254740992.0 && (static_cast<int64_t>(b) & 1) != 0;
  if (exponentSize == __builtin_inf()) {
    if (size == 1) return 1;
    return (size > 1) == (b > 0) ? __builtin_inf() : 0;
  }
  const bool negative = bits<int64_t>(a) < 0;
  if (size == 0 || size == __builtin_inf()) {
    const double limit = (size == 0) == (b > 0) ? 0 : __builtin_inf();
    return negative && odd ? -limit : limit;
  }
  if (negative && !whole) return __builtin_nan("");
  if (whole && exponentSize <= 64) {
    double result = 1, square = size;
    for (int64_t rest = static_cast<int64_t>(exponentSize); rest > 0; rest >>= 1) {
      if (rest & 1) result *= square;
      square *= square;
    }
    // An overflow or a subnormal on the way says nothing about the reciprocal; those go the long way.
    if (result < 1e300 && result > 1e-300) {
      if (b < 0) result = 1 / result;
      return negative && odd ? -result : result;
    }
  }
  if (b == 0.5) return __builtin_sqrt(a);
  using One = Doubles<2>;
  const double result = One::exp(One::splat(b * One::log(One::splat(size))[0]))[0];
  return negative && odd ? -result : result;
}

/// Functions on floats, N at a time.
template <int N>
struct Floats {
  using V = Vector<float, N>;
  using I = Vector<i32, N>;
  using Half = Vector<float, N / 2>;
  using Wide = Doubles<N / 2>;

  static V splat(float x) { return x - V{}; }
  static V magnitude(V x) { return bits<V>(bits<I>(x) & 0x7fffffff); }
  static V power2(I n) { return bits<V>((n + 127) << 23); }
  static V nearest(V x) {
    const V magic = splat(12582912.0f);
    return (x + magic) - magic;
  }
  static I integer(V x) { return bits<I>(x + 12582912.0f) - bits<I>(splat(12582912.0f)); }
  static V floor(V x) {
    // From 2^23 on every float is an integer, and conversion would overflow.
    const V size = magnitude(x);
    const V inside = size < 8388608.0f ? x : splat(0);
    const V truncated = __builtin_convertvector(__builtin_convertvector(inside, I), V);
    const V lower = truncated > inside ? truncated - 1.0f : truncated;
    const V result = size < 8388608.0f ? lower : x;
    return x == 0.0f ? x : result;
  }
  static V sqrt(V x) {
    V y;
    for (int i = 0; i < N; i++) y[i] = __builtin_sqrtf(x[i]);
    return y;
  }
  static V smallExpm1(V r) {
    V p = splat(1.0f / 5040);
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    return r + r * r * p;
  }
  static V exp(V given) {
    V x = given > 89.0f ? splat(89.0f) : given;
    x = x < -104.0f ? splat(-104.0f) : x;
    x = x != x ? splat(0) : x;
    const V n = nearest(x * 1.44269504f);
    const V r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    const I whole = integer(n);
    const I half = whole >> 1;
    const V result = (1.0f + smallExpm1(r)) * power2(half) * power2(whole - half);
    return given != given ? given : result;
  }
  static V expm1(V given) {
    V x = given > 89.0f ? splat(89.0f) : given;
    x = x < -20.0f ? splat(-20.0f) : x;
    x = x != x ? splat(0) : x;
    const V n = nearest(x * 1.44269504f);
    const V r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    const I whole = integer(n);
    const I half = whole >> 1;
    const V low = power2(half);
    const V high = power2(whole - half);
    const V small = smallExpm1(r);
    const V sum = whole > 120 ? (small + 1.0f) * low * high : small * low * high + (low * high - 1.0f);
    const V result = whole == 0 ? small : sum;
    const I plain = (given != given) | (given == 0.0f);
    return plain ? given : result;
  }
  static V log(V x) {
    const I tiny = x < 1.17549435e-38f;
    const V scaled = tiny ? x * 33554432.0f : x;
    const I word = bits<I>(scaled);
    I exponent = ((word >> 23) & 255) - 127;
    V m = bits<V>((word & 0x007fffff) | 0x3f800000);
    const I upper = m > 1.41421356f;
    m = upper ? m * 0.5f : m;
    exponent = exponent - upper;
    exponent = tiny ? exponent - 25 : exponent;
    const V e = __builtin_convertvector(exponent, V);
    const V f = m - 1.0f;
    const V s = f / (m + 1.0f);
    const V z = s * s;
    V p = splat(2.0f / 11);
    p = p * z + 2.0f / 9;
    p = p * z + 2.0f / 7;
    p = p * z + 2.0f / 5;
    p = p * z + 2.0f / 3;
    const V half = 0.5f * f * f;
    const V rest = half - s * (half + z * p);
    V result = e * 0.693359375f - ((rest - e * -2.12194440e-4f) - f);
    result = x == 0.0f ? splat(-__builtin_inff()) : result;
    result = x < 0.0f ? splat(__builtin_nanf("")) : result;
    result = x == __builtin_inff() ? x : result;
    return x != x ? x : result;
  }
  static V log1p(V x) {
    const V u = 1.0f + x;
    const V lost = (u - 1.0f) - x;
    const V result = log(u) - lost / u;
    const I plain = (u == 1.0f) | (x == 0.0f);
    V chosen = plain ? x : result;
    chosen = x == __builtin_inff() ? x : chosen;
    return x == -1.0f ? splat(-__builtin_inff()) : chosen;
  }
  static V tanh(V x) {
    const V size = magnitude(x);
    const V capped = size > 10.0f ? splat(10.0f) : size;
    const V e = expm1(capped + capped);
    const V result = e / (e + 2.0f);
    const V signedResult = x < 0.0f ? -result : result;
    const I plain = (x != x) | (x == 0.0f);
    return plain ? x : signedResult;
  }
  /// A Maclaurin series near zero, beyond it 1 − exp(−x²)·p(1 / (1 + q·x)) (Abramowitz and Stegun, 7.1.26).
  static V erf(V x) {
    const V size = magnitude(x);
    const V z = x * x;
    V near = splat(1.0f / 6894720.0f * -1.0f);
    near = near * z + 1.0f / 685440.0f;
    near = near * z - 1.0f / 75600.0f;
    near = near * z + 1.0f / 9360.0f;
    near = near * z - 1.0f / 1320.0f;
    near = near * z + 1.0f / 216.0f;
    near = near * z - 1.0f / 42.0f;
    near = near * z + 1.0f / 10.0f;
    near = near * z - 1.0f / 3.0f;
    near = 1.12837917f * (x + x * z * near);
    const V t = 1.0f / (1.0f + 0.3275911f * size);
    V p = splat(1.061405429f);
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    const V far = 1.0f - p * t * exp(-z);
    const V signedFar = x < 0.0f ? -far : far;
    const V result = size < 0.9f ? near : signedFar;
    const I plain = (x != x) | (x == 0.0f);
    return plain ? x : result;
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
