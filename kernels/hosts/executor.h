// The thread that runs large programs while JavaScript goes on, one after the other, and the word it sends when one is over.
#pragma once
#include <node_api.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "hosts/threads.h"
#include "machine/platform.h"

namespace {

using shapewise::Library;

Library library;

/// Programs run one at a time, whichever thread does it: they share the scratch memory and the pool.
pthread_mutex_t runLock = PTHREAD_MUTEX_INITIALIZER;

int runProgram(void *program, const double *addresses, double *failed) {
  ShapewiseFailure failure;
  pthread_mutex_lock(&runLock);
  const int kind = library.run(program, addresses, &failure);
  pthread_mutex_unlock(&runLock);
  if (kind != kNoFailure) tellFailure(failure, failed);
  return kind;
}

/// One loading of the addon by one JavaScript thread, and its runs, counted from 1 in the order in which they were started.
struct Environment {
  napi_threadsafe_function notify = nullptr;
  /// A word is on its way; it tells of everything that is over when it arrives.
  std::atomic<bool> notified{false};
  std::atomic<uint64_t> finished{0};
  uint64_t started = 0;
  /// How many finished runs JavaScript knows of; while it knows less than there are, its event loop is kept going.
  uint64_t known = 0;
  /// Runs that failed or were not run, in order. Guarded by the lock of the queue.
  std::vector<uint64_t> failed;
};

constexpr int kNotRun = -1;

struct QueuedRun {
  Environment *environment;
  uint64_t number;
  void *program;
  /// Belongs to JavaScript, as does all memory of the run.
  double *failure;
  std::vector<double> addresses;
  /// Runs of the same environment on which this one builds.
  std::vector<uint64_t> after;
  QueuedRun *next;
};

pthread_mutex_t queueLock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t runQueued = PTHREAD_COND_INITIALIZER;
pthread_cond_t runFinished = PTHREAD_COND_INITIALIZER;
QueuedRun *firstRun = nullptr;
QueuedRun **runsEnd = &firstRun;
/// Whose run is being executed, by the executor or by a thread that waits.
Environment *busyWith = nullptr;
bool executorStarted = false;

QueuedRun *takeRun() {
  QueuedRun *run = firstRun;
  firstRun = run->next;
  if (firstRun == nullptr) runsEnd = &firstRun;
  return run;
}

/// Takes the first run and executes it; with the lock of the queue held, which is given up in between.
void executeFirst() {
  QueuedRun *run = takeRun();
  Environment &environment = *run->environment;
  busyWith = &environment;
  const bool hindered = std::any_of(run->after.begin(), run->after.end(), [&](uint64_t number) {
    return std::binary_search(environment.failed.begin(), environment.failed.end(), number);
  });
  int kind = kNotRun;
  if (!hindered) {
    pthread_mutex_unlock(&queueLock);
    kind = runProgram(run->program, run->addresses.data(), run->failure);
    pthread_mutex_lock(&queueLock);
  }
  // The kind is told in the first place also where nothing failed.
  run->failure[0] = kind;
  if (kind != kNoFailure) environment.failed.push_back(run->number);
  environment.finished.store(run->number, std::memory_order_release);
  if (!environment.notified.exchange(true)) napi_call_threadsafe_function(environment.notify, nullptr, napi_tsfn_nonblocking);
  busyWith = nullptr;
  delete run;
  pthread_cond_broadcast(&runFinished);
}

void *executorMain(void *) {
  pthread_mutex_lock(&queueLock);
  for (;;) {
    if (firstRun != nullptr && busyWith == nullptr) executeFirst();
    else pthread_cond_wait(&runQueued, &queueLock);
  }
  return nullptr;
}

/// Puts a run at the end of the queue.
void queueRun(QueuedRun *run) {
  pthread_mutex_lock(&queueLock);
  if (!executorStarted) executorStarted = startThread(executorMain, 0);
  *runsEnd = run;
  runsEnd = &run->next;
  if (!executorStarted) executeFirst();
  else if (busyWith == nullptr) pthread_cond_signal(&runQueued);
  pthread_mutex_unlock(&queueLock);
}

/// Waits until a run has finished. What the executor has not begun by then is executed here: there is nothing else to do.
void waitForRun(Environment &environment, uint64_t number) {
  if (environment.finished.load(std::memory_order_acquire) >= number) return;
  pthread_mutex_lock(&queueLock);
  while (environment.finished.load(std::memory_order_relaxed) < number) {
    if (firstRun != nullptr && busyWith == nullptr) executeFirst();
    else pthread_cond_wait(&runFinished, &queueLock);
  }
  if (firstRun != nullptr && busyWith == nullptr) pthread_cond_signal(&runQueued);
  pthread_mutex_unlock(&queueLock);
}

/// When a JavaScript thread ends: its memory is about to go, so what is being executed is waited for and the rest is dropped.
void closeEnvironment(void *data) {
  Environment *environment = static_cast<Environment *>(data);
  pthread_mutex_lock(&queueLock);
  for (QueuedRun **link = &firstRun; *link != nullptr;) {
    QueuedRun *run = *link;
    if (run->environment == environment) {
      *link = run->next;
      delete run;
    } else {
      link = &run->next;
    }
  }
  for (runsEnd = &firstRun; *runsEnd != nullptr;) runsEnd = &(*runsEnd)->next;
  while (busyWith == environment) pthread_cond_wait(&runFinished, &queueLock);
  pthread_mutex_unlock(&queueLock);
  delete environment;
}

}  // namespace
