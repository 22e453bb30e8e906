// Angles so large that the quarter turns in them cannot be counted in doubles.
// (Payne and Hanek, "Radian reduction for trigonometric functions", 1983.)
#pragma once
#include "machine/vector.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// 2/π, in words after the binary point.
constexpr u32 kTwoOverPi[] = {
    0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu, 0xdebbc561u,
    0xb7246e3au, 0x424dd2e0u, 0x06492eeau, 0x09d1921cu, 0xfe1deb1cu, 0xb129a73eu, 0xe88235f5u, 0x2ebb4484u,
    0xe99c7026u, 0xb45f7e41u, 0x3991d639u, 0x835339f4u, 0x9c845f8bu, 0xbdf9283bu, 0x1ff897ffu, 0xde05980fu,
    0xef2f118bu, 0x5a0a6d1fu, 0x6d367ecfu, 0x27cb09b7u, 0x4f463f66u, 0x9e5fea2du, 0x7527bac7u, 0xebe5f17bu,
    0x3d0739f7u, 0x8a5292eau, 0x6bfb5fb1u, 0x1f8d5d08u, 0x56033046u, 0xfc7b6babu,
};

/// The number of quarter turns nearest to a finite |angle| ≥ 1, modulo 4, and the rest of the angle in −π/4 … π/4.
inline int64_t quarterTurns(double angle, double *rest) {
  const u64 word = bits<u64>(angle);
  // |angle| = m · 2^exponent. Words of 2/π whose products with it are whole turns are left out.
  const int exponent = static_cast<int>((word >> 52) & 2047) - 1075;
  const u64 m = (word & UINT64_C(0x000fffffffffffff)) | (UINT64_C(1) << 52);
  const int first = exponent < 2 ? 0 : (exponent - 2) / 32;
  constexpr int kWords = 7;
  // m times the next words, the lowest word first: enough for a rest of 2^-62, the smallest there is.
  u32 product[kWords + 2] = {};
  for (int half = 0; half < 2; half++) {
    const u64 factor = static_cast<u32>(m >> (32 * half));
    u64 carry = 0;
    for (int i = 0; i < kWords; i++) {
      carry += factor * kTwoOverPi[first + kWords - 1 - i] + product[i + half];
      product[i + half] = static_cast<u32>(carry);
      carry >>= 32;
    }
    product[kWords + half] = static_cast<u32>(carry);
  }
  const int point = 32 * kWords - (exponent - 32 * first);
  const auto wordAt = [&](int bit) {
    const u64 both = product[bit / 32] | static_cast<u64>(product[bit / 32 + 1]) << 32;
    return static_cast<u64>(static_cast<u32>(both >> (bit % 32)));
  };
  int64_t turns = static_cast<int64_t>(wordAt(point) & 3);
  u64 high = wordAt(point - 32) << 32 | wordAt(point - 64);
  u64 low = wordAt(point - 96) << 32 | wordAt(point - 128);
  const bool beyond = (high >> 63) != 0;
  if (beyond) {
    turns++;
    low = ~low + 1;
    high = ~high + (low == 0 ? 1 : 0);
  }
  const double part = static_cast<double>(high) * 5.421010862427522e-20 + static_cast<double>(low) * 2.938735877055719e-39;
  const bool negative = (angle < 0) != beyond;
  *rest = (negative ? -part : part) * 1.5707963267948966;
  return angle < 0 ? -turns : turns;
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
