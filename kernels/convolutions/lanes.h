// How the groups of a convolution fill vectors: a lane is an output of a group. Where every group has one channel and one output,
// images are read as they lie; otherwise they are copied so that each lane finds the channel it wants below it, one after the
// other: for each pixel [channel, lane].
#pragma once
#include "convolutions/sight.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// What a copied part of an image may take: some of a second-level cache.
constexpr i64 kSpreadBytes = 256 * 1024;

/// Places in one block of registers: at most these, or a half, a quarter, one.
constexpr int kColumnPlaces = 8;

/// What is seen along the rows of a window by one phase: for each row all pieces. Steps are in elements: between pixels, between the
/// columns of neighbouring places, and between the weights (or sums) of neighbouring taps, of the window and of a piece.
struct Columns {
  const SeenRow *rows;
  i64 count;
  const Piece *pieces;
  i64 pieceCount, pixelStep, step, ownStep, tapStep;
  /// Where the rows begin that the places of the next row see first, one before the other; and how many pixels there are for each.
  i64 ahead, aheadStep, aheadRows, spread;
};

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
  /// Where two vectors of channels find the elements of a vector of lanes, for each of both.
  List<i32> turns;

  bool plan(const Sight &sight, i64 elementBytes) {
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
    return inPlace || planTurns(elementBytes);
  }

  i64 lanesOf(i64 bundle) const { return least(perBundle, groups - bundle * perBundle) * outputs; }
  Columns columns(const Sight &sight, const Phase &phase, const SeenRow *rows, i64 count) const {
    const int last = sight.spatial - 1;
    const i64 pixel = distances[last], own = channels * width, step = sight.columnPixels * pixel;
    const i64 spread = sight.phases.count == 1 ? sight.columnPixels : 1, end = count > 0 ? rows[count - 1].from : 0;
    Columns seen = {rows, count, sight.pieces.items + phase.firstPiece, phase.pieces, pixel, step, own, sight.tapStep * own,
                    end + 2 * kColumnPlaces * step, 0, 1, spread};
    if (last > 0) {
      const Axis &axis = sight.axes[last - 1];
      seen.ahead = end + axis.placePixels * distances[last - 1];
      seen.aheadStep = -distances[last - 1];
      seen.aheadRows = least(axis.placePixels, axis.window);
    }
    return seen;
  }
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
        for (i64 c = 0; source.channel == 1 && c < some * channels; c += 64 / sizeof(T))
          __builtin_prefetch(from + kColumnPlaces * source.spatial[last] + c, 0, 3);
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
#if SHAPEWISE_VECTOR_BYTES >= 64
    if constexpr (sizeof(T) == 4)
      if (turns.count > 0) return turnChannels(from, some, to);
#endif
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

  /// Whether channels follow each other, and a vector of lanes reads two vectors of them at most: its elements are then turned.
  bool planTurns(i64 elementBytes) {
    const i64 N = SHAPEWISE_VECTOR_BYTES / elementBytes;
    if (SHAPEWISE_VECTOR_BYTES < 64 || elementBytes != 4 || outputs == 1 || source.channel != 1 || source.group != channels) return true;
    if (((N + outputs - 2) / outputs + 1) * channels > 2 * N) return true;
    if (!turns.resize(width * channels)) return false;
    for (i64 lane = 0; lane < width; lane++)
      for (i64 c = 0; c < channels; c++)
        turns[(lane / N * channels + c) * N + lane % N] = static_cast<i32>((lane / outputs - lane / N * N / outputs) * channels + c);
    return true;
  }

#if SHAPEWISE_VECTOR_BYTES >= 64
  template <class T>
  void turnChannels(const T *from, i64 some, T *to) const {
    constexpr i64 N = SHAPEWISE_VECTOR_BYTES / sizeof(T);
    using V = Vector<T, N>;
    const i32 *turn = turns.items;
    for (i64 lane = 0; lane < some * outputs; lane += N) {
      const i64 first = lane / outputs * channels, left = some * channels - first;
      const __m512i low = bits<__m512i>(loadPart<V>(from + first, least(left, N)));
      const __m512i high = left > N ? bits<__m512i>(loadPart<V>(from + first + N, least(left - N, N))) : low;
      for (i64 c = 0; c < channels; c++, turn += N)
        store(to + c * width + lane, bits<V>(_mm512_permutex2var_epi32(low, load<__m512i>(turn), high)));
    }
  }
#endif
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
