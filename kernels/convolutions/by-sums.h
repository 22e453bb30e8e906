// The gradient of a convolution's kernel, which arrives as a convolution whose channels are the batch: vectors run along the
// neighbouring channels of one padded image, and images are summed in a fixed number of parts.
//
// Where these are few, the places of the last two axes join them: rows of the image that neighbouring places see are shuffled
// into one, so that what all places see of it are neighbours.
#pragma once
#include "convolutions/geometry.h"
#include "products/multiply.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Elements of an image with joined rows: it is read from end to end for each block of outputs.
constexpr i64 kLargestJoined = 1 << 16;

struct ConvolutionBySums final : ConvolutionStep<ConvolutionBySums> {
  /// Distances in the padded image and in the one that is read, and those between what neighbouring taps see there.
  i64 paddedStrides[kMaxRank], distances[kMaxRank], tapDistances[kMaxRank], paddedSize = 1, runLength = 0, outerPlaces = 1;
  int runAxes = 0;
  bool copies = true;
  /// Elements of an image whose rows are joined.
  i64 joinedSize = 0;
  List<i64> columns;

  static bool fits(const Geometry &g) {
    if (g.groups != 1) return false;
    // An axis of one, or one that is repeated, has no stride to tell by.
    const auto size = [](i64 stride) { return stride < 0 ? -stride : stride; };
    const i64 lane = size(g.x.strides[0]), next = size(g.x.strides[g.x.rank - 1]);
    return g.batch > 1 && g.channels > 1 && lane > 0 && next > 0 ? lane < next : g.sums;
  }

  bool plan() {
    const int last = spatial - 1;
    const i64 lanesPerPlace = batch;
    // The last axis joins the vectors if its places are neighbours.
    runAxes = strides[last] != 1 ? 0 : joinsRows() ? 2 : 1;
    runLength = lanesPerPlace;
    for (int i = 0; i < runAxes; i++) runLength *= places[last - i];
    copies = runAxes == 2 || (x.strides[0] != 1 && batch > 1);
    for (int i = 0; i < spatial; i++)
      copies = copies || low[i] != 0 || inputDilation[i] != 1 || extents[i] > image[i] || x.strides[i + 1] < 0;
    if (runAxes && x.strides[last + 1] != batch) copies = true;
    paddedSize = batch;
    for (int i = last; i >= 0; i--) {
      paddedStrides[i] = copies ? paddedSize : x.strides[i + 1];
      paddedSize *= extents[i];
    }
    for (int i = last; i >= 0; i--) {
      distances[i] = paddedStrides[i];
      tapDistances[i] = kernelDilation[i] * paddedStrides[i];
    }
    if (runAxes == 2) {
      distances[last] = batch * places[last - 1];
      tapDistances[last] = kernelDilation[last] * distances[last];
      tapDistances[last - 1] = extents[last] * distances[last];
      joinedSize = window[last - 1] * tapDistances[last - 1];
      for (int i = last - 2; i >= 0; i--) {
        distances[i] = joinedSize;
        tapDistances[i] = kernelDilation[i] * joinedSize;
        joinedSize *= extents[i];
      }
    }
    if (!columns.resize(windowCount)) return false;
    for (i64 w = 0; w < windowCount; w++) {
      i64 rest = w, offset = 0;
      for (int i = last; i >= 0; i--) {
        offset += rest % window[i] * tapDistances[i];
        rest /= window[i];
      }
      columns[w] = offset;
    }
    for (int i = 0; i < spatial - runAxes; i++) outerPlaces *= places[i];
    return true;
  }

  /// Whether joined rows fill vectors better, and stay in the cache.
  bool joinsRows() const {
    if (spatial < 2) return false;
    const int last = spatial - 1;
    const i64 lanes = SHAPEWISE_VECTOR_BYTES / bytesOf(dtype), run = batch * places[last], rows = places[last - 1];
    double size = static_cast<double>(run) / places[last] * rows * extents[last] * window[last - 1];
    for (int i = 0; i < last - 1; i++) size *= static_cast<double>(extents[i]);
    return 4 * roundUp(run * rows, lanes) <= 3 * rows * roundUp(run, lanes) && size <= kLargestJoined;
  }

  /// Shuffles the rows of a padded image: to[…, y, x, p] is what the place p of the axis before the last one sees there.
  template <class T>
  void joinRows(const T *padded, T *to) const {
    const int last = spatial - 1;
    const i64 count = places[last - 1], pixels = extents[last], row = pixels * batch;
    const i64 lines = window[last - 1];
    const i64 planes = paddedSize / (extents[last - 1] * row);
    const i64 distance = strides[last - 1] * row;
    for (i64 line = 0; line < planes * lines; line++) {
      const T *from = padded + (line / lines * extents[last - 1] + line % lines * kernelDilation[last - 1]) * row;
      if (batch == 1) {
        turn(from, distance, count, pixels, to, count);
        to += pixels * count;
        continue;
      }
      for (i64 pixel = 0; pixel < pixels; pixel++, from += batch)
        for (i64 p = 0; p < count; p++, to += batch) {
          // What is written behind the last lane is overwritten, or lies behind the image.
          constexpr int N = 16 / sizeof(T);
          for (i64 c = 0; c < batch; c += N) store(to + c, load<Vector<T, N>>(from + p * distance + c));
        }
    }
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
      if (inputDilation[last] == 1 && x.strides[last + 1] == batch && (lane == 1 || batch == 1)) {
        const i64 begin = most(0, -low[last]), end = least(image[last], extents[last] - low[last]);
        if (begin < end)
          __builtin_memcpy(to + target + (begin + low[last]) * batch, from + source + begin * batch, (end - begin) * batch * sizeof(T));
        continue;
      }
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
    const double workspaceElements = (copies ? static_cast<double>(paddedSize + joinedSize) : 0.0) + 4 * width +
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
      const i64 padded = copies ? paddedSize + 2 * width + joinedSize : 0;
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
        if (runAxes == 2) {
          base = workspace + paddedSize + 2 * width;
          joinRows(workspace, workspace + paddedSize + 2 * width);
        }
        const T *outputsOfImage = address<T>(kernel, frame) + c * kernel.strides[kernel.rank - 2];
        if (!inPlace) packOutputs(outputsOfImage, rows, packed);
        for (i64 place = 0; place < outerPlaces; place++) {
          i64 rest = place, offset = 0;
          for (int i = spatial - runAxes - 1; i >= 0; i--) {
            offset += rest % places[i] * strides[i] * distances[i];
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
        const i64 down = runAxes == 2 ? places[spatial - 2] : 1, along = runAxes ? places[spatial - 1] : 1;
        for (i64 p = 0; p < along * down; p++) {
          const i64 from = runAxes ? p / down * out.strides[spatial] + p % down * out.strides[spatial - 1] : 0;
          for (i64 c = 0; c < batch; c++) t[from + c * out.strides[0]] = sum[p * batch + c];
        }
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
