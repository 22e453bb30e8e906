// Threads of the WebAssembly module: instances of it in several workers, on one shared memory. There is no operating system below:
// the host starts the workers, which stay in `serve` or `assist` for good.
#pragma once
#include "machine/platform.h"

#ifdef __wasm_atomics__

namespace {

constexpr int kMaxThreads = 64;

template <class T>
inline T atomicLoad(const T *from) {
  return __atomic_load_n(from, __ATOMIC_SEQ_CST);
}
template <class T>
inline void atomicStore(T *to, T value) {
  __atomic_store_n(to, value, __ATOMIC_SEQ_CST);
}
inline void atomicWait(const uint32_t *at, uint32_t whileIs, int64_t nanoseconds) {
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int *>(const_cast<uint32_t *>(at)), static_cast<int>(whileIs), nanoseconds);
}
inline void atomicNotify(uint32_t *at) { __builtin_wasm_memory_atomic_notify(reinterpret_cast<int *>(at), ~0u); }

/// For as long as a step leaves between two kernels a loop is the faster way to wait.
constexpr int kSpins = 20000;
constexpr int64_t kForever = -1;
/// Whoever sleeps looks now and then whether another thread is lost.
constexpr int64_t kMillisecond = 1000000;

/// The host's number of threads, and this one's own. Sizes of tasks depend on the former, so that results do not depend on how
/// many threads came in time.
uint32_t threadCount = 1;
thread_local int ownThread = 0;
/// Pages may not put their main thread to sleep.
thread_local bool maySleep = false;
/// A thread has stopped in the middle of a task.
uint32_t lost = 0;

// A lock that is held for a moment ---------------------------------------------------------------------------------------

struct Guard {
  uint32_t *const lock;
  explicit Guard(uint32_t *lock) : lock(lock) {
    while (__atomic_exchange_n(lock, 1u, __ATOMIC_ACQUIRE) != 0)
      while (atomicLoad(lock) != 0) {}
  }
  ~Guard() { __atomic_store_n(lock, 0u, __ATOMIC_RELEASE); }
};

// Regions: one job at a time, whose indices are handed out one by one ------------------------------------------------------------

struct Job {
  ShapewiseTask task;
  void *context;
  uint32_t count;
  uint32_t done;
};
/// The current job and the next one in turn: a thread that comes late still reads what it may not take any more.
Job jobs[2];
/// Number of the job in the upper half, next index in the lower: taking an index fails if the job has changed meanwhile.
uint64_t ticket = 0;
uint32_t sleeping = 0;
uint32_t callerSleeps = 0;
/// Whether threads have been wanted yet: the host starts them then.
uint32_t wanted = 0;

inline uint32_t *jobNumber() { return reinterpret_cast<uint32_t *>(&ticket) + 1; }

