// The kernels as a WebAssembly module: an allocator on the linear memory, and the exports that JavaScript calls. Compiled twice: for
// one thread, and with atomics for several on a shared memory.
#include "hosts/wasm-threads.h"
#include "machine/platform.h"

namespace shapewise {
namespace simd128 {
Library libraryOfVariant();
}
}  // namespace shapewise

namespace {

constexpr size_t kPage = 65536;

/// Blocks of sizes 64 · 2^k and 64 · 1.5 · 2^k; freed ones wait in a list of their size.
struct Header {
  size_t sizeClass;
  Header *next;
};
constexpr size_t kHeader = 64;
Header *freed[64];
size_t top = 0;

size_t bytesOfClass(size_t sizeClass) {
  const size_t base = static_cast<size_t>(64) << (sizeClass / 2);
  return sizeClass % 2 == 0 ? base : base + base / 2;
}

extern "C" unsigned char __heap_base;

void *takeFresh(size_t bytes) {
  if (top == 0) top = (reinterpret_cast<size_t>(&__heap_base) + 63) / 64 * 64;
  const size_t end = top + bytes;
  const size_t have = __builtin_wasm_memory_size(0) * kPage;
  if (end < top) return nullptr;
  if (end > have) {
    // Growing by an eighth keeps the number of times small.
    size_t wanted = end + have / 8;
    size_t pages = (wanted - have + kPage - 1) / kPage;
    if (__builtin_wasm_memory_grow(0, pages) == static_cast<size_t>(-1)) {
      pages = (end - have + kPage - 1) / kPage;
      if (__builtin_wasm_memory_grow(0, pages) == static_cast<size_t>(-1)) return nullptr;
    }
  }
  void *memory = reinterpret_cast<void *>(top);
  top = end;
  return memory;
}

uint32_t heapLock = 0;

struct Block {
  void *memory;
  size_t bytes;
};
Block scratch[kMaxThreads][5];

}  // namespace

extern "C" {

void *shapewise_allocate(size_t bytes) {
  if (bytes > 0xf0000000u) return nullptr;
  size_t sizeClass = 0;
  while (bytesOfClass(sizeClass) < bytes) sizeClass++;
  const Guard guard(&heapLock);
  Header *header = freed[sizeClass];
  if (header != nullptr) {
    freed[sizeClass] = header->next;
  } else {
    header = static_cast<Header *>(takeFresh(kHeader + bytesOfClass(sizeClass)));
    if (header == nullptr) return nullptr;
    header->sizeClass = sizeClass;
  }
  return reinterpret_cast<char *>(header) + kHeader;
}

void shapewise_release(void *memory) {
  if (memory == nullptr) return;
  Header *header = reinterpret_cast<Header *>(static_cast<char *>(memory) - kHeader);
  const Guard guard(&heapLock);
  header->next = freed[header->sizeClass];
  freed[header->sizeClass] = header;
}

#ifdef __wasm_atomics__

int shapewise_threads() { return static_cast<int>(threadCount); }

void shapewise_parallel(ShapewiseTask task, void *context, int64_t count) {
  if (ownThread == 0 && threadCount > 1 && count <= 0xffffffff) return runOnAll(task, context, static_cast<uint32_t>(count));
  for (int64_t i = 0; i < count; i++) task(context, i, ownThread);
}

#else

int shapewise_threads() { return 1; }

void shapewise_parallel(ShapewiseTask task, void *context, int64_t count) {
  for (int64_t i = 0; i < count; i++) task(context, i, 0);
}

#endif

void *shapewise_scratch(int thread, int slot, size_t bytes) {
  Block &block = scratch[thread][slot];
  if (block.bytes < bytes) {
    shapewise_release(block.memory);
    block.bytes = bytes + bytes / 4;
    block.memory = shapewise_allocate(block.bytes);
    if (block.memory == nullptr) block.bytes = 0;
  }
  return block.memory;
}

/// Milliseconds of the host's clock.
__attribute__((import_module("env"), import_name("now"))) double importedNow();

double shapewise_seconds() { return importedNow() / 1000; }

void *memcpy(void *to, const void *from, size_t bytes) {
  char *t = static_cast<char *>(to);
  const char *f = static_cast<const char *>(from);
#pragma clang loop vectorize(disable)
  for (size_t i = 0; i < bytes; i++) {
    t[i] = f[i];
    asm volatile("");
  }
  return to;
}
void *memmove(void *to, const void *from, size_t bytes) {
  char *t = static_cast<char *>(to);
  const char *f = static_cast<const char *>(from);
  if (t < f) return memcpy(to, from, bytes);
  for (size_t i = bytes; i > 0; i--) {
    t[i - 1] = f[i - 1];
    asm volatile("");
  }
  return to;
}
void *memset(void *to, int value, size_t bytes) {
  char *t = static_cast<char *>(to);
  for (size_t i = 0; i < bytes; i++) {
    t[i] = static_cast<char>(value);
    asm volatile("");
  }
  return to;
}

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("allocate") void *exportedAllocate(size_t bytes) { return shapewise_allocate(bytes); }
EXPORT("release") void exportedRelease(void *memory) { shapewise_release(memory); }

/// A program, or 0 with the address of the reason in `reason`.
EXPORT("load") void *exportedLoad(const int32_t *words, size_t count, const char **reason) {
  return shapewise::simd128::libraryOfVariant().load(words, count, reason);
}
EXPORT("unload") void exportedUnload(void *program) { shapewise::simd128::libraryOfVariant().unload(program); }

/// The kind of failure; `failed` takes five numbers.
EXPORT("run") int exportedRun(void *program, const double *addresses, double *failed) {
  ShapewiseFailure failure;
  const int kind = shapewise::simd128::libraryOfVariant().run(program, addresses, &failure);
  tellFailure(failure, failed);
  return kind;
}

#ifdef __wasm_atomics__

/// Before anything else in an instance: which of how many threads it is, and whether it may sleep.
EXPORT("enter") void exportedEnter(int thread, int threads, int sleeps) {
  ownThread = thread;
  maySleep = sleeps != 0;
  threadCount = static_cast<uint32_t>(threads < kMaxThreads ? threads : kMaxThreads);
}
/// Takes part in the work of thread 0; does not return.
EXPORT("assist") void exportedAssist() { assistForever(); }
/// Waits for an order and runs it; whether the host wants to hear of it.
EXPORT("serve") int exportedServe() {
  serveOne([](Order &order) {
    return exportedRun(order.program, reinterpret_cast<const double *>(&order + 1), order.failed);
  });
  return static_cast<int>(__atomic_exchange_n(&awaited, 0u, __ATOMIC_SEQ_CST));
}
EXPORT("submit") uint32_t exportedSubmit(Order *order) { return submit(order); }
/// How many orders are finished; with `tell`, the next that is not is told of.
EXPORT("finished") uint32_t exportedFinished(int tell) {
  if (tell != 0) atomicStore(&awaited, 1u);
  return atomicLoad(&finished);
}
EXPORT("waitFor") int exportedWaitFor(uint32_t number) { return waitFor(number) ? 1 : 0; }
/// Whether a program has had work for several threads.
EXPORT("wanted") int exportedWanted() { return static_cast<int>(atomicLoad(&wanted)); }
EXPORT("isLost") int exportedIsLost() { return static_cast<int>(atomicLoad(&lost)); }
/// A worker stopped where it should not have.
EXPORT("lose") void exportedLose() { atomicStore(&lost, 1u); }

#endif

}  // extern "C"
