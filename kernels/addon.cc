// The kernels as a native addon of Node: code path, memory, threads, and the bridge to JavaScript.
#include <node_api.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "platform.h"

namespace shapewise {
#if defined(__x86_64__)
namespace avx512 {
Library libraryOfVariant();
}
namespace avx2 {
Library libraryOfVariant();
}
#endif
namespace baseline {
Library libraryOfVariant();
}
}  // namespace shapewise

namespace {

using shapewise::Library;

constexpr int kMaxThreads = 64;
constexpr int kSlots = 5;

// Memory ----------------------------------------------------------------------------------------------------------------

struct Block {
  void *memory = nullptr;
  size_t bytes = 0;
};
Block scratch[kMaxThreads][kSlots];
/// A sanitizer sees what is written behind a block only if nothing is left free there.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kExactScratch = true;
#else
constexpr bool kExactScratch = false;
#endif

// Threads ---------------------------------------------------------------------------------------------------------------

int threadCount = 0;
thread_local int ownThread = -1;

/// What all threads work on: indices are handed out one by one.
struct Job {
  ShapewiseTask task;
  void *context;
  int64_t count;
};
Job job;
std::atomic<int64_t> nextIndex{0};
std::atomic<uint32_t> generation{0};
std::atomic<int> working{0};
std::atomic<int> sleeping{0};
int started = 0;
pthread_mutex_t sleepLock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
/// Programs run one at a time, whichever JavaScript thread asks.
pthread_mutex_t runLock = PTHREAD_MUTEX_INITIALIZER;

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

void workOff(int thread) {
  const Job current = job;
  for (;;) {
    const int64_t index = nextIndex.fetch_add(1, std::memory_order_relaxed);
    if (index >= current.count) return;
    current.task(current.context, index, thread);
  }
}

/// Waits in a loop for about as long as a step of a small network leaves between two kernels, then sleeps.
constexpr int kSpins = 4000;

void *workerMain(void *argument) {
  ownThread = static_cast<int>(reinterpret_cast<intptr_t>(argument));
  uint32_t seen = 0;
  for (;;) {
    int spins = 0;
    while (generation.load(std::memory_order_acquire) == seen) {
      if (++spins < kSpins) {
        relax();
        continue;
      }
      pthread_mutex_lock(&sleepLock);
      sleeping.fetch_add(1);
      while (generation.load() == seen) pthread_cond_wait(&wake, &sleepLock);
      sleeping.fetch_sub(1);
      pthread_mutex_unlock(&sleepLock);
    }
    seen = generation.load(std::memory_order_acquire);
    workOff(ownThread);
    working.fetch_sub(1, std::memory_order_release);
  }
  return nullptr;
}

int coresOfMachine() {
#if defined(__linux__)
  cpu_set_t set;
  int cores = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  // Two threads of one core share its arithmetic units.
  if (FILE *file = fopen("/sys/devices/system/cpu/smt/active", "r")) {
    if (fgetc(file) == '1' && cores > 1) cores = (cores + 1) / 2;
    fclose(file);
  }
#else
  int cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
#endif
  return cores;
}

void chooseThreads() {
  const char *wanted = getenv("SHAPEWISE_THREADS");
  const int asked = wanted != nullptr ? atoi(wanted) : 0;
  const int count = asked > 0 ? asked : coresOfMachine();
  threadCount = count < 1 ? 1 : count > kMaxThreads ? kMaxThreads : count;
}

void startWorkers() {
  while (started < threadCount - 1) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    const intptr_t number = started + 1;
    if (pthread_create(&thread, &attributes, workerMain, reinterpret_cast<void *>(number)) != 0) threadCount = started + 1;
    else started++;
    pthread_attr_destroy(&attributes);
  }
}

}  // namespace

extern "C" {

/// Blocks of many pages are mapped by large ones where the system has them: fewer faults, fewer misses in its tables.
constexpr size_t kLargePage = 2 << 20;

void *shapewise_allocate(size_t bytes) {
  void *memory = nullptr;
  const bool large = bytes >= 2 * kLargePage;
  if (posix_memalign(&memory, large ? kLargePage : 64, bytes == 0 ? 64 : bytes) != 0) return nullptr;
#if defined(__linux__)
  if (large) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}
void shapewise_release(void *memory) { free(memory); }
int shapewise_threads() { return threadCount; }

void *shapewise_scratch(int thread, int slot, size_t bytes) {
  Block &block = scratch[thread][slot];
  if (block.bytes < bytes || (kExactScratch && block.bytes != bytes)) {
    free(block.memory);
    block.bytes = kExactScratch ? bytes : bytes + bytes / 4 + 4096;
    block.memory = shapewise_allocate(block.bytes);
    if (block.memory == nullptr) block.bytes = 0;
  }
  return block.memory;
}

void shapewise_parallel(ShapewiseTask task, void *context, int64_t count) {
  if (ownThread > 0) {
    for (int64_t i = 0; i < count; i++) task(context, i, ownThread);
    return;
  }
  startWorkers();
  job = {task, context, count};
  nextIndex.store(0, std::memory_order_relaxed);
  working.store(started, std::memory_order_relaxed);
  generation.fetch_add(1);
  if (sleeping.load() > 0) {
    pthread_mutex_lock(&sleepLock);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&sleepLock);
  }
  workOff(0);
  for (int spins = 0; working.load(std::memory_order_acquire) != 0; spins++) {
    if (spins < kSpins) relax();
    else sched_yield();
  }
}

}  // extern "C"

