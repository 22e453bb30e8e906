// The larger and the smaller of two values: NaN if one is NaN, and −0 before 0.
#pragma once
#include "machine/vector.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Of equal values only zeros differ: in the bit of the sign.
template <bool Larger, class V>
inline V equalExtreme(V x, V y) {
  using Ones = decltype(x == y);
  if constexpr (sizeof(Ones) == sizeof(V)) {
    const Ones a = bits<Ones>(x), b = bits<Ones>(y);
    return bits<V>(Larger ? a & b : a | b);
  } else {
    return x != 0 ? x : Larger ? x + y : -(-x - y);
  }
}
// NaN on the left is found by the first condition; with NaN on the right no comparison holds.
template <class V>
inline V larger(V x, V y) {
  const V rest = x == y ? equalExtreme<true>(x, y) : y;
  return ((x != x) | (x > y)) ? x : rest;
}
template <class V>
inline V smaller(V x, V y) {
  const V rest = x == y ? equalExtreme<false>(x, y) : y;
  return ((x != x) | (x < y)) ? x : rest;
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
