// Convolutions with few outputs, and with images much smaller than what they are padded to, as gradients of inputs are: a row
// of the window times one pixel is what the pixel gives to all places of a row that see it. Vectors run along these places and
// their outputs, padding is never multiplied with, and the shares of neighbouring pixels are summed at the end.
#pragma once
#include "convolutions/geometry.h"
#include "products/multiply.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Elements of an image, which is turned as a whole before it is read.
constexpr i64 kLargestTurned = 1 << 18;

struct ConvolutionByPixels final : ConvolutionByImage<ConvolutionByPixels> {
  /// Multiplications of vectors for one image; infinite where this way is none.
  static double cost(const Geometry &g) {
    const int last = g.spatial - 1;
    const double lanes = SHAPEWISE_VECTOR_BYTES / static_cast<double>(bytesOf(g.dtype)), never = 1e300;
    if (g.groups != 1 || g.strides[last] != 1 || g.kernelDilation[last] != 1) return never;
    if (g.out.strides[last + 2] != 1 || g.out.strides[last + 1] != g.outputs) return never;
    double rows = 1, size = static_cast<double>(g.image[last]) * g.channels, outerPlaces = 1;
    for (int i = 0; i < last; i++) {
      if (g.window[i] > 64 || g.places[i] > 1 << 16) return never;
      double seen = 0;
      for (i64 p = 0; p < g.places[i]; p++)
        for (i64 w = 0; w < g.window[i]; w++) seen += rowSeen(g, i, p, w) >= 0;
      rows *= seen;
      size *= static_cast<double>(g.image[i]);
      outerPlaces *= static_cast<double>(g.places[i]);
    }
    const double share = static_cast<double>(g.window[last]) * g.outputs;
    if (size > kLargestTurned || share > 64 * lanes || share * g.image[last] > kLargestTurned) return never;
    const double vectors = static_cast<double>((static_cast<i64>(share) + static_cast<i64>(lanes) - 1) / static_cast<i64>(lanes));
    // Sums of shares are loads from two lines each, about as long as two multiplications; turning takes two for a vector.
    const double sums = outerPlaces * g.places[last] * g.outputs / lanes * (share / lanes + 1) * lanes / (g.inputDilation[last] * g.outputs);
    return rows * g.image[last] * g.channels * vectors + 2 * sums + 2 * size / lanes;
  }

  bool plan() {
    const int last = spatial - 1;
    lanes = SHAPEWISE_VECTOR_BYTES / bytesOf(dtype);
    share = window[last] * outputs;
    step = inputDilation[last] * outputs;
    panels = (share + 2 * lanes - 1) / (2 * lanes);
    // A pixel's share has a vector of zeros before and behind it, so that sums can read past its ends.
    shareSize = (panels + 1) * 2 * lanes;
    inner = channels;
    for (int i = 0; i < last; i++) inner *= window[i];
    if (!columns.resize(inner)) return false;
    for (i64 k = 0; k < inner; k++) columns[k] = k * 2 * lanes;
    return findRuns() && findSums();
  }

  template <class T>
  void pack(const Frame &frame, ShapewiseFailure &failure) const {
    if (reserve(1, 2, static_cast<double>(panels) * inner * 2 * lanes * sizeof(T), failure) &&
        reserve(shapewise_threads(), 3, static_cast<double>(workElements()) * sizeof(T), failure))
      packWeights(address<T>(kernel, frame), packed<T>());
  }

  template <class T>
  void computeImage(const Frame &frame, i64 number, i64 part, i64 parts, int thread) const {
    T *turned = static_cast<T *>(shapewise_scratch(thread, 3, workElements() * sizeof(T)));
    T *shares = turned + imageSize();
    turnImage(address<T>(x, frame) + number * x.strides[0], turned);
    __builtin_memset(shares, 0, image[spatial - 1] * shareSize * sizeof(T));
    T *results = address<T>(out, frame) + number * out.strides[0];
    const i64 rows = firstRun.count - 1;
    for (i64 row = rows * part / parts; row < rows * (part + 1) / parts; row++) {
      multiplyRow(row, turned, packed<T>(), shares);
      sumShares(shares, results + targets[row]);
    }
  }

 private:
  /// Rows of the image that follow each other, and the weights that belong to them; both in rows of products.
  struct Run {
    i64 from, weights, count;
  };
  /// The pixels whose shares reach a vector of a row of the output, and where the first one's does.
  struct Sum {
    i64 pixel, end, offset;
  };
  i64 lanes = 1, share = 0, step = 0, panels = 1, shareSize = 0, inner = 1;
  List<i64> columns;
  List<Run> runs;
  /// For each row of the output, the first of its runs (and at last their number), and where it lies.
  List<i64> firstRun, targets;
  List<Sum> sums;

  i64 imageSize() const { return x.elements / batch; }
  i64 workElements() const { return imageSize() + image[spatial - 1] * shareSize; }
  template <class T>
  T *packed() const { return static_cast<T *>(shapewise_scratch(0, 2, panels * inner * 2 * lanes * sizeof(T))); }

  /// The index along an outer axis that a place sees by a tap, or −1.
  static i64 rowSeen(const Geometry &g, int axis, i64 place, i64 tap) {
    const i64 at = place * g.strides[axis] + tap * g.kernelDilation[axis] - g.low[axis];
    return at >= 0 && at % g.inputDilation[axis] == 0 && at / g.inputDilation[axis] < g.image[axis] ? at / g.inputDilation[axis] : -1;
  }

