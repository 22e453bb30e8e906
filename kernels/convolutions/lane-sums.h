// The gradient of a kernel in groups of few channels: the sums over all places and images of what `by-lanes.h` multiplies. Rows of
// places are added up in a fixed number of parts.
#pragma once
#include "convolutions/columns.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// The parts that all rows are divided into.
constexpr i64 kLaneParts = 16;

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
    if (!lanes.plan(sight, bytesOf(dtype))) return false;
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
    return sight.windowRows * batch * static_cast<i64>(sizeof(SeenRow)) + (lanes.roomForCopy(sizeof(T)) + rowSize()) * static_cast<i64>(sizeof(T));
  }

  template <class T>
  void band(const Frame &frame, i64 number, i64 band, i64 bundle, T *sums, int thread) const {
    SeenRow *rows = static_cast<SeenRow *>(shapewise_scratch(thread, 3, workBytes<T>()));
    T *copy = reinterpret_cast<T *>(rows + sight.windowRows * batch);
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
      const i64 count = sight.list(listing, seen, origin, rows);
      for (i64 i = 0; i < sight.phases.count; i++) {
        const Phase &phase = sight.phases[i];
        addPhase(phase, lanes.columns(sight, phase, rows, count), from, y + phase.place * step, sight.placeStep * step, sums,
                 lanes.lanesOf(bundle));
      }
    }
  }

  template <class T>
  void addPhase(const Phase &phase, const Columns &seen, const T *x, const T *y, i64 step, T *sums, i64 some) const {
    constexpr i64 N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
    i64 height = kColumnPlaces;
    for (i64 place = 0; place < phase.count; place += height) {
      while (height > phase.count - place) height /= 2;
      const auto add = height == 8 ? sumColumns<T, 8, false> : height == 4 ? sumColumns<T, 4, false>
                     : height == 2 ? sumColumns<T, 2, false> : sumColumns<T, 1, false>;
      const auto addPart = height == 8 ? sumColumns<T, 8, true> : height == 4 ? sumColumns<T, 4, true>
                         : height == 2 ? sumColumns<T, 2, true> : sumColumns<T, 1, true>;
      const T *from = y + place * step;
      if (lanes.inPlace) prefetchPixels(seen, place, x, height, some);
      prefetchLanes<false>(from + kColumnPlaces * step, height, step, some);
      i64 lane = 0;
      for (; lane + N <= some; lane += N) add(seen, place, x + lane, sums + lane, from + lane, step, N);
      if (lane < some) addPart(seen, place, x + lane, sums + lane, from + lane, step, some - lane);
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
