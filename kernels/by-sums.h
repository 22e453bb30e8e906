// The gradient of a convolution's kernel, which arrives as a convolution whose channels are the batch: vectors run along the
// neighbouring channels of one padded image, and images are summed in a fixed number of parts.
#pragma once
#include "geometry.h"
#include "multiply.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

struct ConvolutionBySums final : ConvolutionStep<ConvolutionBySums> {
  i64 paddedStrides[kMaxRank], paddedSize = 1, runLength = 0, outerPlaces = 1;
  int runAxes = 0;
  bool copies = true;
  List<i64> columns;

  static bool fits(const Geometry &g) {
    const auto size = [](i64 stride) { return stride < 0 ? -stride : stride; };
    return g.groups == 1 && g.channels > 1 && size(g.x.strides[0]) < size(g.x.strides[g.x.rank - 1]);
  }

  bool plan() {
    const int last = spatial - 1;
    const i64 lanesPerPlace = batch;
    // The last axis joins the vectors if its places are neighbours.
    runAxes = strides[last] == 1 ? 1 : 0;
    runLength = lanesPerPlace * (runAxes ? places[last] : 1);
    copies = x.strides[0] != 1 && batch > 1;
    for (int i = 0; i < spatial; i++)
      copies = copies || low[i] != 0 || inputDilation[i] != 1 || extents[i] > image[i] || x.strides[i + 1] < 0;
    if (runAxes && x.strides[last + 1] != batch) copies = true;
    paddedSize = batch;
    for (int i = last; i >= 0; i--) {
      paddedStrides[i] = copies ? paddedSize : x.strides[i + 1];
      paddedSize *= extents[i];
    }
    if (!columns.resize(windowCount)) return false;
    for (i64 w = 0; w < windowCount; w++) {
      i64 rest = w, offset = 0;
      for (int i = last; i >= 0; i--) {
        offset += rest % window[i] * kernelDilation[i] * paddedStrides[i];
        rest /= window[i];
      }
      columns[w] = offset;
    }
    for (int i = 0; i < spatial - runAxes; i++) outerPlaces *= places[i];
    return true;
  }

  /// Copies one image [spatial, lanes] with its padding.
  template <class T>
  void padImage(const T *from, T *to) const {
    __builtin_memset(to, 0, paddedSize * sizeof(T));
    const int last = spatial - 1;
    i64 rows = 1;
    for (int i = 0; i < last; i++) rows *= image[i];
    const i64 lane = x.strides[0];
    for (i64 row = 0; row < rows; row++) {
      i64 rest = row, source = 0, target = 0;
      bool inside = true;
      for (int i = last - 1; i >= 0; i--) {
        const i64 index = rest % image[i];
        rest /= image[i];
        const i64 at = index * inputDilation[i] + low[i];
        inside = inside && at >= 0 && at < extents[i];
        source += index * x.strides[i + 1];
        target += at * paddedStrides[i];
      }
      if (!inside) continue;
      for (i64 index = 0; index < image[last]; index++) {
        const i64 at = index * inputDilation[last] + low[last];
        if (at < 0) continue;
        if (at >= extents[last]) break;
        const T *f = from + source + index * x.strides[last + 1];
        T *t = to + target + at * paddedStrides[last];
        if (lane == 1) for (i64 c = 0; c < batch; c++) t[c] = f[c];
        else for (i64 c = 0; c < batch; c++) t[c] = f[c * lane];
      }
    }
  }