  bool findRuns() {
    const int last = spatial - 1;
    i64 rows = 1, taps = 1;
    for (int i = 0; i < last; i++) {
      rows *= places[i];
      taps *= window[i];
    }
    for (i64 row = 0; row < rows; row++) {
      i64 target = 0;
      const i64 first = runs.count;
      if (!firstRun.push(first)) return false;
      for (i64 tap = 0; tap < taps; tap++) {
        i64 place = row, rest = tap, from = 0, scale = 1;
        target = 0;
        bool seen = true;
        for (int i = last - 1; i >= 0; i--) {
          const i64 at = rowSeen(*this, i, place % places[i], rest % window[i]);
          target += place % places[i] * out.strides[i + 1];
          place /= places[i];
          rest /= window[i];
          seen = seen && at >= 0;
          from += at * scale;
          scale *= image[i];
        }
        if (!seen) continue;
        Run *before = runs.count > first ? &runs[runs.count - 1] : nullptr;
        if (before != nullptr && before->from + before->count == from * channels && before->weights + before->count == tap * channels)
          before->count += channels;
        else if (!runs.push({from * channels, tap * channels, channels})) return false;
      }
      if (!targets.push(target)) return false;
    }
    return firstRun.push(runs.count);
  }

  bool findSums() {
    const int last = spatial - 1;
    // Where the first pixel's share begins in a row of the output.
    const i64 start = (low[last] - (window[last] - 1)) * outputs;
    for (i64 j = 0; j < places[last] * outputs; j += lanes) {
      const i64 at = j - start;
      const i64 pixel = at - share < 0 ? 0 : (at - share) / step + 1;
      const i64 end = at + lanes <= 0 ? 0 : least(image[last], (at + lanes - 1) / step + 1);
      if (!sums.push({pixel, end, at - pixel * step})) return false;
    }
    return true;
  }

  /// Weights [panel, outer tap, channel, width]: what a pixel gives, from the first place that sees it to the last.
  template <class T>
  void packWeights(const T *weights, T *packed) const {
    const int last = spatial - 1;
    const i64 width = 2 * lanes;
    for (i64 k = 0; k < inner; k++) {
      i64 rest = k / channels, offset = k % channels * kernel.strides[spatial];
      for (int i = last - 1; i >= 0; i--) {
        offset += rest % window[i] * kernel.strides[i];
        rest /= window[i];
      }
      for (i64 j = 0; j < panels * width; j++) {
        const i64 tap = window[last] - 1 - j / outputs;
        packed[(j / width * inner + k) * width + j % width] =
            j < share ? weights[offset + tap * kernel.strides[last] + j % outputs * kernel.strides[spatial + 1]] : T(0);
      }
    }
  }

  /// An image [outer, channel, pixel].
  template <class T>
  void turnImage(const T *from, T *to) const {
    const int last = spatial - 1;
    const i64 pixel = x.strides[last + 1], channel = x.strides[spatial + 1];
    i64 rows = 1;
    for (int i = 0; i < last; i++) rows *= image[i];
    for (i64 row = 0; row < rows; row++, to += channels * image[last]) {
      i64 rest = row, source = 0;
      for (int i = last - 1; i >= 0; i--) {
        source += rest % image[i] * x.strides[i + 1];
        rest /= image[i];
      }
      packRows(Strided<T>{from + source, pixel, channel}, 0, image[last], 0, channels, image[last], to);
    }
  }

  template <class T>
  void multiplyRow(i64 row, const T *turned, const T *weights, T *shares) const {
    constexpr i64 width = Tile<T>::kColumns;
    const i64 pixels = image[spatial - 1];
    const RowBlocks blocks(pixels);
    if (firstRun[row] == firstRun[row + 1]) __builtin_memset(shares, 0, pixels * shareSize * sizeof(T));
    for (i64 block = 0; block < blocks.count; block++) {
      const i64 first = block * blocks.height, height = blocks.size(block);
      for (i64 panel = 0; panel < panels; panel++) {
        const TileMultiply<T> multiply = tileMultiply<T>(static_cast<int>(height), least(width, share - panel * width));
        T *to = shares + first * shareSize + lanes + panel * width;
        for (i64 r = firstRun[row]; r < firstRun[row + 1]; r++) {
          const Run &run = runs[r];
          multiply(run.count, turned + run.from * pixels + first, pixels, weights + (panel * inner + run.weights) * width,
                   columns.items, to, shareSize, r > firstRun[row]);
        }
      }
    }
  }

  /// One row of the output.
  template <class T>
  void sumShares(const T *shares, T *to) const {
    using V = Vector<T, Tile<T>::kLane>;
    const i64 size = places[spatial - 1] * outputs;
    for (i64 s = 0; s < sums.count; s++, to += lanes) {
      const Sum &sum = sums[s];
      V total = {};
      const T *from = shares + lanes + sum.pixel * shareSize + sum.offset;
      for (i64 pixel = sum.pixel; pixel < sum.end; pixel++, from += shareSize - step) total += load<V>(from);
      if ((s + 1) * lanes <= size) store(to, total);
      else storePart(to, total, size - s * lanes);
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
