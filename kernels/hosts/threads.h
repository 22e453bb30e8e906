// The threads that share the work of one kernel. They belong to the process; whoever runs a program takes part as thread 0.
#pragma once
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>

#include "machine/platform.h"

namespace {

constexpr int kMaxThreads = 64;

int threadCount = 0;
/// Above 0 on the threads of the pool.
thread_local int ownThread = -1;

/// What all threads work on: indices are handed out one by one. Written while nobody works on it.
struct Job {
  ShapewiseTask task;
  void *context;
  int64_t count;
};
Job job;
std::atomic<int64_t> nextIndex{0};

/// All about the job in one word: its number, whether one may still join it, and how many threads of the pool are at it.
std::atomic<uint64_t> jobState{0};
constexpr uint64_t kJobStep = UINT64_C(1) << 32;
constexpr uint64_t kJobOpen = UINT64_C(1) << 31;
constexpr uint64_t kJobMembers = kJobOpen - 1;

std::atomic<int> sleepingWorkers{0};
int startedWorkers = 0;
pthread_mutex_t sleepLock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t wakeWorkers = PTHREAD_COND_INITIALIZER;

/// Waits in a loop for about as long as a step of a small network leaves between two kernels, then sleeps.
constexpr int kSpins = 4000;

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

void workOff(const Job &current, int thread) {
  for (;;) {
    const int64_t index = nextIndex.fetch_add(1, std::memory_order_relaxed);
    if (index >= current.count) return;
    current.task(current.context, index, thread);
  }
}

/// Joins the job that the workers see, unless it is closed or the one they have seen last: nobody waits for who comes too late.
bool joinJob(uint64_t &seen) {
  uint64_t state = jobState.load(std::memory_order_acquire);
  while ((state & kJobOpen) != 0 && state / kJobStep != seen) {
    if (!jobState.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    seen = state / kJobStep;
    return true;
  }
  return false;
}

/// Sleeps until a job is open that this worker has not seen.
void sleepUntilJob(uint64_t seen) {
  pthread_mutex_lock(&sleepLock);
  sleepingWorkers.fetch_add(1);
  for (;;) {
    const uint64_t state = jobState.load();
    if ((state & kJobOpen) != 0 && state / kJobStep != seen) break;
    pthread_cond_wait(&wakeWorkers, &sleepLock);
  }
  sleepingWorkers.fetch_sub(1);
  pthread_mutex_unlock(&sleepLock);
}

void *workerMain(void *argument) {
  ownThread = static_cast<int>(reinterpret_cast<intptr_t>(argument));
  uint64_t seen = 0;
  for (int spins = 0;;) {
    if (joinJob(seen)) {
      const Job current = job;
      workOff(current, ownThread);
      jobState.fetch_sub(1, std::memory_order_release);
      spins = 0;
    } else if (++spins < kSpins) {
      relax();
    } else {
      sleepUntilJob(seen);
      spins = 0;
    }
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

/// Starts a thread that never ends by itself; false if the system has none left.
bool startThread(void *(*main)(void *), intptr_t argument) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const bool good = pthread_create(&thread, &attributes, main, reinterpret_cast<void *>(argument)) == 0;
  pthread_attr_destroy(&attributes);
  return good;
}

void startWorkers() {
  while (startedWorkers < threadCount - 1) {
    if (startThread(workerMain, startedWorkers + 1)) startedWorkers++;
    else threadCount = startedWorkers + 1;
  }
}

void wakeSleepers(int64_t most) {
  if (sleepingWorkers.load() == 0) return;
  pthread_mutex_lock(&sleepLock);
  const int sleeping = sleepingWorkers.load();
  if (most >= sleeping) pthread_cond_broadcast(&wakeWorkers);
  else for (int64_t i = 0; i < most; i++) pthread_cond_signal(&wakeWorkers);
  pthread_mutex_unlock(&sleepLock);
}

}  // namespace

extern "C" {

int shapewise_threads() { return threadCount; }

void shapewise_parallel(ShapewiseTask task, void *context, int64_t count) {
  if (ownThread > 0) {
    for (int64_t i = 0; i < count; i++) task(context, i, ownThread);
    return;
  }
  startWorkers();
  job = {task, context, count};
  nextIndex.store(0, std::memory_order_relaxed);
  const uint64_t number = jobState.load(std::memory_order_relaxed) / kJobStep + 1;
  jobState.store(number * kJobStep | kJobOpen);
  wakeSleepers(count - 1);
  workOff(job, 0);
  // From here on nobody joins, so that only those are waited for who have begun.
  jobState.fetch_and(~kJobOpen, std::memory_order_acq_rel);
  for (int spins = 0; (jobState.load(std::memory_order_acquire) & kJobMembers) != 0; spins++) {
    if (spins < kSpins) relax();
    else sched_yield();
  }
}

}  // extern "C"
