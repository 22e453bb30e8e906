// What the machine can do at most: multiply-adds in registers on all threads, and bytes read and written by a[i] = b[i] + s c[i].
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int width = 16;
#elif defined(__AVX__)
constexpr int width = 8;
#else
constexpr int width = 4;
#endif
typedef float Vector __attribute__((vector_size(width * sizeof(float))));

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Enough independent sums to hide the latency of each.
constexpr int chains = 12;

static void multiplyAdd(long repetitions, float *result) {
  Vector sums[chains], factor = {}, term = {};
  for (int i = 0; i < width; i++) factor[i] = 0.999f, term[i] = 0.001f * float(i);
  for (auto &sum : sums) sum = term;
  for (long r = 0; r < repetitions; r++)
    for (auto &sum : sums) sum = sum * factor + term;
  for (auto &sum : sums)
    for (int i = 0; i < width; i++) *result += sum[i];
}

static double secondsOnAll(int threads, const std::function<void(int)> &work) {
  double best = 1e9;
  for (int trial = 0; trial < 25; trial++) {
    const double start = now();
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; t++) pool.emplace_back(work, t);
    for (auto &thread : pool) thread.join();
    const double seconds = now() - start;
    if (seconds < best) best = seconds;
  }
  return best;
}

int main(int count, char **arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 1;
  const long repetitions = 10'000'000;
  std::vector<float> results(size_t(threads) * 64);
  const double seconds = secondsOnAll(threads, [&](int t) { multiplyAdd(repetitions, &results[size_t(t) * 64]); });
  const double flops = 2.0 * width * chains * double(repetitions) * threads / seconds;

  const size_t part = size_t(16) << 20;
  std::vector<float> a(part * size_t(threads), 1), b(a.size(), 2), c(a.size(), 3);
  const double triad = secondsOnAll(threads, [&](int t) {
    float *x = &a[part * size_t(t)];
    const float *y = &b[part * size_t(t)], *z = &c[part * size_t(t)];
    for (size_t i = 0; i < part; i++) x[i] = y[i] + 0.5f * z[i];
  });
  const double bytes = 3.0 * sizeof(float) * double(a.size()) / triad;

  float check = 0;
  for (float value : results) check += value;
  std::printf("{\"flops\": %.4g, \"bytes\": %.4g, \"lanes\": %d, \"check\": %g}\n", flops, bytes, width, double(check + a[5]));
}
