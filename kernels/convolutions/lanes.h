// How the groups of a convolution fill vectors: a lane is an output of a group. Where every group has one channel and one output,
// images are read as they lie; otherwise they are copied so that each lane finds the channel it wants below it, one after the
// other: for each pixel [channel, lane].
#pragma once
#include "convolutions/sight.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// What a copied part of an image may take: some of a second-level cache.
constexpr i64 kSpreadBytes = 256 * 1024;

/// Distances between what an image is made of.
struct ImageStrides {
  i64 spatial[kMaxRank], group, channel;
};

struct Lanes {
  i64 groups = 0, channels = 0, outputs = 0;
  ImageStrides source;
  bool inPlace = false;
  /// Groups that are computed at once, and the elements that their lanes take.
  i64 perBundle = 0, bundles = 0, width = 0;
  /// Places of the first axis that are computed at once where there are others, and the most pixels that they see along it.
  i64 bandPlaces = 1, bands = 1, bandPixels = 0;
  /// Distances of what is read, in a copy or not.
  i64 distances[kMaxRank], channelStep = 0, copySize = 0;

  void plan(const Sight &sight, i64 elementBytes) {
    const i64 vector = SHAPEWISE_VECTOR_BYTES / elementBytes;
    inPlace = channels == 1 && outputs == 1 && source.group == 1;
    const Axis &first = sight.axes[0];
    const bool banded = sight.spatial > 1;
    if (inPlace) {
      // Where rows cannot be shared out, vectors are.
      perBundle = banded ? groups : least(groups, 4 * vector);
      bands = banded ? first.places : 1;
    } else {
      i64 pixels = 1;
      for (int i = 1; i < sight.spatial; i++) pixels *= sight.axes[i].image;
      const i64 least1 = most(1, vector / outputs);
      const i64 vectorBytes = pixels * channels * roundUp(least1 * outputs, vector) * elementBytes;
      perBundle = least(groups, least1 * least(4, most(1, kSpreadBytes / most(1, vectorBytes * first.image))));
      width = roundUp(perBundle * outputs, vector);
      if (banded) {
        const i64 rowBytes = most(1, pixels * channels * width * elementBytes);
        const i64 seen = (first.window - 1) * first.dilation / first.inputDilation + 1;
        bandPlaces = least(first.places, most(most(1, seen), (kSpreadBytes / rowBytes - seen) * first.inputDilation / first.stride));
        bands = (first.places + bandPlaces - 1) / bandPlaces;
      }
      bandPixels = !banded ? first.image
                           : least(first.image, ((bandPlaces - 1) * first.stride + (first.window - 1) * first.dilation) / first.inputDilation + 2);
      channelStep = width;
      copySize = channels * width;
      for (int i = sight.spatial - 1; i >= 0; i--) {
        distances[i] = copySize;
        copySize *= i == 0 ? bandPixels : sight.axes[i].image;
      }
    }
    width = roundUp(perBundle * outputs, vector);
    bundles = (groups + perBundle - 1) / perBundle;
    if (inPlace)
      for (int i = 0; i < sight.spatial; i++) distances[i] = source.spatial[i];
  }

  i64 lanesOf(i64 bundle) const { return least(perBundle, groups - bundle * perBundle) * outputs; }
  /// Elements of a copy; a store of a vector may reach behind it.
  i64 roomForCopy(i64 elementBytes) const { return inPlace ? 0 : copySize + SHAPEWISE_VECTOR_BYTES / elementBytes; }

  /// The pixels along the first axis that some place of a band sees.
  void seenByBand(const Axis &first, i64 begin, i64 end, i64 &from, i64 &to) const {
    const i64 low = begin * first.stride - first.low;
    const i64 high = (end - 1) * first.stride + (first.window - 1) * first.dilation - first.low;
    from = low <= 0 ? 0 : least(first.image, (low + first.inputDilation - 1) / first.inputDilation);
    to = high < 0 ? from : most(from, least(first.image, high / first.inputDilation + 1));
  }

  /// Copies the pixels of a bundle that lie in [begin, end) along the first axis.
  template <class T>
  void copy(const Sight &sight, const T *image, i64 bundle, i64 begin, i64 end, T *to) const {
    image += bundle * perBundle * source.group;
    i64 rows = end - begin;
    for (int i = 1; i + 1 < sight.spatial; i++) rows *= sight.axes[i].image;
    const int last = sight.spatial - 1;
    // The only axis is the one that bands are of.
    const i64 pixels = last == 0 ? end - begin : sight.axes[last].image;
    if (last == 0) rows = 1;
    const i64 some = least(perBundle, groups - bundle * perBundle);
    for (i64 row = 0; row < rows; row++) {
      i64 rest = row, offset = last == 0 ? begin * source.spatial[0] : 0;
      for (int i = last - 1; i >= 0; i--) {
        const i64 size = i == 0 ? end - begin : sight.axes[i].image;
        offset += (rest % size + (i == 0 ? begin : 0)) * source.spatial[i];
        rest /= size;
      }
      for (i64 pixel = 0; pixel < pixels; pixel++, to += channels * width) {
        const T *from = image + offset + pixel * source.spatial[last];
        if (outputs == 1) copyChannels(from, some, to);
        else repeatChannels(from, some, to);
      }
    }
  }

 private:
  template <class T>
  void copyChannels(const T *from, i64 some, T *to) const {
    for (i64 c = 0; c < channels; c++, from += source.channel, to += width)
      for (i64 g = 0; g < some; g++) to[g] = from[g * source.group];
  }

  /// A store that reaches into the lanes of the next group or channel is followed by theirs.
  template <class T>
  void repeatChannels(const T *from, i64 some, T *to) const {
    constexpr i64 N = SHAPEWISE_VECTOR_BYTES / sizeof(T), kShort = 16 / sizeof(T);
    for (i64 c = 0; c < channels; c++, from += source.channel, to += width)
      for (i64 g = 0; g < some; g++) {
        const T value = from[g * source.group];
        T *lanes = to + g * outputs;
        if (outputs <= kShort) {
          store(lanes, value - Vector<T, kShort>{});
          continue;
        }
        for (i64 o = 0; o < outputs; o += N) store(lanes + o, value - Vector<T, N>{});
      }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