  template <class T>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    constexpr i64 width = Tile<T>::kColumns;
    const RowBlocks rows(outputs);
    const i64 step = roundUp(runLength, width);
    const i64 partSize = outerPlaces * outputs * step;
    const i64 parts = least(channels, 16);
    const i64 perPart = (channels + parts - 1) / parts;
    const double workspaceElements = (copies ? static_cast<double>(paddedSize) : 0.0) + 2 * width +
                                     static_cast<double>(windowCount) * (rows.count * rows.height + width);
    if (!reserve(1, 2, static_cast<double>(parts) * partSize * sizeof(T), failure) ||
        !reserve(shapewise_threads(), 3, workspaceElements * sizeof(T), failure))
      return;
    T *partials = static_cast<T *>(shapewise_scratch(0, 2, parts * partSize * sizeof(T)));
    const bool large = channels * windowCount * outputs * step * outerPlaces > 1 << 16;
    const int last = x.rank - 1;
    // Elements of x from its first on; vectors may read more than they use, but nothing behind the last.
    i64 readable = 1;
    for (int i = 0; i < x.rank; i++) readable += (x.sizes[i] - 1) * most(0, x.strides[i]);
    // What is multiplied with can stay where it is if places follow each other at one distance.
    bool inPlace = kernel.strides[kernel.rank - 1] == 1;
    for (int i = 0; i + 1 < spatial; i++) inPlace = inPlace && kernel.strides[i] == kernel.strides[i + 1] * window[i + 1];
    parallel(parts, large, [&](i64 part, int thread) {
      const i64 padded = copies ? paddedSize : 0;
      T *workspace = static_cast<T *>(
          shapewise_scratch(thread, 3, (padded + 2 * width + rows.count * rows.height * windowCount + windowCount * width) * sizeof(T)));
      T *packed = workspace + padded + 2 * width;
      T *edge = packed + rows.count * rows.height * windowCount;
      T *sums = partials + part * partSize;
      __builtin_memset(sums, 0, partSize * sizeof(T));
      for (i64 c = part * perPart; c < least(channels, (part + 1) * perPart); c++) {
        const T *base = address<T>(x, frame) + c * x.strides[last];
        if (copies) {
          padImage(base, workspace);
          base = workspace;
        }
        const T *outputsOfImage = address<T>(kernel, frame) + c * kernel.strides[kernel.rank - 2];
        if (!inPlace) packOutputs(outputsOfImage, rows, packed);
        for (i64 place = 0; place < outerPlaces; place++) {
          i64 rest = place, offset = 0;
          for (int i = spatial - runAxes - 1; i >= 0; i--) {
            offset += rest % places[i] * strides[i] * paddedStrides[i];
            rest /= places[i];
          }
          for (i64 j0 = 0; j0 < runLength; j0 += width) {
            const T *from = base + offset + j0;
            const i64 *table = columns.items;
            // Where the image is read in place, a vector that reaches past its end must not be read as a whole.
            const i64 across = least(width, runLength - j0);
            const i64 end = c * x.strides[last] + offset + j0 + columns[windowCount - 1] + (across <= width / 2 ? width / 2 : width);
            if (!copies && end > readable) {
              for (i64 k = 0; k < windowCount; k++)
                for (i64 j = 0; j < width; j++) edge[k * width + j] = j0 + j < runLength ? from[columns[k] + j] : T(0);
              from = edge;
              table = nullptr;
            }
            for (i64 block = 0; block < rows.count; block++) {
              const i64 height = rows.size(block);
              T *to = sums + (place * outputs + block * rows.height) * step + j0;
              const T *left = inPlace ? outputsOfImage + block * rows.height : packed + block * rows.height * windowCount;
              const i64 aStep = inPlace ? kernel.strides[spatial - 1] : height;
              if (table != nullptr) tileMultiply<T>(static_cast<int>(height), across)(windowCount, left, aStep, from, table, to, step, true);
              else multiplyEdge(windowCount, left, aStep, height, from, to, step);
            }
          }
        }
      }
    });
    T *to = address<T>(out, frame);
    const bool many = partSize * parts > 1 << 16;
    parallel(outerPlaces, many, [&](i64 place, int) {
      i64 rest = place, offset = 0;
      for (int i = spatial - runAxes - 1; i >= 0; i--) {
        offset += rest % places[i] * out.strides[i + 1];
        rest /= places[i];
      }
      for (i64 o = 0; o < outputs; o++) {
        T *sum = partials + (place * outputs + o) * step;
        for (i64 part = 1; part * perPart < channels; part++) {
          const T *other = sum + part * partSize;
          for (i64 j = 0; j < runLength; j++) sum[j] += other[j];
        }
        T *t = to + offset + o * out.strides[last];
        const i64 alongRun = runAxes ? places[spatial - 1] : 1;
        for (i64 p = 0; p < alongRun; p++)
          for (i64 c = 0; c < batch; c++) t[p * out.strides[spatial] * runAxes + c * out.strides[0]] = sum[p * batch + c];
      }
    });
  }

  template <class T>
  void packOutputs(const T *from, const RowBlocks &rows, T *packed) const {
    const i64 o = kernel.strides[kernel.rank - 1];
    const int last = spatial - 1;
    for (i64 block = 0; block < rows.count; block++) {
      const i64 height = rows.size(block);
      T *to = packed + block * rows.height * windowCount;
      const T *start = from + block * rows.height * o;
      for (i64 w = 0; w < windowCount; w += window[last]) {
        i64 rest = w / window[last], offset = 0;
        for (int i = last - 1; i >= 0; i--) {
          offset += rest % window[i] * kernel.strides[i];
          rest /= window[i];
        }
        for (i64 k = 0; k < window[last]; k++)
          for (i64 i = 0; i < height; i++) to[(w + k) * height + i] = start[offset + k * kernel.strides[last] + i * o];
      }
    }
  }

  /// The tile product with columns packed one after the other.
  template <class T>
  static void multiplyEdge(i64 inner, const T *a, i64 aStep, i64 height, const T *b, T *c, i64 cStep) {
    constexpr i64 width = Tile<T>::kColumns;
    constexpr i64 kSome = 256;
    i64 table[kSome];
    for (i64 k = 0; k < kSome; k++) table[k] = k * width;
    for (i64 k0 = 0; k0 < inner; k0 += kSome)
      tileMultiply<T>(static_cast<int>(height), width)(least(kSome, inner - k0), a + k0 * aStep, aStep, b + k0 * width, table, c, cStep, true);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