/// Works on the current job until nothing is left to take. A task's address means the same in every instance, since all tables
/// are filled by the same module and none is changed afterwards.
void workOff(int thread) {
  uint64_t seen = atomicLoad(&ticket);
  const uint32_t number = static_cast<uint32_t>(seen >> 32);
  Job &job = jobs[number & 1];
  const ShapewiseTask task = __atomic_load_n(&job.task, __ATOMIC_RELAXED);
  void *const context = __atomic_load_n(&job.context, __ATOMIC_RELAXED);
  const uint32_t count = __atomic_load_n(&job.count, __ATOMIC_RELAXED);
  uint32_t finished = 0;
  while (static_cast<uint32_t>(seen >> 32) == number && static_cast<uint32_t>(seen) < count) {
    if (!__atomic_compare_exchange_n(&ticket, &seen, seen + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) continue;
    task(context, static_cast<uint32_t>(seen), thread);
    finished++;
    seen = atomicLoad(&ticket);
  }
  if (finished == 0) return;
  if (__atomic_add_fetch(&job.done, finished, __ATOMIC_SEQ_CST) == count && atomicLoad(&callerSleeps) != 0) atomicNotify(&job.done);
}

/// Threads above 0: takes part in every job there will be.
void assistForever() {
  uint32_t number = atomicLoad(jobNumber());
  for (;;) {
    workOff(ownThread);
    for (int spins = 0; atomicLoad(jobNumber()) == number;) {
      if (++spins < kSpins) continue;
      __atomic_fetch_add(&sleeping, 1u, __ATOMIC_SEQ_CST);
      atomicWait(jobNumber(), number, kForever);
      __atomic_fetch_sub(&sleeping, 1u, __ATOMIC_SEQ_CST);
    }
    number = atomicLoad(jobNumber());
  }
}

/// Whoever runs a program is thread 0; two never do at the same time.
void runOnAll(ShapewiseTask task, void *context, uint32_t count) {
  const uint32_t number = atomicLoad(jobNumber()) + 1;
  Job &job = jobs[number & 1];
  __atomic_store_n(&job.task, task, __ATOMIC_RELAXED);
  __atomic_store_n(&job.context, context, __ATOMIC_RELAXED);
  __atomic_store_n(&job.count, count, __ATOMIC_RELAXED);
  atomicStore(&job.done, 0u);
  atomicStore(&ticket, static_cast<uint64_t>(number) << 32);
  if (atomicLoad(&sleeping) != 0) atomicNotify(jobNumber());
  atomicStore(&wanted, 1u);
  workOff(0);
  for (int spins = 0;; spins++) {
    const uint32_t done = atomicLoad(&job.done);
    if (done == count) return;
    if (atomicLoad(&lost) != 0) __builtin_trap();
    if (spins < kSpins || !maySleep) continue;
    atomicStore(&callerSleeps, 1u);
    atomicWait(&job.done, done, kMillisecond);
    atomicStore(&callerSleeps, 0u);
  }
}

// Orders: programs handed to the thread that does nothing but run them ----------------------------------------------------------

/// Written by the host, which reads `kind` once the order is finished. Behind it lie the addresses, then orders before this one.
struct Order {
  void *program;
  int32_t kind;
  uint32_t addressCount;
  uint32_t afterCount;
  double failed[5];
};
static_assert(sizeof(Order) == 56, "as in src/backends/cpu/wasm/orders.ts");
constexpr int32_t kNotRun = -1;
constexpr uint32_t kMaxOrders = 256;
Order *orders[kMaxOrders];
uint32_t submitted = 0;
uint32_t finished = 0;
uint32_t servantSleeps = 0;
uint32_t hostSleeps = 0;
/// The host wants to be told when an order is finished.
uint32_t awaited = 0;

inline bool isFinished(uint32_t number) { return static_cast<int32_t>(atomicLoad(&finished) - number) >= 0; }

/// Whether all that the order builds on has been run.
inline bool mayRun(const Order &order) {
  const double *addresses = reinterpret_cast<const double *>(&order + 1);
  Order *const *after = reinterpret_cast<Order *const *>(addresses + order.addressCount);
  for (uint32_t i = 0; i < order.afterCount; i++)
    if (after[i]->kind != kNoFailure) return false;
  return true;
}

/// Waits for the next order and runs it.
template <class Run>
void serveOne(const Run &run) {
  const uint32_t number = atomicLoad(&finished);
  for (int spins = 0; atomicLoad(&submitted) == number;) {
    if (++spins < kSpins) continue;
    atomicStore(&servantSleeps, 1u);
    atomicWait(&submitted, number, kForever);
    atomicStore(&servantSleeps, 0u);
  }
  Order &order = *orders[number % kMaxOrders];
  order.kind = mayRun(order) ? run(order) : kNotRun;
  atomicStore(&finished, number + 1);
  if (atomicLoad(&hostSleeps) != 0) atomicNotify(&finished);
}

/// The number that `finished` has to reach for this order. At most `kMaxOrders` may be unfinished.
uint32_t submit(Order *order) {
  const uint32_t number = submitted;
  orders[number % kMaxOrders] = order;
  atomicStore(&submitted, number + 1);
  if (atomicLoad(&servantSleeps) != 0) atomicNotify(&submitted);
  return number + 1;
}

/// False if a thread is lost, so that waiting has no end.
bool waitFor(uint32_t number) {
  for (int spins = 0; !isFinished(number); spins++) {
    if (atomicLoad(&lost) != 0) return false;
    if (spins < kSpins || !maySleep) continue;
    const uint32_t seen = atomicLoad(&finished);
    if (static_cast<int32_t>(seen - number) >= 0) break;
    atomicStore(&hostSleeps, 1u);
    atomicWait(&finished, seen, kMillisecond);
    atomicStore(&hostSleeps, 0u);
  }
  return true;
}

}  // namespace

#else

namespace {

constexpr int kMaxThreads = 1;

/// Nobody else is there.
struct Guard {
  explicit Guard(uint32_t *) {}
};

}  // namespace

#endif
