// The kernels as a native addon of Node: code path, memory, threads, and the bridge to JavaScript.
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <new>
// The standard library brings what platform.h defines for those without one.
#define SHAPEWISE_PLACEMENT_NEW

#include "hosts/executor.h"
#include "hosts/threads.h"
#include "machine/platform.h"

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

constexpr size_t kLargePage = 2 << 20;

/// Blocks of many pages are mapped by large ones where the system has them: fewer faults, fewer misses in its tables.
void preferLargePages(void *memory, size_t bytes) {
#if defined(__linux__)
  if (bytes < 2 * kLargePage) return;
  const uintptr_t start = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t first = (start + kLargePage - 1) / kLargePage * kLargePage;
  madvise(reinterpret_cast<void *>(first), (start + bytes - first) / kLargePage * kLargePage, MADV_HUGEPAGE);
#else
  (void)memory;
  (void)bytes;
#endif
}

}  // namespace

extern "C" {

void *shapewise_allocate(size_t bytes) {
  void *memory = nullptr;
  const bool large = bytes >= 2 * kLargePage;
  if (posix_memalign(&memory, large ? kLargePage : 64, bytes == 0 ? 64 : bytes) != 0) return nullptr;
  preferLargePages(memory, bytes);
  return memory;
}
void shapewise_release(void *memory) { free(memory); }

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

double shapewise_seconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // extern "C"

// JavaScript ----------------------------------------------------------------------------------------------------------------

namespace {

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

void release(napi_env, void *program, void *) { library.unload(program); }

Environment &environmentOf(napi_env env) {
  void *data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment *>(data);
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

struct RunArguments {
  void *program = nullptr;
  const double *addresses = nullptr;
  size_t count = 0;
  double *failure = nullptr;
};

bool readDoubles(napi_env env, napi_value value, double *&items, size_t &count) {
  napi_typedarray_type type;
  void *data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &count, &data, nullptr, nullptr) != napi_ok || type != napi_float64_array) return false;
  items = static_cast<double *>(data);
  return true;
}

bool readRunArguments(napi_env env, const napi_value *argv, RunArguments &run) {
  double *addresses = nullptr;
  size_t room = 0;
  if (napi_get_value_external(env, argv[0], &run.program) != napi_ok || !readDoubles(env, argv[1], addresses, run.count) ||
      !readDoubles(env, argv[2], run.failure, room) || room < 5)
    return false;
  run.addresses = addresses;
  return run.count == static_cast<size_t>(library.arity(run.program));
}

/// run(program, addresses: Float64Array, failure: Float64Array[5]): the kind of failure, 0 for none.
napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  RunArguments given;
  if (argc < 3 || !readRunArguments(env, argv, given)) {
    napi_throw_type_error(env, nullptr, "run: wrong arguments");
    return nullptr;
  }
  napi_value result;
  napi_create_int32(env, runProgram(given.program, given.addresses, given.failure), &result);
  return result;
}

/// start(program, addresses: Float64Array, failure: Float64Array[5], after: Float64Array): the number of the run; `after` are
/// numbers of earlier ones. Its kind is in failure[0] once it has finished.
napi_value start(napi_env env, napi_callback_info info) {
  size_t argc = 4;
  napi_value argv[4];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  RunArguments given;
  double *after = nullptr;
  size_t builtOn = 0;
  if (argc < 4 || !readRunArguments(env, argv, given) || !readDoubles(env, argv[3], after, builtOn)) {
    napi_throw_type_error(env, nullptr, "start: wrong arguments");
    return nullptr;
  }
  Environment &environment = environmentOf(env);
  if (environment.known == environment.started) napi_ref_threadsafe_function(env, environment.notify);
  environment.started++;
  queueRun(new QueuedRun{&environment, environment.started, given.program, given.failure,
                         std::vector<double>(given.addresses, given.addresses + given.count),
                         std::vector<uint64_t>(after, after + builtOn), nullptr});
  napi_value number;
  napi_create_double(env, static_cast<double>(environment.started), &number);
  return number;
}

/// Takes note of what has finished; the number of the last run. Once it is the last one started, the event loop may end.
uint64_t noteFinished(napi_env env, Environment &environment) {
  const uint64_t last = environment.finished.load(std::memory_order_acquire);
  if (environment.known < environment.started && last == environment.started) napi_unref_threadsafe_function(env, environment.notify);
  environment.known = last;
  return last;
}

/// finished(): the number of the last run that has finished; all before it have.
napi_value finished(napi_env env, napi_callback_info) {
  napi_value number;
  napi_create_double(env, static_cast<double>(noteFinished(env, environmentOf(env))), &number);
  return number;
}

/// wait(number): blocks until that run has finished.
napi_value wait(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  Environment &environment = environmentOf(env);
  double number = 0;
  if (argc < 1 || napi_get_value_double(env, argv[0], &number) != napi_ok || number > static_cast<double>(environment.started)) {
    napi_throw_type_error(env, nullptr, "wait: no such run");
    return nullptr;
  }
  waitForRun(environment, static_cast<uint64_t>(number));
  return nullptr;
}

void tellFinished(napi_env env, napi_value callback, void *context, void *) {
  if (env == nullptr) return;
  Environment &environment = *static_cast<Environment *>(context);
  environment.notified.store(false);
  noteFinished(env, environment);
  napi_value self;
  napi_get_undefined(env, &self);
  napi_call_function(env, self, callback, 0, nullptr, nullptr);
}

/// onFinished(callback): calls back from the event loop whenever runs have finished. Needed once, before the first start.
napi_value onFinished(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  Environment *environment = new Environment();
  napi_value name;
  napi_create_string_utf8(env, "shapewise", NAPI_AUTO_LENGTH, &name);
  if (argc < 1 || napi_create_threadsafe_function(env, argv[0], nullptr, name, 0, 1, nullptr, nullptr, environment, tellFinished,
                                                  &environment->notify) != napi_ok) {
    delete environment;
    napi_throw_type_error(env, nullptr, "onFinished: not a function");
    return nullptr;
  }
  // An idle program may end.
  napi_unref_threadsafe_function(env, environment->notify);
  napi_set_instance_data(env, environment, nullptr, nullptr);
  napi_add_env_cleanup_hook(env, closeEnvironment, environment);
  return nullptr;
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
  preferLargePages(data, bytes);
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
  define(env, exports, "start", start);
  define(env, exports, "finished", finished);
  define(env, exports, "wait", wait);
  define(env, exports, "onFinished", onFinished);
  define(env, exports, "addressOf", addressOf);
  napi_value value;
  napi_create_string_utf8(env, library.name, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, exports, "isa", value);
  napi_create_int32(env, threadCount, &value);
  napi_set_named_property(env, exports, "threads", value);
  return exports;
}
