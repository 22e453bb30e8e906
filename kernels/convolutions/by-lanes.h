// Convolutions in groups of few channels, depthwise ones above all: vectors run over groups and their outputs (`lanes.h`), and
// what a place sees is multiplied lane by lane.
#pragma once
#include "convolutions/columns.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

struct ConvolutionByLanes final : ConvolutionByImage<ConvolutionByLanes> {
  bool plan() {
    sight.spatial = spatial;
    for (int i = 0; i < spatial; i++)
      sight.axes[i] = {image[i], places[i], window[i], strides[i], low[i], inputDilation[i], kernelDilation[i], 0, 0, 0, 0};
    lanes.groups = groups;
    lanes.channels = channels;
    lanes.outputs = outputs;
    lanes.source.group = x.strides[spatial + 1];
    lanes.source.channel = x.strides[spatial + 2];
    for (int i = 0; i < spatial; i++) lanes.source.spatial[i] = x.strides[i + 1];
    if (!sight.plan()) return false;
    if (!lanes.plan(sight, bytesOf(dtype))) return false;
    dense = (outputs == 1 || out.strides[spatial + 2] == 1) && out.strides[spatial + 1] == outputs;
    return true;
  }

  template <class T>
  void pack(const Frame &frame, ShapewiseFailure &failure) const {
    if (!reserve(1, 2, static_cast<double>(lanes.bundles) * perBundle() * sizeof(T), failure) ||
        !reserve(shapewise_threads(), 3, static_cast<double>(workBytes<T>()), failure))
      return;
    const T *from = address<T>(kernel, frame);
    parallel(lanes.bundles, lanes.bundles * perBundle() > 1 << 15, [&](i64 bundle, int) {
      T *to = packed<T>() + bundle * perBundle();
      for (i64 w = 0; w < windowCount; w++) {
        i64 rest = w, offset = bundle * lanes.perBundle * kernel.strides[spatial];
        for (int i = spatial - 1; i >= 0; i--) {
          offset += rest % window[i] * kernel.strides[i];
          rest /= window[i];
        }
        for (i64 c = 0; c < channels; c++, to += lanes.width) {
          const i64 some = lanes.lanesOf(bundle);
          const T *f = from + offset + c * kernel.strides[spatial + 1];
          for (i64 lane = 0; lane < lanes.width; lane++)
            to[lane] = lane < some ? f[lane / outputs * kernel.strides[spatial] + lane % outputs * kernel.strides[spatial + 2]] : T(0);
        }
      }
    });
  }

  /// Parts of an image are bands of rows, bundle by bundle.
  template <class T>
  void computeImage(const Frame &frame, i64 number, i64 part, i64 parts, int thread) const {
    const T *from = address<T>(x, frame) + number * x.strides[0];
    T *to = address<T>(out, frame) + number * out.strides[0];
    const i64 units = lanes.bundles * lanes.bands;
    for (i64 unit = units * part / parts; unit < units * (part + 1) / parts; unit++)
      band(from, to, unit / lanes.bands, unit % lanes.bands, thread);
  }

 private:
  Sight sight;
  Lanes lanes;
  /// Whether the lanes of a place follow each other in the output.
  bool dense = true;

  i64 perBundle() const { return windowCount * channels * lanes.width; }
  i64 rowSize() const { return dense ? 0 : places[spatial - 1] * lanes.width; }
  template <class T>
  T *packed() const { return static_cast<T *>(shapewise_scratch(0, 2, lanes.bundles * perBundle() * sizeof(T))); }
  template <class T>
  i64 workBytes() const {
    return sight.windowRows * channels * static_cast<i64>(sizeof(SeenRow)) + (lanes.roomForCopy(sizeof(T)) + rowSize()) * static_cast<i64>(sizeof(T));
  }

