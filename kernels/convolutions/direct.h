// Convolutions whose output channels fill vectors. Images are read as they lie, channels last: a row of the product is a place,
// a column an output channel, and what a place sees of one row of the window is one run of neighbouring elements.
//
// Places of the last axis are taken in groups of four, at one distance from each other. Where the input is dilated (the gradient
// of a convolution with strides), places fall into phases, each of which sees its own part of the window and no inserted zeros.
#pragma once
#include "convolutions/geometry.h"
#include "products/multiply.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

constexpr int kGroup = 4;
/// Groups of places in one block of registers, with one and with two vectors of outputs.
#if SHAPEWISE_VECTOR_BYTES >= 64
constexpr int kMaxGroups[] = {0, 5, 3};
#else
constexpr int kMaxGroups[] = {0, 3, 1};
#endif

/// One run of elements that all places see, and the weights that belong to them.
struct Tap {
  i64 from, weights;
};

/// out[4g + i, j] = Σ over taps and k of x[group g][tap + i·step + k] · weights[tap + k, j].
template <class T, int Groups, int Vectors>
void convolveTile(const Tap *taps, i64 count, i64 run, const T *x, const i64 *from, i64 step, const T *weights, T *out,
                  const i64 *to, i64 outStep, i64 across) {
  constexpr int N = Tile<T>::kLane;
  using V = Vector<T, N>;
  V sums[Groups * kGroup][Vectors] = {};
  for (i64 t = 0; t < count; t++) {
    const T *w = weights + taps[t].weights * (Vectors * N);
    const T *places[Groups];
    for (int g = 0; g < Groups; g++) places[g] = x + from[g] + taps[t].from;
    for (i64 k = 0; k < run; k++) {
      V right[Vectors];
      for (int v = 0; v < Vectors; v++) right[v] = load<V>(w + v * N);
      w += Vectors * N;
#pragma GCC unroll 8
      for (int g = 0; g < Groups; g++) {
#pragma GCC unroll 4
        for (int i = 0; i < kGroup; i++) {
          const V left = places[g][i * step] - V{};
          for (int v = 0; v < Vectors; v++) sums[g * kGroup + i][v] += left * right[v];
        }
        places[g]++;
      }
    }
  }
#pragma GCC unroll 8
  for (int g = 0; g < Groups; g++) {
#pragma GCC unroll 4
    for (int i = 0; i < kGroup; i++) {
      T *place = out + to[g] + i * outStep;
      for (int v = 0; v < Vectors; v++) {
        if (across >= (v + 1) * N) store(place + v * N, sums[g * kGroup + i][v]);
        else if (across > v * N) storePart(place + v * N, sums[g * kGroup + i][v], across - v * N);
      }
    }
  }
}

template <class T>
using ConvolveTile = void (*)(const Tap *, i64, i64, const T *, const i64 *, i64, const T *, T *, const i64 *, i64, i64);

template <class T, int Groups, int Vectors>
struct ConvolveTable {
  static ConvolveTile<T> find(i64 groups) {
    return groups == Groups ? convolveTile<T, Groups, Vectors> : ConvolveTable<T, Groups - 1, Vectors>::find(groups);
  }
};
template <class T, int Vectors>
struct ConvolveTable<T, 0, Vectors> {
  static ConvolveTile<T> find(i64) { return nullptr; }
};

struct DirectConvolution final : ConvolutionByImage<DirectConvolution> {
  /// Whether it is the best way.
  static bool fits(const Geometry &g) {
    const int lanes = SHAPEWISE_VECTOR_BYTES / static_cast<int>(bytesOf(g.dtype));
    const int last = g.spatial - 1;
    if (g.dtype != kFloat32 && g.dtype != kFloat64) return false;
    if (g.groups != 1 || g.x.strides[last + 2] != 1 || g.out.strides[last + 2] != 1) return false;
    double phases = 1;
    for (int i = 0; i < g.spatial; i++) phases *= g.inputDilation[i];
    if (phases > 64) return false;
    // The shortest phase of the last axis must have a group of places.
    if (g.places[last] / g.inputDilation[last] < kGroup) return false;
    return 4 * g.outputs >= 3 * roundUp(g.outputs, lanes);
  }

  /// Multiplications of vectors for one image.
  static double cost(const Geometry &g) {
    const i64 lanes = SHAPEWISE_VECTOR_BYTES / bytesOf(g.dtype);
    double places = static_cast<double>(roundUp(g.outputs, lanes) / lanes);
    for (int i = 0; i < g.spatial; i++) places *= static_cast<double>(g.places[i]) / g.inputDilation[i];
    return places * g.windowCount * g.channels;
  }