// JavaScript ----------------------------------------------------------------------------------------------------------------

namespace {

Library library;

void chooseLibrary() {
  const char *wanted = getenv("SHAPEWISE_ISA");
  library = shapewise::baseline::libraryOfVariant();
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool hasAvx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  const auto allowed = [wanted](const char *name) { return wanted == nullptr || strcmp(wanted, name) == 0; };
  if (hasAvx2 && allowed("avx2")) library = shapewise::avx2::libraryOfVariant();
  if (hasAvx512 && allowed("avx512")) library = shapewise::avx512::libraryOfVariant();
#else
  (void)wanted;
#endif
}

void release(napi_env, void *program, void *) {
  pthread_mutex_lock(&runLock);
  library.unload(program);
  pthread_mutex_unlock(&runLock);
}

/// load(words: Int32Array): a program, or the reason why it was refused.
napi_value load(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  napi_typedarray_type type;
  size_t length = 0;
  void *data = nullptr;
  napi_value result = nullptr;
  if (argc < 1 || napi_get_typedarray_info(env, argv[0], &type, &length, &data, nullptr, nullptr) != napi_ok || type != napi_int32_array) {
    napi_throw_type_error(env, nullptr, "load: the program must be an Int32Array");
    return nullptr;
  }
  const char *reason = "out of memory";
  void *program = library.load(static_cast<const int32_t *>(data), length, &reason);
  if (program == nullptr) napi_create_string_utf8(env, reason, NAPI_AUTO_LENGTH, &result);
  else napi_create_external(env, program, release, nullptr, &result);
  return result;
}

/// run(program, addresses: Float64Array, failure: Float64Array[5]): the kind of failure, 0 for none.
napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  void *program = nullptr;
  void *addresses = nullptr;
  void *failed = nullptr;
  size_t count = 0, room = 0;
  napi_typedarray_type type, failureType;
  if (argc < 3 || napi_get_value_external(env, argv[0], &program) != napi_ok ||
      napi_get_typedarray_info(env, argv[1], &type, &count, &addresses, nullptr, nullptr) != napi_ok || type != napi_float64_array ||
      napi_get_typedarray_info(env, argv[2], &failureType, &room, &failed, nullptr, nullptr) != napi_ok ||
      failureType != napi_float64_array || room < 5 || count != static_cast<size_t>(library.arity(program))) {
    napi_throw_type_error(env, nullptr, "run: wrong arguments");
    return nullptr;
  }
  ShapewiseFailure failure;
  pthread_mutex_lock(&runLock);
  const int kind = library.run(program, static_cast<const double *>(addresses), &failure);
  pthread_mutex_unlock(&runLock);
  if (kind != kNoFailure) {
    double *out = static_cast<double *>(failed);
    out[0] = failure.kind;
    out[1] = failure.tag;
    out[2] = failure.first;
    out[3] = failure.second;
    out[4] = failure.third;
  }
  napi_value result;
  napi_create_int32(env, kind, &result);
  return result;
}

/// addressOf(buffer: ArrayBuffer): where its bytes lie. They do not move while the buffer lives.
napi_value addressOf(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  void *data = nullptr;
  size_t bytes = 0;
  if (argc < 1 || napi_get_arraybuffer_info(env, argv[0], &data, &bytes) != napi_ok) {
    napi_throw_type_error(env, nullptr, "addressOf: not an ArrayBuffer");
    return nullptr;
  }
  napi_value result;
  napi_create_double(env, static_cast<double>(reinterpret_cast<uintptr_t>(data)), &result);
  return result;
}

void define(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  static bool ready = false;
  pthread_mutex_lock(&runLock);
  if (!ready) {
    chooseLibrary();
    chooseThreads();
    ready = true;
  }
  pthread_mutex_unlock(&runLock);
  define(env, exports, "load", load);
  define(env, exports, "run", run);
  define(env, exports, "addressOf", addressOf);
  napi_value value;
  napi_create_string_utf8(env, library.name, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, exports, "isa", value);
  napi_create_int32(env, threadCount, &value);
  napi_set_named_property(env, exports, "threads", value);
  return exports;
}
