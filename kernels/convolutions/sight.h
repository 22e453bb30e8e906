// What the places of a convolution see of an image, axis by axis, and the lists of it that kernels run through.
#pragma once
#include "convolutions/geometry.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Elements of the window by which a place sees pixels: `count` from `first` on, in equal steps; `pixel` is what the first sees.
struct Seen {
  i64 first, count, pixel;
  bool operator==(const Seen &other) const { return first == other.first && count == other.count; }
};

/// Pixel = place · stride + tap · dilation − low, over the input's dilation; what is not whole or outside is not seen.
struct Axis {
  i64 image, places, window, stride, low, inputDilation, dilation;
  /// Between neighbouring taps that are seen, and the pixels that they see; the same for places that see by the same taps.
  i64 tapStep, tapPixels, placeStep, placePixels;

  void plan() {
    tapStep = inputDilation / commonDivisor(dilation, inputDilation);
    tapPixels = tapStep * dilation / inputDilation;
    placeStep = inputDilation / commonDivisor(stride, inputDilation);
    placePixels = placeStep * stride / inputDilation;
  }
  Seen seen(i64 place) const {
    const i64 base = place * stride - low;
    i64 first = base < 0 ? (dilation - 1 - base) / dilation : 0;
    for (i64 k = 0; k < tapStep && (base + first * dilation) % inputDilation != 0; k++) first++;
    const i64 room = (image - 1) * inputDilation - base;
    const i64 last = room < 0 ? -1 : least(window - 1, room / dilation);
    if (first > last || (base + first * dilation) % inputDilation != 0) return {0, 0, 0};
    return {first, (last - first) / tapStep + 1, (base + first * dilation) / inputDilation};
  }

  static i64 commonDivisor(i64 a, i64 b) { return b == 0 ? a : commonDivisor(b, a % b); }
};

/// Places of the last axis that see by the same taps, at one distance from each other.
struct Run {
  i64 place, count;
  Seen seen;
};

/// Where a tap finds its elements, and where those lie that belong to it.
struct SeenTap {
  i64 from, own;
};

struct Sight {
  int spatial = 0;
  Axis axes[kMaxRank];
  List<Run> runs;
  /// Products of all axes but the last.
  i64 rows = 1;

  bool plan() {
    for (int i = 0; i < spatial; i++) axes[i].plan();
    for (int i = 0; i + 1 < spatial; i++) rows *= axes[i].places;
    const Axis &last = axes[spatial - 1];
    for (i64 phase = 0; phase < least(last.placeStep, last.places); phase++) {
      const i64 before = runs.count;
      for (i64 place = phase; place < last.places; place += last.placeStep) {
        const Seen seen = last.seen(place);
        if (runs.count > before && runs[runs.count - 1].seen == seen) runs[runs.count - 1].count++;
        else if (!runs.push({place, 1, seen})) return false;
      }
    }
    return true;
  }

  i64 places() const { return rows * axes[spatial - 1].places; }

  /// What a row of places sees along all axes but the last.
  void seenByRow(i64 row, Seen *seen) const {
    for (int i = spatial - 2; i >= 0; i--) {
      seen[i] = axes[i].seen(row % axes[i].places);
      row /= axes[i].places;
    }
  }

  /// The taps of a run, each with `channels` of its own, `channelStep` and `ownStep` apart; `distances` are those of pixels.
  struct Listing {
    const i64 *distances;
    i64 channels, channelStep, ownStep;
  };
  i64 list(const Listing &listing, Seen *seen, const Run &run, i64 from, SeenTap *taps) const {
    seen[spatial - 1] = run.seen;
    return add(listing, seen, 0, from, 0, taps) - taps;
  }

 private:
  SeenTap *add(const Listing &listing, const Seen *seen, int axis, i64 from, i64 tap, SeenTap *taps) const {
    const Axis &own = axes[axis];
    const i64 step = own.tapPixels * listing.distances[axis];
    from += seen[axis].pixel * listing.distances[axis];
    tap = tap * own.window + seen[axis].first;
    for (i64 k = 0; k < seen[axis].count; k++, from += step, tap += own.tapStep) {
      if (axis + 1 < spatial) {
        taps = add(listing, seen, axis + 1, from, tap, taps);
        continue;
      }
      for (i64 c = 0; c < listing.channels; c++) *taps++ = {from + c * listing.channelStep, (tap * listing.channels + c) * listing.ownStep};
    }
    return taps;
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
