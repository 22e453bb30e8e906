// Convolutions of few outputs, as implicit products of matrices: each image is copied once with its
// padding, channel by channel and, for strides, phase by phase, so that the elements that neighbouring places see are neighbours;
// vectors run along places.
#pragma once
#include "convolutions/geometry.h"
#include "products/multiply.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

struct ConvolutionByImages final : ConvolutionByImage<ConvolutionByImages> {
  i64 lengths[kMaxRank], lengthStrides[kMaxRank], planeSize = 1, phases = 1, span = 1;
  /// Neighbouring columns of a panel that are places of one row, and where their results go.
  struct Run {
    i64 column, count, offset;
  };
  List<i64> columns;
  List<Run> runs;
  /// For each panel, the first of its runs; and their number.
  List<i64> firstRun;

  /// Multiplications of vectors for one image.
  static double cost(const Geometry &g) {
    double span = 1;
    for (int i = 0; i < g.spatial; i++)
      span *= static_cast<double>(i == 0 ? g.places[i] : g.places[i] + (g.window[i] - 1) * g.kernelDilation[i] / g.strides[i]);
    return span * bytesOf(g.dtype) / SHAPEWISE_VECTOR_BYTES * g.windowCount * g.channels * g.outputs;
  }

  bool plan() {
    for (int i = 0; i < spatial; i++) {
      lengths[i] = places[i] + (window[i] - 1) * kernelDilation[i] / strides[i];
      phases *= strides[i];
    }
    for (int i = spatial - 1; i >= 0; i--) {
      lengthStrides[i] = planeSize;
      planeSize *= lengths[i];
      span += (places[i] - 1) * lengthStrides[i];
    }
    if (!columns.resize(windowCount * channels)) return false;
    for (i64 w = 0; w < windowCount; w++) {
      i64 rest = w, shift = 0, phase = 0, scale = 1;
      for (int i = spatial - 1; i >= 0; i--) {
        const i64 at = rest % window[i] * kernelDilation[i];
        rest /= window[i];
        shift += at / strides[i] * lengthStrides[i];
        phase += at % strides[i] * scale;
        scale *= strides[i];
      }
      for (i64 c = 0; c < channels; c++) columns[w * channels + c] = (c * phases + phase) * planeSize + shift;
    }
    return span <= INT64_C(1) << 31 && findRuns();
  }

  bool findRuns() {
    const i64 width = 2 * SHAPEWISE_VECTOR_BYTES / bytesOf(dtype);
    i64 previous = 0;
    for (i64 j = 0; j < span; j++) {
      if (j % width == 0 && !firstRun.push(runs.count)) return false;
      i64 offset = 0;
      i64 rest = j;
      bool inside = true;
      for (int i = 0; i < spatial; i++) {
        const i64 place = rest / lengthStrides[i];
        rest %= lengthStrides[i];
        inside = inside && place < places[i];
        offset += place * out.strides[i + 1];
      }
      if (!inside) continue;
      // Places of one row follow each other at one distance.
      const bool continues = runs.count > firstRun[j / width] && runs[runs.count - 1].column + runs[runs.count - 1].count == j % width &&
                             offset == previous + out.strides[spatial];
      if (continues) runs[runs.count - 1].count++;
      else if (!runs.push({j % width, 1, offset})) return false;
      previous = offset;
    }
    return firstRun.push(runs.count);
  }

  /// Copies one image, channel by channel and phase by phase.
  template <class T>
  void spread(const T *from, T *to) const {
    __builtin_memset(to, 0, channels * phases * planeSize * sizeof(T));
    const i64 c = x.strides[x.rank - 1];
    const i64 channelStep = phases * planeSize;
    i64 rows = 1;
    for (int i = 0; i < spatial - 1; i++) rows *= image[i];
    const int last = spatial - 1;
    for (i64 row = 0; row < rows; row++) {
      i64 rest = row, source = 0, target = 0, phase = 0, scale = strides[last];
      bool inside = true;
      for (int i = last - 1; i >= 0; i--) {
        const i64 index = rest % image[i];
        rest /= image[i];
        const i64 at = index * inputDilation[i] + low[i];
        inside = inside && at >= 0 && at / strides[i] < lengths[i];
        source += index * x.strides[i + 1];
        target += at / strides[i] * lengthStrides[i];
        phase += at % strides[i] * scale;
        scale *= strides[i];
      }
      if (!inside) continue;
      if (channels == 1 && strides[last] == 1 && inputDilation[last] == 1 && x.strides[last + 1] == 1) {
        const i64 skipped = most(0, -low[last]);
        const i64 start = most(0, low[last]);
        const i64 count = least(image[last] - skipped, lengths[last] - start);
        if (count > 0) __builtin_memcpy(to + phase * planeSize + target + start, from + source + skipped, count * sizeof(T));
        continue;
      }
      if (c == 1 && strides[last] == 1 && inputDilation[last] == 1) {
        const i64 skipped = most(0, -low[last]);
        const i64 start = most(0, low[last]);
        const i64 count = least(image[last] - skipped, lengths[last] - start);
        const i64 pixel = x.strides[last + 1];
        if (count > 0) turn(from + source + skipped * pixel, pixel, count, channels, to + phase * planeSize + target + start, channelStep);
        continue;
      }
      for (i64 index = 0; index < image[last]; index++) {
        const i64 at = index * inputDilation[last] + low[last];
        if (at < 0) continue;
        const i64 place = at / strides[last];
        if (place >= lengths[last]) break;
        const T *f = from + source + index * x.strides[last + 1];
        T *t = to + (phase + at % strides[last]) * planeSize + target + place;
        for (i64 k = 0; k < channels; k++) t[k * channelStep] = f[k * c];
      }
    }
  }