  bool plan() {
    const int lanes = SHAPEWISE_VECTOR_BYTES / static_cast<int>(bytesOf(dtype));
    vectors = outputs <= lanes ? 1 : 2;
    width = vectors * lanes;
    if (!margins()) return false;
    i64 count = 1;
    for (int i = 0; i < spatial; i++) count *= inputDilation[i];
    // Taps of one row of the window are one run where they are neighbours.
    const int last = spatial - 1;
    merged = kernelDilation[last] == 1 && inputDilation[last] == 1;
    runLength = channels * (merged ? window[last] : 1);
    for (i64 phase = 0; phase < count; phase++)
      if (!addPhase(phase)) return false;
    return true;
  }

  template <class T>
  void pack(const Frame &frame, ShapewiseFailure &failure) const {
    const double imageBytes = copies ? static_cast<double>(paddedSize) * sizeof(T) : 0;
    if (!reserve(1, 2, static_cast<double>(panels() * perPanel()) * sizeof(T), failure) ||
        !reserve(shapewise_threads(), 3, imageBytes, failure))
      return;
    parallel(panels(), panels() * perPanel() > 1 << 15, [&](i64 panel, int) {
      packPanel(address<T>(kernel, frame), panel, packed<T>() + panel * perPanel());
    });
  }

  template <class T>
  void computeImage(const Frame &frame, i64 number, i64 part, i64 parts, int thread) const {
    const T *pixels = address<T>(x, frame) + number * x.strides[0];
    if (copies) {
      T *padded = static_cast<T *>(shapewise_scratch(thread, 3, paddedSize * sizeof(T)));
      pad(pixels, padded);
      pixels = padded;
    }
    T *results = address<T>(out, frame) + number * out.strides[0];
    for (i64 p = 0; p < phases.count; p++)
      for (i64 panel = 0; panel < panels(); panel++) {
        const T *weights = packed<T>() + panel * perPanel();
        const i64 across = least(width, outputs - panel * width);
        T *to = results + panel * width;
        if (vectors == 1) tiles<T, 1>(phases[p], part, parts, pixels, weights, to, across);
        else tiles<T, 2>(phases[p], part, parts, pixels, weights, to, across);
      }
  }

 private:
  struct Phase {
    i64 firstTap, taps, firstGroup, groups, inRow;
  };
  int vectors = 1;
  i64 width = 0, runLength = 0;
  bool merged = false, copies = false;
  /// Zeros before each axis of the padded image, and its sizes and strides.
  i64 before[kMaxRank], paddedSizes[kMaxRank], paddedStrides[kMaxRank], paddedSize = 0;
  List<Phase> phases;
  List<Tap> taps;
  /// Where each group's first place begins in the image, and where its results go.
  List<i64> from, to;

  i64 panels() const { return (outputs + width - 1) / width; }
  i64 perPanel() const { return windowCount * channels * width; }
  /// The weights of all panels, which `pack` has made.
  template <class T>
  T *packed() const { return static_cast<T *>(shapewise_scratch(0, 2, panels() * perPanel() * sizeof(T))); }

  /// What places see before and behind the image.
  bool margins() {
    copies = false;
    for (int i = 0; i < spatial; i++) {
      const i64 d = inputDilation[i];
      // The lowest index seen is −⌊low / d⌋, the highest that of the last place and tap.
      before[i] = most(0, low[i] >= 0 ? low[i] / d : 0);
      const i64 highest = ((places[i] - 1) * strides[i] + (window[i] - 1) * kernelDilation[i] - low[i]) / d;
      const i64 behind = most(0, highest + 1 - image[i]);
      paddedSizes[i] = before[i] + image[i] + behind;
      copies = copies || before[i] > 0 || behind > 0;
    }
    paddedSize = channels;
    for (int i = spatial - 1; i >= 0; i--) {
      paddedStrides[i] = copies ? paddedSize : x.strides[i + 1];
      paddedSize *= paddedSizes[i];
    }
    // Neighbouring pixels make one run only if nothing lies between them.
    if (!copies && x.strides[spatial] != channels) {
      copies = true;
      paddedSize = channels;
      for (int i = spatial - 1; i >= 0; i--) {
        paddedStrides[i] = paddedSize;
        paddedSize *= paddedSizes[i];
      }
    }
    return paddedSize < kLargestImage;
  }

