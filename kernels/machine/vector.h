// The compilers' generic vectors, with the width a parameter.
#pragma once
#include "machine/platform.h"
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
  if constexpr (sizeof(V) == 32 && sizeof(T) >= 4)
    return bits<V>(_mm256_maskload_epi32(reinterpret_cast<const int *>(from), firstWords(count * sizeof(T) / 4)));
#endif
  if (count * sizeof(T) >= sizeof(V)) return load<V>(from);
  V v = {};
  copyPart<sizeof(V) / 2>(reinterpret_cast<char *>(&v), reinterpret_cast<const char *>(from), count * sizeof(T));
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
  if constexpr (sizeof(V) == 32 && sizeof(T) >= 4)
    return _mm256_maskstore_epi32(reinterpret_cast<int *>(to), firstWords(count * sizeof(T) / 4), bits<__m256i>(v));
#endif
  if (count * sizeof(T) >= sizeof(V)) return store(to, v);
  copyPart<sizeof(V) / 2>(reinterpret_cast<char *>(to), reinterpret_cast<const char *>(&v), count * sizeof(T));
}

inline i64 least(i64 a, i64 b) { return a < b ? a : b; }
inline i64 most(i64 a, i64 b) { return a > b ? a : b; }
inline i64 roundUp(i64 n, i64 step) { return (n + step - 1) / step * step; }

constexpr i64 kCacheLine = 64;

/// Asks for memory that is needed soon, so that it comes while something else is computed.
inline void askToRead(const void *from, i64 bytes) {
  for (i64 at = 0; at < bytes; at += kCacheLine) __builtin_prefetch(static_cast<const char *>(from) + at, 0, 2);
}
inline void askToWrite(const void *from, i64 bytes) {
  for (i64 at = 0; at < bytes; at += kCacheLine) __builtin_prefetch(static_cast<const char *>(from) + at, 1, 2);
}

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
