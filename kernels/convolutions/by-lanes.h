// Convolutions in groups of few channels, depthwise ones above all: vectors run over groups and their outputs (`lanes.h`), and
// what a place sees is multiplied lane by lane.
#pragma once
#include "convolutions/lanes.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Places in one block of registers; or vectors of lanes, where a place is alone.
constexpr int kLanePlaces = 8, kLaneVectors = 4;

/// out[p · outStep + j] = Σ over taps of x[tap.from + p · step + j] · weights[tap.own + j] for a vector of lanes j, or a part of it.
template <class T, int Places, bool Part>
void convolveLanes(const SeenTap *taps, i64 count, const T *x, i64 step, const T *weights, T *out, i64 outStep, i64 across) {
  constexpr int N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
  using V = Vector<T, N>;
  V sums[Places] = {};
  for (i64 t = 0; t < count; t++) {
    const V right = load<V>(weights + taps[t].own);
    const T *from = x + taps[t].from;
#pragma GCC unroll 8
    for (int p = 0; p < Places; p++) sums[p] += right * (Part ? loadPart<V>(from + p * step, across) : load<V>(from + p * step));
  }
#pragma GCC unroll 8
  for (int p = 0; p < Places; p++) {
    if (Part) storePart(out + p * outStep, sums[p], across);
    else store(out + p * outStep, sums[p]);
  }
}

/// The same for one place and some vectors of lanes.
template <class T>
void convolvePlace(const SeenTap *taps, i64 count, const T *x, const T *weights, T *out) {
  constexpr int N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
  using V = Vector<T, N>;
  V sums[kLaneVectors] = {};
  for (i64 t = 0; t < count; t++)
#pragma GCC unroll 4
    for (int v = 0; v < kLaneVectors; v++) sums[v] += load<V>(weights + taps[t].own + v * N) * load<V>(x + taps[t].from + v * N);
  for (int v = 0; v < kLaneVectors; v++) store(out + v * N, sums[v]);
}

template <class T>
using ConvolveLanes = void (*)(const SeenTap *, i64, const T *, i64, const T *, T *, i64, i64);

template <class T, int Places, bool Part>
struct LanesTable {
  static ConvolveLanes<T> find(i64 places) {
    return places == Places ? convolveLanes<T, Places, Part> : LanesTable<T, Places - 1, Part>::find(places);
  }
};
template <class T, bool Part>
struct LanesTable<T, 0, Part> {
  static ConvolveLanes<T> find(i64) { return nullptr; }
};

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
    lanes.plan(sight, bytesOf(dtype));
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
    return windowCount * channels * static_cast<i64>(sizeof(SeenTap)) + (lanes.roomForCopy(sizeof(T)) + rowSize()) * static_cast<i64>(sizeof(T));
  }

  template <class T>
  void band(const T *image, T *results, i64 bundle, i64 number, int thread) const {
    SeenTap *taps = static_cast<SeenTap *>(shapewise_scratch(thread, 3, workBytes<T>()));
    T *copy = reinterpret_cast<T *>(taps + windowCount * channels);
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
      for (i64 r = 0; r < sight.runs.count; r++) {
        const Run &run = sight.runs[r];
        const i64 count = sight.list(listing, seen, run, origin, taps);
        convolveRun(run, taps, count, from, weights, to + run.place * step, step, lanes.lanesOf(bundle));
      }
      if (!dense) scatter(line, results + offset, lanes.lanesOf(bundle));
    }
  }

  /// All places of a run, for all lanes.
  template <class T>
  void convolveRun(const Run &run, const SeenTap *taps, i64 count, const T *x, const T *weights, T *to, i64 step, i64 some) const {
    constexpr i64 N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
    const Axis &last = sight.axes[spatial - 1];
    const i64 xStep = last.placePixels * lanes.distances[spatial - 1], outStep = last.placeStep * step;
    const i64 height = least(kLanePlaces, run.count);
    const ConvolveLanes<T> whole = LanesTable<T, kLanePlaces, false>::find(height), part = LanesTable<T, kLanePlaces, true>::find(height);
    for (i64 begin = 0; begin < run.count; begin += height) {
      // The last places are computed twice where they are no multiple.
      const i64 place = least(begin, run.count - height);
      const T *from = x + place * xStep;
      T *results = to + place * outStep;
      i64 lane = 0;
      if (height == 1)
        for (; lane + kLaneVectors * N <= some; lane += kLaneVectors * N) convolvePlace(taps, count, from + lane, weights + lane, results + lane);
      for (; lane + N <= some; lane += N) whole(taps, count, from + lane, xStep, weights + lane, results + lane, outStep, N);
      if (lane < some) part(taps, count, from + lane, xStep, weights + lane, results + lane, outStep, some - lane);
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
