// The compilers' generic vectors, with the width a parameter.
#pragma once
#include "platform.h"
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace shapewise {
namespace SHAPEWISE_VARIANT {

typedef int64_t i64;
typedef int32_t i32;
typedef uint32_t u32;
typedef uint64_t u64;
typedef uint16_t u16;
typedef uint8_t u8;

template <class T, int N>
struct VectorOf {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};
template <class T, int N>
using Vector = typename VectorOf<T, N>::type;

constexpr int kLanes = SHAPEWISE_VECTOR_BYTES / 4;
constexpr int kDoubleLanes = SHAPEWISE_VECTOR_BYTES / 8;

template <class V, class T>
inline V load(const T *from) {
  V v;
  __builtin_memcpy(&v, from, sizeof(V));
  return v;
}
template <class V, class T>
inline void store(T *to, V v) {
  __builtin_memcpy(to, &v, sizeof(V));
}
template <class To, class From>
inline To bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "same width");
  To to;
  __builtin_memcpy(&to, &from, sizeof(To));
  return to;
}

/// Copies fewer bytes than twice `Piece`, in pieces that halve.
template <int Piece>
inline void copyPart(char *to, const char *from, i64 bytes) {
  if (bytes & Piece) {
    __builtin_memcpy(to, from, Piece);
    to += Piece;
    from += Piece;
  }
  if constexpr (Piece > 1) copyPart<Piece / 2>(to, from, bytes);
}

#if SHAPEWISE_VECTOR_BYTES == 32
/// Ones in the first `count` words of a vector.
inline __m256i firstWords(i64 count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/// The first `count` elements from `from` on, and zeros; nothing behind them is touched.
template <class V, class T>
inline V loadPart(const T *from, i64 count) {
#if SHAPEWISE_VECTOR_BYTES >= 64
  const u64 mask = _bzhi_u64(~UINT64_C(0), static_cast<u32>(count * sizeof(T)));
  if constexpr (sizeof(V) == 64) return bits<V>(_mm512_maskz_loadu_epi8(mask, from));
  if constexpr (sizeof(V) == 32) return bits<V>(_mm256_maskz_loadu_epi8(static_cast<u32>(mask), from));
  if constexpr (sizeof(V) == 16) return bits<V>(_mm_maskz_loadu_epi8(static_cast<u16>(mask), from));
#elif SHAPEWISE_VECTOR_BYTES >= 32
  if constexpr (sizeof(V) == 32 && sizeof(T) >= 4) return bits<V>(_mm256_maskload_epi32(reinterpret_cast<const int *>(from), firstWords(count * sizeof(T) / 4)));
#endif
  V v = {};
  copyPart<sizeof(V)>(reinterpret_cast<char *>(&v), reinterpret_cast<const char *>(from), count * sizeof(T));
  return v;
}
/// Writes the first `count` elements and nothing else.
template <class V, class T>
inline void storePart(T *to, V v, i64 count) {
#if SHAPEWISE_VECTOR_BYTES >= 64
  const u64 mask = _bzhi_u64(~UINT64_C(0), static_cast<u32>(count * sizeof(T)));
  if constexpr (sizeof(V) == 64) return _mm512_mask_storeu_epi8(to, mask, bits<__m512i>(v));
  if constexpr (sizeof(V) == 32) return _mm256_mask_storeu_epi8(to, static_cast<u32>(mask), bits<__m256i>(v));
  if constexpr (sizeof(V) == 16) return _mm_mask_storeu_epi8(to, static_cast<u16>(mask), bits<__m128i>(v));
#elif SHAPEWISE_VECTOR_BYTES >= 32
  if constexpr (sizeof(V) == 32 && sizeof(T) >= 4) return _mm256_maskstore_epi32(reinterpret_cast<int *>(to), firstWords(count * sizeof(T) / 4), bits<__m256i>(v));
#endif
  copyPart<sizeof(V)>(reinterpret_cast<char *>(to), reinterpret_cast<const char *>(&v), count * sizeof(T));
}
/// Turns a block of 8 × 8 four-byte elements: to[j·toStep + i] = from[i·fromStep + j].
template <class T>
inline void turnBlock(const T *from, int64_t fromStep, T *to, int64_t toStep) {
  static_assert(sizeof(T) == 4, "four-byte elements");
  typedef T V __attribute__((vector_size(32)));
  V a[8], b[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) a[i] = load<V>(from + i * fromStep);
  // Pairs of elements, of pairs, and of halves change places.
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; k++) {
    const int i = (k / 2) * 4 + k % 2;
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 2] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    store(to + i * toStep, __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11));
    store(to + (i + 4) * toStep, __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15));
  }
}

/// to[j·toStep + i] = from[i·fromStep + j] for rows × columns elements.
template <class T>
inline void turn(const T *from, int64_t fromStep, int64_t rows, int64_t columns, T *to, int64_t toStep) {
  if constexpr (sizeof(T) == 4) {
    if (rows >= 8 && columns >= 8) {
      // The last blocks lie over those before them where sizes are no multiples of 8.
      for (int64_t i = 0; i < rows; i += 8) {
        const int64_t row = i + 8 <= rows ? i : rows - 8;
        for (int64_t j = 0; j < columns; j += 8) {
          const int64_t column = j + 8 <= columns ? j : columns - 8;
          turnBlock(from + row * fromStep + column, fromStep, to + column * toStep + row, toStep);
        }
      }
      return;
    }
  }
  for (int64_t j = 0; j < columns; j++)
    for (int64_t i = 0; i < rows; i++) to[j * toStep + i] = from[i * fromStep + j];
}

inline i64 least(i64 a, i64 b) { return a < b ? a : b; }
inline i64 most(i64 a, i64 b) { return a > b ? a : b; }
inline i64 roundUp(i64 n, i64 step) { return (n + step - 1) / step * step; }

/// Runs `task` for 0 … count − 1: here if the work is small, on all threads otherwise.
template <class Task>
inline void parallel(i64 count, bool large, const Task &task) {
  if (!large || count < 2 || shapewise_threads() < 2) {
    for (i64 i = 0; i < count; i++) task(i, 0);
    return;
  }
  shapewise_parallel([](void *context, i64 i, int thread) { (*static_cast<const Task *>(context))(i, thread); },
                     const_cast<void *>(static_cast<const void *>(&task)), count);
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