  i64 inner() const { return windowCount * channels; }
  RowBlocks rows() const { return RowBlocks(outputs); }
  /// Elements of the packed weights.
  i64 weights() const { return rows().count * rows().height * inner(); }
  i64 planes() const { return channels * phases * planeSize; }
  template <class T>
  static constexpr i64 kWidth = Tile<T>::kColumns;
  template <class T>
  T *packed() const { return static_cast<T *>(shapewise_scratch(0, 2, weights() * sizeof(T))); }
  template <class T>
  i64 workBytes() const { return (planes() + 2 * kWidth<T> + kMaxRows * kWidth<T>) * sizeof(T); }

  template <class T>
  void pack(const Frame &frame, ShapewiseFailure &failure) const {
    const double planeElements = static_cast<double>(channels) * static_cast<double>(phases) * static_cast<double>(planeSize);
    const double work = (planeElements + 2 * kWidth<T> + kMaxRows * kWidth<T>) * sizeof(T);
    if (!reserve(1, 2, static_cast<double>(weights()) * sizeof(T), failure) ||
        !reserve(shapewise_threads(), 3, work, failure))
      return;
    const RowBlocks blocks = rows();
    const T *from = address<T>(kernel, frame);
    const int r = kernel.rank;
    for (i64 block = 0; block < blocks.count; block++) {
      const i64 height = blocks.size(block);
      T *to = packed<T>() + block * blocks.height * inner();
      for (i64 w = 0; w < windowCount; w++) {
        i64 rest = w, offset = block * blocks.height * kernel.strides[r - 1];
        for (int i = spatial - 1; i >= 0; i--) {
          offset += rest % window[i] * kernel.strides[i];
          rest /= window[i];
        }
        for (i64 c = 0; c < channels; c++)
          for (i64 i = 0; i < height; i++)
            to[(w * channels + c) * height + i] = from[offset + c * kernel.strides[r - 2] + i * kernel.strides[r - 1]];
      }
    }
  }

  template <class T>
  void computeImage(const Frame &frame, i64 number, i64 part, i64 parts, int thread) const {
    constexpr i64 width = kWidth<T>;
    T *spreadImage = static_cast<T *>(shapewise_scratch(thread, 3, workBytes<T>()));
    T *tile = spreadImage + planes() + 2 * width;
    spread(address<T>(x, frame) + number * x.strides[0], spreadImage);
    T *result = address<T>(out, frame) + number * out.strides[0];
    const RowBlocks blocks = rows();
    const i64 outStep = out.strides[out.rank - 1];
    const i64 panels = (span + width - 1) / width;
    const i64 perPart = (panels + parts - 1) / parts;
    for (i64 p = part * perPart; p < least(panels, (part + 1) * perPart); p++) {
      const i64 j0 = p * width;
      const i64 across = least(width, span - j0);
      for (i64 block = 0; block < blocks.count; block++) {
        const i64 height = blocks.size(block);
        const TileMultiply<T> multiply = tileMultiply<T>(static_cast<int>(height), across);
        multiply(inner(), packed<T>() + block * blocks.height * inner(), height, spreadImage + j0, columns.items, tile, width, false);
        storeTile(tile, result + block * blocks.height * outStep, p, height);
      }
    }
  }

  /// Rows of the tile are outputs; its columns the places of a panel, between which there is padding.
  template <class T>
  void storeTile(const T *tile, T *to, i64 panel, i64 height) const {
    constexpr i64 width = kWidth<T>;
    const i64 outStep = out.strides[out.rank - 1], placeStep = out.strides[spatial];
    for (i64 run = firstRun[panel]; run < firstRun[panel + 1]; run++) {
      const Run &r = runs[run];
      T *place = to + r.offset;
      if (outStep == 1) {
        turn(tile + r.column, width, height, r.count, place, placeStep);
      } else {
        for (i64 k = 0; k < r.count; k++)
          for (i64 i = 0; i < height; i++) place[k * placeStep + i * outStep] = tile[i * width + r.column + k];
      }
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
