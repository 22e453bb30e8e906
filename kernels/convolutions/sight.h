// What the places of a convolution see of an image, axis by axis, and the lists of it that kernels run through.
#pragma once
#include "convolutions/geometry.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Elements of the window by which a place sees pixels: `count` from `first` on, in equal steps; `pixel` is what the first sees.
struct Seen {
  i64 first, count, pixel;
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

/// Most taps of a piece.
constexpr i64 kPieceTaps = 4;

/// Neighbouring taps of the last axis. Tap k of it sees for place p of its phase what lies in column p + k, and columns are pixels at
/// one distance: an element that is loaded serves as many places as there are taps. Columns from `from` until before `behind` exist.
struct Piece {
  i64 tap, taps, pixel, from, behind;
};

/// Places of the last axis that see by the same taps, at one distance from each other.
struct Phase {
  i64 place, count, firstPiece, pieces;
};

/// Where the taps of one row along the last axis find the row's first pixel, and where that lies which belongs to the first of them.
struct SeenRow {
  i64 from, own;
};

struct Sight {
  int spatial = 0;
  Axis axes[kMaxRank];
  List<Phase> phases;
  List<Piece> pieces;
  /// Along the last axis: between the places of a phase, between their pixels, and from tap to tap of a piece.
  i64 placeStep = 1, columnPixels = 1, tapStep = 1;
  /// Products of all axes but the last, of places and of the window.
  i64 rows = 1, windowRows = 1;

  bool plan() {
    for (int i = 0; i < spatial; i++) axes[i].plan();
    for (int i = 0; i + 1 < spatial; i++) {
      rows *= axes[i].places;
      windowRows *= axes[i].window;
    }
    const Axis &last = axes[spatial - 1];
    placeStep = last.placeStep;
    columnPixels = last.placePixels;
    tapStep = last.tapStep;
    // Dilated windows are joined by places as far from each other as their taps.
    const i64 spread = last.tapPixels / columnPixels;
    if (spread > 1 && spread <= 64 && last.tapPixels % columnPixels == 0 && last.places >= 4 * spread * placeStep) {
      placeStep *= spread;
      columnPixels *= spread;
    }
    for (i64 phase = 0; phase < least(placeStep, last.places); phase++)
      if (!addPhase(last, phase)) return false;
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

  /// The rows of a window, each with `channels` of its own, `channelStep` and `ownStep` apart; `distances` are those of pixels.
  struct Listing {
    const i64 *distances;
    i64 channels, channelStep, ownStep;
  };
  i64 list(const Listing &listing, const Seen *seen, i64 from, SeenRow *list) const { return add(listing, seen, 0, from, 0, list) - list; }

 private:
  bool addPhase(const Axis &last, i64 place) {
    Phase phase = {place, (last.places - place + placeStep - 1) / placeStep, pieces.count, 0};
    const i64 base = place * last.stride - last.low;
    const bool joined = last.tapPixels == columnPixels;
    i64 tap = 0;
    while (tap < last.tapStep && (base + tap * last.dilation) % last.inputDilation != 0) tap++;
    if (tap == last.tapStep) tap = last.window;
    for (i64 taps = 1; tap < last.window; tap += taps * last.tapStep) {
      const i64 left = (last.window - tap + last.tapStep - 1) / last.tapStep, some = (left + kPieceTaps - 1) / kPieceTaps;
      taps = joined ? (left + some - 1) / some : 1;
      const i64 pixel = (base + tap * last.dilation) / last.inputDilation;
      const i64 from = pixel >= 0 ? 0 : (columnPixels - 1 - pixel) / columnPixels;
      const i64 behind = pixel >= last.image ? 0 : (last.image - 1 - pixel) / columnPixels + 1;
      if (from >= least(behind, phase.count + taps - 1)) continue;
      if (!pieces.push({tap, taps, pixel, from, behind})) return false;
      phase.pieces++;
    }
    return phases.push(phase);
  }

  SeenRow *add(const Listing &listing, const Seen *seen, int axis, i64 from, i64 tap, SeenRow *list) const {
    const Axis &own = axes[axis];
    if (axis == spatial - 1) {
      for (i64 c = 0; c < listing.channels; c++)
        *list++ = {from + c * listing.channelStep, (tap * own.window * listing.channels + c) * listing.ownStep};
      return list;
    }
    const i64 step = own.tapPixels * listing.distances[axis];
    from += seen[axis].pixel * listing.distances[axis];
    tap = tap * own.window + seen[axis].first;
    for (i64 k = 0; k < seen[axis].count; k++, from += step, tap += own.tapStep) list = add(listing, seen, axis + 1, from, tap, list);
    return list;
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
