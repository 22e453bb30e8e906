// What the kernels need from the machine that hosts them, and the few types that a freestanding library lacks.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifndef SHAPEWISE_VARIANT
#define SHAPEWISE_VARIANT baseline
#endif
/// Bytes of one vector register; the only thing that differs between the code paths.
#ifndef SHAPEWISE_VECTOR_BYTES
#define SHAPEWISE_VECTOR_BYTES 16
#endif

/// Why a program was refused or a run stopped; the host turns it into a message.
struct ShapewiseFailure {
  int32_t kind;
  int32_t tag;
  double first;
  double second;
  double third;
};

enum ShapewiseFailureKind : int32_t {
  kNoFailure = 0,
  kIndexOutside = 1,
  kNotPositiveDefinite = 2,
  kOutOfMemory = 3,
};

/// A failure as the five numbers that JavaScript reads.
inline void tellFailure(const ShapewiseFailure &failure, double *numbers) {
  numbers[0] = failure.kind;
  numbers[1] = failure.tag;
  numbers[2] = failure.first;
  numbers[3] = failure.second;
  numbers[4] = failure.third;
}

typedef void (*ShapewiseTask)(void *context, int64_t index, int thread);

extern "C" {
/// Memory aligned to 64 bytes, or null.
void *shapewise_allocate(size_t bytes);
void shapewise_release(void *memory);
/// Threads that take part in `shapewise_parallel`, the caller included.
int shapewise_threads();
/// Runs task(context, 0 … count − 1, thread) on all threads and waits.
void shapewise_parallel(ShapewiseTask task, void *context, int64_t count);
/// A block of one thread's own, at least `bytes` long, which stays until the next request for the same slot.
void *shapewise_scratch(int thread, int slot, size_t bytes);
/// Since some time in the past.
double shapewise_seconds();
}

namespace shapewise {

/// The code paths' tables of entry points, one for each way the kernels are compiled.
struct Library {
  const char *name;
  /// Null if the program is malformed; `reason` then says where.
  void *(*load)(const int32_t *words, size_t count, const char **reason);
  void (*unload)(void *program);
  /// Addresses of inputs then outputs, as doubles (which hold every address exactly).
  int (*run)(void *program, const double *addresses, ShapewiseFailure *failure);
  /// How many addresses `run` takes.
  int (*arity)(void *program);
};

}  // namespace shapewise

#ifndef SHAPEWISE_PLACEMENT_NEW
#define SHAPEWISE_PLACEMENT_NEW
inline void *operator new(size_t, void *place) noexcept { return place; }
#endif
