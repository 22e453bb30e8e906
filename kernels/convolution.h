// Convolutions of any number of spatial axes as implicit products of matrices: nothing is unrolled in memory.
//
// By images (forward, and the gradient of the input): each image is copied once with its padding, channel by channel and, for
// strides, phase by phase, so that the elements that neighbouring places see are neighbours; vectors run along places.
// By sums (the gradient of the kernel, which arrives as a convolution whose channels are the batch): vectors run along
// the neighbouring channels of one padded image, and images are summed in a fixed number of parts.
#pragma once
#include "multiply.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Elements of one padded image.
constexpr i64 kLargestImage = INT64_C(1) << 30;

struct Convolution final : Allocated<Convolution> {
  Operand x, kernel, out;
  int spatial = 0;
  i64 groups = 1;
  i64 image[kMaxRank], places[kMaxRank], window[kMaxRank];
  i64 strides[kMaxRank], low[kMaxRank], inputDilation[kMaxRank], kernelDilation[kMaxRank];
  /// Padded elements that some place sees.
  i64 extents[kMaxRank];
  bool bySums = false;
  // By images:
  i64 lengths[kMaxRank], lengthStrides[kMaxRank], planeSize = 1, phases = 1, span = 1;
  List<i64> columns, placeOffsets;
  // By sums:
  i64 paddedStrides[kMaxRank], paddedSize = 1, runLength = 0, outerPlaces = 1;
  int runAxes = 0;
  bool copies = true;
  i64 windowCount = 1, batch = 0, channels = 0, groupChannels = 0, outputs = 0;

  static Step *read(Reader &reader, const Extents &given) {
    Convolution *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->parse(reader, given);
    return step;
  }

  void parse(Reader &reader, const Extents &given) {
    x = reader.operand(given);
    kernel = reader.operand(given);
    out = reader.operand(given);
    spatial = x.rank - 2;
    reader.expect(spatial >= 1 && kernel.rank == x.rank && out.rank == x.rank, "a convolution has operands of the wrong rank");
    reader.expect((x.dtype == kFloat32 || x.dtype == kFloat64 || x.dtype == kInt32) && kernel.dtype == x.dtype && out.dtype == x.dtype,
                  "a convolution does not take its dtype");
    reader.expect(out.kind == kOutput || out.kind == kArena, "a convolution writes where it must not");
    const i64 limit = INT64_C(1) << 31;
    groups = reader.number(1, limit, "a convolution has groups out of range");
    if (reader.failed()) return;
    const int last = x.rank - 1;
    batch = x.sizes[0];
    channels = x.sizes[last];
    groupChannels = kernel.sizes[spatial];
    outputs = kernel.sizes[spatial + 1];
    reader.expect(channels == groupChannels * groups && outputs % groups == 0 && out.sizes[0] == batch && out.sizes[last] == outputs,
                  "a convolution has channels that do not fit");
    for (int i = 0; i < spatial && !reader.failed(); i++) {
      image[i] = x.sizes[i + 1];
      places[i] = out.sizes[i + 1];
      window[i] = kernel.sizes[i];
      strides[i] = reader.number(1, limit, "a stride is out of range");
      low[i] = reader.number(-limit, limit, "a padding is out of range");
      inputDilation[i] = reader.number(1, limit, "a dilation is out of range");
      kernelDilation[i] = reader.number(1, limit, "a dilation is out of range");
      windowCount *= window[i];
      extents[i] = (places[i] - 1) * strides[i] + (window[i] - 1) * kernelDilation[i] + 1;
      reader.expect(extents[i] < INT64_C(1) << 40, "a convolution is too large");
    }
    if (reader.failed() || out.elements == 0 || kernel.elements == 0 || x.elements == 0) return;
    const auto size = [](i64 stride) { return stride < 0 ? -stride : stride; };
    // Tables and padded images must be of a size that can be counted, and tables of one that can be had.
    double padded = static_cast<double>(channels < batch ? batch : channels), window = groupChannels, places = outputs;
    for (int i = 0; i < spatial; i++) {
      padded *= static_cast<double>(extents[i]) + static_cast<double>(strides[i]) * kernelDilation[i];
      window *= static_cast<double>(kernel.sizes[i]);
      places *= static_cast<double>(out.sizes[i + 1]) + static_cast<double>(extents[i]) / strides[i];
    }
    reader.expect(padded < static_cast<double>(kLargestImage) && window < 1e9 && places < 1e11, "a convolution is too large");
    if (reader.failed()) return;
    bySums = groups == 1 && channels > 1 && size(x.strides[0]) < size(x.strides[last]);
    reader.expect(bySums ? prepareSums() : prepareImages(), "out of memory");
  }

