// The gradient of a kernel in groups of few channels: the sums over all places and images of what `by-lanes.h` multiplies. Rows of
// places are added up in a fixed number of parts.
#pragma once
#include "convolutions/lanes.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Sums in one block of registers, and the parts that all rows are divided into.
constexpr int kLaneSums = 9;
/// Vectors of lanes in one block of registers.
constexpr int kSumVectors = SHAPEWISE_VECTOR_BYTES >= 64 ? 2 : 1;
constexpr i64 kLaneParts = 16;

/// sums[tap.own + j] += Σₚ x[tap.from + p · step + j] · y[p · yStep + j] for each tap and some vectors of lanes j, or a part of one.
template <class T, int Taps, int Vectors, bool Part>
void sumLanes(const SeenTap *taps, i64 count, const T *x, i64 step, const T *y, i64 yStep, T *sums, i64 across) {
  constexpr int N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
  using V = Vector<T, N>;
  V totals[Taps][Vectors];
  const T *from[Taps];
#pragma GCC unroll 9
  for (int t = 0; t < Taps; t++) {
    for (int v = 0; v < Vectors; v++) totals[t][v] = load<V>(sums + taps[t].own + v * N);
    from[t] = x + taps[t].from;
  }
  for (i64 p = 0; p < count; p++) {
    V right[Vectors];
    for (int v = 0; v < Vectors; v++) right[v] = Part ? loadPart<V>(y + p * yStep, across) : load<V>(y + p * yStep + v * N);
#pragma GCC unroll 9
    for (int t = 0; t < Taps; t++)
      for (int v = 0; v < Vectors; v++)
        totals[t][v] += right[v] * (Part ? loadPart<V>(from[t] + p * step, across) : load<V>(from[t] + p * step + v * N));
  }
#pragma GCC unroll 9
  for (int t = 0; t < Taps; t++)
    for (int v = 0; v < Vectors; v++) store(sums + taps[t].own + v * N, totals[t][v]);
}

template <class T>
using SumLanes = void (*)(const SeenTap *, i64, const T *, i64, const T *, i64, T *, i64);

template <class T, int Taps, int Vectors, bool Part>
struct LaneSumsTable {
  static SumLanes<T> find(i64 taps) {
    return taps == Taps ? sumLanes<T, Taps, Vectors, Part> : LaneSumsTable<T, Taps - 1, Vectors, Part>::find(taps);
  }
};
template <class T, int Vectors, bool Part>
struct LaneSumsTable<T, 0, Vectors, Part> {
  static SumLanes<T> find(i64) { return nullptr; }
};

/// Arrives as a convolution whose batch are the channels, whose channels are the images, and whose window are all places.
struct LaneSums final : ConvolutionStep<LaneSums> {
  static bool fits(const Geometry &g) {
    for (int i = 0; i < g.spatial; i++)
      if (g.inputDilation[i] != 1) return false;
    return g.sums;
  }

  bool plan() {
    sight.spatial = spatial;
    for (int i = 0; i < spatial; i++)
      sight.axes[i] = {image[i], window[i], places[i], kernelDilation[i], low[i], 1, strides[i], 0, 0, 0, 0};
    lanes.groups = groups;
    lanes.channels = batch;
    lanes.outputs = outputs;
    lanes.source.group = x.strides[spatial + 1];
    lanes.source.channel = x.strides[0];
    for (int i = 0; i < spatial; i++) lanes.source.spatial[i] = x.strides[i + 1];
    if (!sight.plan()) return false;
    lanes.plan(sight, bytesOf(dtype));
    for (int i = 0; i < spatial; i++) taps *= places[i];
    dense = (outputs == 1 || kernel.strides[spatial + 2] == 1) && kernel.strides[spatial] == outputs;
    return true;
  }