  bool addPhase(i64 number) {
    const int last = spatial - 1;
    i64 first[kMaxRank], counts[kMaxRank];
    for (int i = last; i >= 0; i--) {
      first[i] = number % inputDilation[i];
      number /= inputDilation[i];
      counts[i] = (places[i] - first[i] + inputDilation[i] - 1) / inputDilation[i];
      if (counts[i] <= 0) return true;
    }
    Phase phase = {taps.count, 0, from.count, 0, 0};
    for (i64 w = 0; w < windowCount; w += merged ? window[last] : 1) {
      i64 rest = w, offset = 0;
      bool seen = true;
      for (int i = last; i >= 0; i--) {
        const i64 at = first[i] * strides[i] + rest % window[i] * kernelDilation[i] - low[i];
        rest /= window[i];
        const i64 d = inputDilation[i];
        seen = seen && at % d == 0;
        offset += (at / d + before[i]) * paddedStrides[i];
      }
      if (seen && !taps.push({offset, w * channels})) return false;
    }
    phase.taps = taps.count - phase.firstTap;
    const i64 inRow = (counts[last] + kGroup - 1) / kGroup;
    i64 rows = 1;
    for (int i = 0; i < last; i++) rows *= counts[i];
    for (i64 row = 0; row < rows; row++) {
      i64 rest = row, source = 0, target = first[last] * out.strides[last + 1];
      for (int i = last - 1; i >= 0; i--) {
        const i64 j = rest % counts[i];
        rest /= counts[i];
        source += j * strides[i] * paddedStrides[i];
        target += (first[i] + j * inputDilation[i]) * out.strides[i + 1];
      }
      for (i64 group = 0; group < inRow; group++) {
        // The last group of a row lies over the one before it if the row is no multiple of four.
        const i64 j = least(group * kGroup, counts[last] - kGroup);
        if (!from.push(source + j * strides[last] * paddedStrides[last])) return false;
        if (!to.push(target + j * inputDilation[last] * out.strides[last + 1])) return false;
      }
    }
    phase.groups = from.count - phase.firstGroup;
    phase.inRow = inRow;
    return phases.push(phase);
  }

  /// Weights [tap, channel, width] of the outputs from panel · width on, with zeros behind the last.
  template <class T>
  void packPanel(const T *weights, i64 panel, T *packed) const {
    const int last = spatial - 1;
    const i64 across = least(width, outputs - panel * width);
    const i64 channel = kernel.strides[spatial], output = kernel.strides[spatial + 1];
    for (i64 w = 0; w < windowCount; w++) {
      i64 rest = w, offset = panel * width * output;
      for (int i = last; i >= 0; i--) {
        offset += rest % window[i] * kernel.strides[i];
        rest /= window[i];
      }
      packRows(Strided<T>{weights + offset, output, channel}, 0, across, 0, channels, width, packed + w * channels * width);
    }
  }

  template <class T>
  void pad(const T *pixels, T *padded) const {
    const int last = spatial - 1;
    const i64 pixel = channels, line = paddedSizes[last] * pixel;
    const i64 count = image[last];
    i64 rows = 1;
    for (int i = 0; i < last; i++) rows *= paddedSizes[i];
    for (i64 row = 0; row < rows; row++) {
      i64 rest = row, source = 0;
      bool inside = true;
      for (int i = last - 1; i >= 0; i--) {
        const i64 index = rest % paddedSizes[i] - before[i];
        rest /= paddedSizes[i];
        inside = inside && index >= 0 && index < image[i];
        source += index * x.strides[i + 1];
      }
      T *target = padded + row * line;
      if (!inside) {
        __builtin_memset(target, 0, line * sizeof(T));
        continue;
      }
      const i64 start = before[last] * pixel, end = start + count * pixel;
      __builtin_memset(target, 0, start * sizeof(T));
      if (x.strides[last + 1] == pixel) {
        __builtin_memcpy(target + start, pixels + source, count * pixel * sizeof(T));
      } else {
        for (i64 j = 0; j < count; j++)
          __builtin_memcpy(target + start + j * pixel, pixels + source + j * x.strides[last + 1], pixel * sizeof(T));
      }
      __builtin_memset(target + end, 0, (line - end) * sizeof(T));
    }
  }

  template <class T, int Vectors>
  void tiles(const Phase &phase, i64 part, i64 parts, const T *pixels, const T *weights, T *results, i64 across) const {
    const int last = spatial - 1;
    const i64 step = strides[last] * paddedStrides[last];
    const i64 outStep = inputDilation[last] * out.strides[last + 1];
    // Groups of one row may lie over each other: rows stay whole.
    const i64 rows = phase.groups / phase.inRow;
    const i64 begin = rows * part / parts * phase.inRow, end = rows * (part + 1) / parts * phase.inRow;
    for (i64 group = begin; group < end;) {
      // Blocks of nearly equal height.
      const i64 blocks = (end - group + kMaxGroups[Vectors] - 1) / kMaxGroups[Vectors];
      const i64 height = (end - group + blocks - 1) / blocks;
      ConvolveTable<T, kMaxGroups[Vectors], Vectors>::find(height)(&taps.items[phase.firstTap], phase.taps, runLength, pixels,
                                                                  &from.items[phase.firstGroup + group], step, weights, results,
                                                                  &to.items[phase.firstGroup + group], outStep, across);
      group += height;
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