  template <class T>
  void band(const T *image, T *results, i64 bundle, i64 number, int thread) const {
    SeenRow *rows = static_cast<SeenRow *>(shapewise_scratch(thread, 3, workBytes<T>()));
    T *copy = reinterpret_cast<T *>(rows + sight.windowRows * channels);
    T *line = copy + lanes.roomForCopy(sizeof(T));
    const int last = spatial - 1;
    const i64 begin = number * lanes.bandPlaces, end = spatial > 1 ? least(places[0], begin + lanes.bandPlaces) : 1;
    const T *from = image + bundle * lanes.perBundle * lanes.source.group;
    i64 origin = 0;
    if (!lanes.inPlace) {
      i64 first = 0, behind = sight.axes[0].image;
      if (spatial > 1) lanes.seenByBand(sight.axes[0], begin, end, first, behind);
      lanes.copy(sight, image, bundle, first, behind, copy);
      from = copy;
      origin = -first * lanes.distances[0];
    }
    const i64 perPlace = spatial > 1 ? sight.rows / places[0] : 1;
    const Sight::Listing listing = {lanes.distances, channels, lanes.channelStep, lanes.width};
    const T *weights = packed<T>() + bundle * perBundle();
    Seen seen[kMaxRank];
    for (i64 row = begin * perPlace; row < end * perPlace; row++) {
      sight.seenByRow(row, seen);
      i64 rest = row, offset = bundle * lanes.perBundle * out.strides[spatial + 1];
      for (int i = last - 1; i >= 0; i--) {
        offset += rest % places[i] * out.strides[i + 1];
        rest /= places[i];
      }
      T *to = dense ? results + offset : line;
      const i64 step = dense ? out.strides[spatial] : lanes.width;
      const i64 count = sight.list(listing, seen, origin, rows);
      for (i64 i = 0; i < sight.phases.count; i++) {
        const Phase &phase = sight.phases[i];
        convolvePhase(phase, lanes.columns(sight, phase, rows, count), from, weights, to + phase.place * step, sight.placeStep * step,
                      lanes.lanesOf(bundle));
      }
      if (!dense) scatter(line, results + offset, lanes.lanesOf(bundle));
    }
  }

  template <class T>
  void convolvePhase(const Phase &phase, const Columns &seen, const T *x, const T *weights, T *to, i64 step, i64 some) const {
    constexpr i64 N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
    i64 height = kColumnPlaces;
    for (i64 begin = 0; begin < phase.count; begin += height) {
      while (height > 1 && (height > phase.count || height / 2 >= phase.count - begin)) height /= 2;
      // The last places are computed twice where they are no multiple.
      const i64 place = least(begin, phase.count - height);
      const auto convolve = height == 8 ? convolveColumns<T, 8, false> : height == 4 ? convolveColumns<T, 4, false>
                          : height == 2 ? convolveColumns<T, 2, false> : convolveColumns<T, 1, false>;
      const auto convolvePart = height == 8 ? convolveColumns<T, 8, true> : height == 4 ? convolveColumns<T, 4, true>
                              : height == 2 ? convolveColumns<T, 2, true> : convolveColumns<T, 1, true>;
      T *results = to + place * step;
      if (lanes.inPlace) prefetchPixels(seen, place, x, height, some);
      prefetchLanes<true>(results + kColumnPlaces * step, height, step, some);
      i64 lane = 0;
      for (; lane + N <= some; lane += N) convolve(seen, place, x + lane, weights + lane, results + lane, step, N);
      if (lane < some) convolvePart(seen, place, x + lane, weights + lane, results + lane, step, some - lane);
    }
  }

  template <class T>
  void scatter(const T *line, T *to, i64 some) const {
    for (i64 place = 0; place < places[spatial - 1]; place++, line += lanes.width)
      for (i64 lane = 0; lane < some; lane++)
        to[place * out.strides[spatial] + lane / outputs * out.strides[spatial + 1] + lane % outputs * out.strides[spatial + 2]] = line[lane];
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
