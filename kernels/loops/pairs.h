// Pairs of instructions on float32 at once: what the first gives the second stays in a register. Both round as each does alone.
#pragma once
#include "loops/elementwise.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

template <i32 Operation, class V>
inline V applied(V x, V y) {
  if constexpr (Operation == kAdd) return x + y;
  else if constexpr (Operation == kSub) return x - y;
  else if constexpr (Operation == kMul) return x * y;
  else if constexpr (Operation == kMax) return larger(x, y);
  else return smaller(x, y);
}

/// Makes `x` a number of its own: compilers would take a product and a sum together and round once.
inline void keepRounded(F32 &x) {
#if SHAPEWISE_VECTOR_BYTES >= 64
  asm("" : "+v"(x));
#elif defined(__x86_64__)
  asm("" : "+x"(x));
#elif defined(__aarch64__)
  asm("" : "+w"(x));
#endif
}

/// out = Second(First(a, b), c), or Second(c, First(a, b)).
template <i32 First, i32 Second, bool Swapped>
void applyPair(void *out, const void *a, const void *b, const void *c, i64 count) {
  const auto pair = [](F32 x, F32 y, F32 z) {
    F32 between = applied<First>(x, y);
    keepRounded(between);
    return Swapped ? applied<Second>(z, between) : applied<Second>(between, z);
  };
  const float *x = static_cast<const float *>(a), *y = static_cast<const float *>(b), *z = static_cast<const float *>(c);
  float *to = static_cast<float *>(out);
  i64 i = 0;
  for (; i + kLanes <= count; i += kLanes) store(to + i, pair(load<F32>(x + i), load<F32>(y + i), load<F32>(z + i)));
  const i64 rest = count - i;
  if (rest > 0) storePart(to + i, pair(loadPart<F32>(x + i, rest), loadPart<F32>(y + i, rest), loadPart<F32>(z + i, rest)), rest);
}

template <i32 First>
inline TileFunction pairAfter(i32 second, bool swapped) {
  switch (second) {
    case kAdd: return swapped ? applyPair<First, kAdd, true> : applyPair<First, kAdd, false>;
    case kSub: return swapped ? applyPair<First, kSub, true> : applyPair<First, kSub, false>;
    case kMul: return swapped ? applyPair<First, kMul, true> : applyPair<First, kMul, false>;
    case kMax: return swapped ? applyPair<First, kMax, true> : applyPair<First, kMax, false>;
    case kMin: return swapped ? applyPair<First, kMin, true> : applyPair<First, kMin, false>;
    default: return nullptr;
  }
}

/// The function of two operations on float32, of which the second takes what the first gives as its first or second operand.
inline TileFunction pairFunction(i32 first, i32 second, bool swapped) {
  switch (first) {
    case kAdd: return pairAfter<kAdd>(second, swapped);
    case kSub: return pairAfter<kSub>(second, swapped);
    case kMul: return pairAfter<kMul>(second, swapped);
    default: return nullptr;
  }
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
