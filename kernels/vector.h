// The compilers' generic vectors, with the width a parameter.
#pragma once
#include "platform.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

typedef int64_t i64;
typedef int32_t i32;
typedef uint32_t u32;
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
template <class V, class T>
inline V loadPart(const T *from, i64 count) {
  V v = {};
  __builtin_memcpy(&v, from, count * sizeof(T));
  return v;
}
template <class V, class T>
inline void storePart(T *to, V v, i64 count) {
  __builtin_memcpy(to, &v, count * sizeof(T));
}
template <class To, class From>
inline To bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "same width");
  To to;
  __builtin_memcpy(&to, &from, sizeof(To));
  return to;
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