  template <class T>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    const i64 units = channels * lanes.bands, parts = least(units, kLaneParts);
    if (!reserve(1, 2, static_cast<double>(parts) * partSize() * sizeof(T), failure) ||
        !reserve(shapewise_threads(), 3, static_cast<double>(workBytes<T>()), failure))
      return;
    T *sums = static_cast<T *>(shapewise_scratch(0, 2, parts * partSize() * sizeof(T)));
    const bool large = static_cast<double>(kernel.elements) * batch * taps > 1 << 15;
    parallel(parts, large, [&](i64 part, int thread) {
      T *own = sums + part * partSize();
      __builtin_memset(own, 0, partSize() * sizeof(T));
      for (i64 unit = units * part / parts; unit < units * (part + 1) / parts; unit++)
        for (i64 bundle = 0; bundle < lanes.bundles; bundle++)
          band(frame, unit / lanes.bands, unit % lanes.bands, bundle, own + bundle * perBundle(), thread);
    });
    parallel(lanes.bundles * taps, parts * partSize() > 1 << 16, [&](i64 task, int) {
      gather(address<T>(out, frame), task / taps, task % taps, sums, parts);
    });
  }

 private:
  Sight sight;
  Lanes lanes;
  /// Elements of the kernel whose gradient it is; whether the lanes of a place follow each other in what comes from above.
  i64 taps = 1;
  bool dense = true;

  i64 perBundle() const { return taps * batch * lanes.width; }
  i64 partSize() const { return lanes.bundles * perBundle(); }
  i64 rowSize() const { return dense ? 0 : window[spatial - 1] * lanes.width; }
  template <class T>
  i64 workBytes() const {
    return taps * batch * static_cast<i64>(sizeof(SeenTap)) + (lanes.roomForCopy(sizeof(T)) + rowSize()) * static_cast<i64>(sizeof(T));
  }

  template <class T>
  void band(const Frame &frame, i64 number, i64 band, i64 bundle, T *sums, int thread) const {
    SeenTap *list = static_cast<SeenTap *>(shapewise_scratch(thread, 3, workBytes<T>()));
    T *copy = reinterpret_cast<T *>(list + taps * batch);
    T *line = copy + lanes.roomForCopy(sizeof(T));
    const int last = spatial - 1;
    const i64 begin = band * lanes.bandPlaces, end = spatial > 1 ? least(window[0], begin + lanes.bandPlaces) : 1;
    const T *image = address<T>(x, frame) + number * x.strides[spatial + 2];
    const T *from = image + bundle * lanes.perBundle * lanes.source.group;
    i64 origin = 0;
    if (!lanes.inPlace) {
      i64 first = 0, behind = sight.axes[0].image;
      if (spatial > 1) lanes.seenByBand(sight.axes[0], begin, end, first, behind);
      lanes.copy(sight, image, bundle, first, behind, copy);
      from = copy;
      origin = -first * lanes.distances[0];
    }
    const T *above = address<T>(kernel, frame) + number * kernel.strides[spatial + 1] + bundle * lanes.perBundle * kernel.strides[spatial];
    const i64 perPlace = spatial > 1 ? sight.rows / window[0] : 1;
    const Sight::Listing listing = {lanes.distances, batch, lanes.channelStep, lanes.width};
    Seen seen[kMaxRank];
    for (i64 row = begin * perPlace; row < end * perPlace; row++) {
      sight.seenByRow(row, seen);
      i64 rest = row, offset = 0;
      for (int i = last - 1; i >= 0; i--) {
        offset += rest % window[i] * kernel.strides[i];
        rest /= window[i];
      }
      const T *y = above + offset;
      i64 step = kernel.strides[last];
      if (!dense) {
        gatherRow(y, lanes.lanesOf(bundle), line);
        y = line;
        step = lanes.width;
      }
      for (i64 r = 0; r < sight.runs.count; r++) {
        const Run &run = sight.runs[r];
        const i64 count = sight.list(listing, seen, run, origin, list);
        addRun(run, list, count, from, y + run.place * step, step, sums, lanes.lanesOf(bundle));
      }
    }
  }

  template <class T>
  void addRun(const Run &run, const SeenTap *list, i64 count, const T *x, const T *y, i64 step, T *sums, i64 some) const {
    constexpr i64 N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
    const Axis &last = sight.axes[spatial - 1];
    const i64 xStep = last.placePixels * lanes.distances[spatial - 1], yStep = last.placeStep * step;
    for (i64 lane = 0, width = N; lane < some; lane += width) {
      width = some - lane >= kSumVectors * N ? kSumVectors * N : N;
      for (i64 tap = 0; tap < count;) {
        // Blocks of nearly equal height.
        const i64 blocks = (count - tap + kLaneSums - 1) / kLaneSums, height = (count - tap + blocks - 1) / blocks;
        const SumLanes<T> add = some - lane < N                ? LaneSumsTable<T, kLaneSums, 1, true>::find(height)
                                : width == kSumVectors * N ? LaneSumsTable<T, kLaneSums, kSumVectors, false>::find(height)
                                                           : LaneSumsTable<T, kLaneSums, 1, false>::find(height);
        add(list + tap, run.count, x + lane, xStep, y + lane, yStep, sums + lane, some - lane);
        tap += height;
      }
    }
  }

  template <class T>
  void gatherRow(const T *y, i64 some, T *line) const {
    for (i64 place = 0; place < window[spatial - 1]; place++, line += lanes.width)
      for (i64 lane = 0; lane < some; lane++)
        line[lane] = y[place * kernel.strides[spatial - 1] + lane / outputs * kernel.strides[spatial] + lane % outputs * kernel.strides[spatial + 2]];
  }

  /// Adds up all parts of one element of the kernel.
  template <class T>
  void gather(T *to, i64 bundle, i64 tap, const T *sums, i64 parts) const {
    i64 rest = tap, offset = bundle * lanes.perBundle * out.strides[spatial + 1];
    for (int i = spatial - 1; i >= 0; i--) {
      offset += rest % places[i] * out.strides[i + 1];
      rest /= places[i];
    }
    for (i64 c = 0; c < batch; c++)
      for (i64 lane = 0; lane < lanes.lanesOf(bundle); lane++) {
        const T *from = sums + bundle * perBundle() + (tap * batch + c) * lanes.width + lane;
        T sum = 0;
        for (i64 part = 0; part < parts; part++) sum += from[part * partSize()];
        to[offset + c * out.strides[0] + lane / outputs * out.strides[spatial + 1] + lane % outputs * out.strides[spatial + 2]] = sum;
      }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