  bool prepareImages() {
    for (int i = 0; i < spatial; i++) {
      lengths[i] = places[i] + (window[i] - 1) * kernelDilation[i] / strides[i];
      phases *= strides[i];
    }
    for (int i = spatial - 1; i >= 0; i--) {
      lengthStrides[i] = planeSize;
      planeSize *= lengths[i];
      span += (places[i] - 1) * lengthStrides[i];
    }
    if (!columns.resize(windowCount * groupChannels)) return false;
    for (i64 w = 0; w < windowCount; w++) {
      i64 rest = w, shift = 0, phase = 0, scale = 1;
      for (int i = spatial - 1; i >= 0; i--) {
        const i64 at = rest % window[i] * kernelDilation[i];
        rest /= window[i];
        shift += at / strides[i] * lengthStrides[i];
        phase += at % strides[i] * scale;
        scale *= strides[i];
      }
      for (i64 c = 0; c < groupChannels; c++) columns[w * groupChannels + c] = (c * phases + phase) * planeSize + shift;
    }
    if (span > INT64_C(1) << 31 || !placeOffsets.resize(span)) return false;
    for (i64 j = 0; j < span; j++) {
      i64 offset = 0;
      i64 rest = j;
      bool inside = true;
      for (int i = 0; i < spatial; i++) {
        const i64 place = rest / lengthStrides[i];
        rest %= lengthStrides[i];
        inside = inside && place < places[i];
        offset += place * out.strides[i + 1];
      }
      placeOffsets[j] = inside ? offset : INT64_MIN;
    }
    return true;
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

  template <class T>
  void runImages(const Frame &frame, ShapewiseFailure &failure) {
    constexpr i64 width = Tile<T>::kColumns;
    const i64 inner = windowCount * groupChannels;
    const i64 groupOutputs = outputs / groups;
    const RowBlocks rows(groupOutputs);
    const i64 perGroup = rows.count * rows.height * inner;
    const double planeElements = static_cast<double>(channels) * static_cast<double>(phases) * static_cast<double>(planeSize);
    if (!reserve(1, 2, static_cast<double>(groups) * perGroup * sizeof(T), failure) ||
        !reserve(shapewise_threads(), 3, (planeElements + 2 * width + kMaxRows * width) * sizeof(T), failure))
      return;
    T *packed = static_cast<T *>(shapewise_scratch(0, 2, groups * perGroup * sizeof(T)));
    const T *weights = address<T>(kernel, frame);
    const int r = kernel.rank;
    for (i64 group = 0; group < groups; group++) {
      for (i64 block = 0; block < rows.count; block++) {
        const i64 height = rows.size(block);
        T *to = packed + group * perGroup + block * rows.height * inner;
        for (i64 w = 0; w < windowCount; w++) {
          i64 rest = w, offset = 0;
          for (int i = spatial - 1; i >= 0; i--) {
            offset += rest % window[i] * kernel.strides[i];
            rest /= window[i];
          }
          const T *from = weights + offset + (group * groupOutputs + block * rows.height) * kernel.strides[r - 1];
          for (i64 c = 0; c < groupChannels; c++)
            for (i64 i = 0; i < height; i++)
              to[(w * groupChannels + c) * height + i] = from[c * kernel.strides[r - 2] + i * kernel.strides[r - 1]];
        }
      }
    }
    const i64 threads = shapewise_threads();
    const i64 panels = (span + width - 1) / width;
    const i64 splits = batch >= threads ? 1 : least(panels, (threads + batch - 1) / batch);
    const i64 perSplit = (panels + splits - 1) / splits;
    const bool large = batch * span * inner * outputs > 1 << 16;
    parallel(batch * splits, large, [&](i64 task, int thread) {
      const i64 b = task / splits;
      const i64 split = task % splits;
      const i64 planes = channels * phases * planeSize;
      T *spreadImage = static_cast<T *>(shapewise_scratch(thread, 3, (planes + 2 * width + kMaxRows * width) * sizeof(T)));
      T *tile = spreadImage + planes + 2 * width;
      spread(address<T>(x, frame) + b * x.strides[0], spreadImage);
      T *result = address<T>(out, frame) + b * out.strides[0];
      const i64 outStep = out.strides[out.rank - 1];
      const i64 placeStep = out.strides[spatial];
      for (i64 p = split * perSplit; p < least(panels, (split + 1) * perSplit); p++) {
        const i64 j0 = p * width;
        const i64 across = least(width, span - j0);
        for (i64 group = 0; group < groups; group++) {
          const T *from = spreadImage + group * groupChannels * phases * planeSize + j0;
          for (i64 block = 0; block < rows.count; block++) {
            const i64 height = rows.size(block);
            tileMultiply<T>(static_cast<int>(height), across)(inner, packed + group * perGroup + block * rows.height * inner, height, from,
                                                      columns.items, tile, width, false);
            T *to = result + (group * groupOutputs + block * rows.height) * outStep;
            for (i64 j = 0; j < across;) {
              const i64 offset = placeOffsets[j0 + j];
              if (offset == INT64_MIN) {
                j++;
                continue;
              }
              // Places of one row follow each other at one distance.
              i64 run = 1;
              while (j + run < across && placeOffsets[j0 + j + run] == offset + run * placeStep) run++;
              if (outStep == 1) {
                turn(tile + j, width, height, run, to + offset, placeStep);
              } else {
                for (i64 k = 0; k < run; k++)
                  for (i64 i = 0; i < height; i++) to[offset + k * placeStep + i * outStep] = tile[i * width + j + k];
              }
              j += run;
            }
          }
        }
      }
    });
  }

  bool prepareSums() {
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
  void runSums(const Frame &frame, ShapewiseFailure &failure) {
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

  template <class T>
  void runAs(const Frame &frame, ShapewiseFailure &failure) {
    if (bySums) runSums<T>(frame, failure);
    else runImages<T>(frame, failure);
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    if (out.elements == 0) return;
    if (x.elements == 0 || kernel.elements == 0) {
      for (i64 i = 0; i < out.elements; i++) {
        i64 rest = i, offset = 0;
        for (int axis = out.rank - 1; axis >= 0; axis--) {
          offset += rest % out.sizes[axis] * out.strides[axis];
          rest /= out.sizes[axis];
        }
        __builtin_memset(address(out, frame) + offset * bytesOf(out.dtype), 0, bytesOf(out.dtype));
      }
      return;
    }
    if (x.dtype == kFloat32) runAs<float>(frame, failure);
    else if (x.dtype == kFloat64) runAs<double>(frame, failure);
    else runAs<u32>(frame, failure);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
