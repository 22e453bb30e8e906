// Maxima and sums of windows, and their gradients.
#pragma once
#include "computed.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

enum PoolKind : i32 { kMaxPool, kMaxPoolGradient, kMaxPoolSelect, kSumPool, kSumPoolGradient, kPoolKinds };

/// Pooling on [batch, …spatial, channels]: `image` is the large side, `places` the small one.
struct Pool final : Allocated<Pool> {
  i32 kind = 0;
  /// x, then g or t where there is one; and the output.
  Operand x, second, out;
  int spatial = 0;
  i64 image[kMaxRank], places[kMaxRank], window[kMaxRank], strides[kMaxRank], low[kMaxRank];
  i64 batch = 0, channels = 0, imageCount = 1, placeCount = 1, windowCount = 1;

  static Step *read(Reader &reader, const Extents &extents) {
    Pool *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->parse(reader, extents);
    return step;
  }
  void parse(Reader &reader, const Extents &extents) {
    kind = reader.choice(kPoolKinds, "a pooling of an unknown kind");
    x = reader.contiguousOperand(extents);
    const bool two = kind == kMaxPoolGradient || kind == kMaxPoolSelect;
    if (two) second = reader.contiguousOperand(extents);
    out = reader.contiguousOperand(extents);
    const bool backwards = kind == kMaxPoolGradient || kind == kSumPoolGradient;
    const Operand &large = kind == kSumPoolGradient ? out : x;
    const Operand &small = kind == kMaxPoolGradient ? second : kind == kSumPoolGradient ? x : out;
    spatial = large.rank - 2;
    reader.expect(spatial >= 1 && small.rank == large.rank, "a pooling has operands of the wrong rank");
    reader.expect(isComputed(x.dtype) && out.dtype == x.dtype, "a pooling does not take its dtype");
    reader.expect(out.kind == kOutput || out.kind == kArena, "a pooling writes where it must not");
    if (two) reader.expect(second.dtype == x.dtype, "a pooling has operands of different dtypes");
    if (reader.failed()) return;
    batch = large.sizes[0];
    channels = large.sizes[large.rank - 1];
    reader.expect(small.sizes[0] == batch && small.sizes[small.rank - 1] == channels, "a pooling has operands that do not fit");
    if (two || backwards) {
      const Operand &other = kind == kMaxPoolGradient ? out : kind == kMaxPoolSelect ? second : large;
      for (int i = 0; i < large.rank && !reader.failed(); i++)
        reader.expect(other.rank == large.rank && other.sizes[i] == large.sizes[i], "a pooling has operands that do not fit");
    }
    for (int i = 0; i < spatial && !reader.failed(); i++) {
      image[i] = large.sizes[i + 1];
      places[i] = small.sizes[i + 1];
      window[i] = reader.number(1, INT64_C(1) << 31, "a window is out of range");
      strides[i] = reader.number(1, INT64_C(1) << 31, "a stride is out of range");
      low[i] = reader.number(0, INT64_C(1) << 31, "a padding is out of range");
      imageCount *= image[i];
      placeCount *= places[i];
      windowCount *= window[i];
    }
    if (!reader.failed() && batch > 0 && placeCount > 0) fillTable();
    i64 before = -1;
    for (i64 p = 0; table.count > 0 && p < placeCount; p++) {
      i64 last = -1;
      forWindow(p, [&](i64 position) { last = position; });
      // With more than one axis the windows of one row end before those of the next; within a row they move on.
      windowsInOrder = windowsInOrder && last >= before;
      before = last;
    }
  }

  /// For each place and element of the window the position in the image, or −1 outside; unless that would be too long.
  List<i32> table;
  bool windowsInOrder = true;

  void fillTable() {
    if (placeCount * windowCount > 1 << 20 || imageCount > 1 << 30 || !table.resize(placeCount * windowCount)) return;
    for (i64 i = 0; i < table.count; i++) table[i] = -1;
    for (i64 p = 0; p < placeCount; p++) {
      i64 at = p * windowCount;
      forWindowSlowly(p, [&](i64 position) { table[at++] = static_cast<i32>(position); });
    }
  }

  /// Calls visit(position in the image) for the elements that place `p` sees.
  template <class Visit>
  inline void forWindow(i64 p, const Visit &visit) const {
    if (table.count == 0) return forWindowSlowly(p, visit);
    const i32 *row = table.items + p * windowCount;
    for (i64 w = 0; w < windowCount && row[w] >= 0; w++) visit(row[w]);
  }

  template <class Visit>
  void forWindowSlowly(i64 p, const Visit &visit) const {
    i64 start[kMaxRank];
    for (int i = spatial - 1; i >= 0; i--) {
      start[i] = p % places[i] * strides[i] - low[i];
      p /= places[i];
    }
    for (i64 w = 0; w < windowCount; w++) {
      i64 rest = w, position = 0, scale = 1;
      bool inside = true;
      for (int i = spatial - 1; i >= 0; i--) {
        const i64 at = start[i] + rest % window[i];
        rest /= window[i];
        inside = inside && at >= 0 && at < image[i];
        position += at * scale;
        scale *= image[i];
      }
      if (inside) visit(position);
    }
  }

  template <class T>
  struct Lanes {
    static constexpr i64 count = SHAPEWISE_VECTOR_BYTES / sizeof(T);
    using V = Vector<T, SHAPEWISE_VECTOR_BYTES / sizeof(T)>;
    static V numbers() {
      V v = {};
      for (i64 i = 0; i < count; i++) v[i] = static_cast<T>(i);
      return v;
    }
  };

  /// How many of the first places can be worked on by whole vectors: what these reach beyond the channels still belongs to
  /// the same image, and is overwritten, or left as it is, before anyone reads it.
  template <class T>
  i64 wholeVectors(i64 smallSize, i64 largeSize) const {
    if (table.count == 0 || channels == 0) return 0;
    const i64 reach = roundUp(channels, Lanes<T>::count);
    i64 count = placeCount;
    const auto reaches = [&](i64 p) {
      i64 last = -1;
      forWindow(p, [&](i64 position) { last = position; });
      return last < 0 || last * channels + reach > largeSize || p * channels + reach > smallSize;
    };
    // Places and their windows are in order: only the last ones come too close to the end.
    while (count > 0 && reaches(count - 1)) count--;
    return windowsInOrder ? count : 0;
  }

  /// The first largest elements of one window, and what belongs to them given or taken.
  template <class T>
  inline void chooseVector(i64 p, i64 c0, const T *from, const T *other, T *to, bool gradient) const {
    using V = typename Lanes<T>::V;
    V best = {}, chosen = {};
    auto where = best != best;
    const auto zero = where ^ where;
    int order = 0;
    forWindow(p, [&](i64 position) {
      const V f = load<V>(from + position * channels + c0);
      const auto better = order == 0 ? ~zero : ~(f <= best) & (best == best);
      best = better ? f : best;
      where = better ? zero + order : where;
      if (!gradient) {
        const V t = load<V>(other + position * channels + c0);
        chosen = better ? t : chosen;
      }
      order++;
    });
    if (!gradient) {
      store(to + p * channels + c0, chosen);
      return;
    }
    const V lanes = Lanes<T>::numbers();
    const auto inside = lanes < (static_cast<T>(least(channels - c0, Lanes<T>::count)) - V{});
    const V g = load<V>(other + p * channels + c0);
    order = 0;
    forWindow(p, [&](i64 position) {
      T *t = to + position * channels + c0;
      const V sum = load<V>(t);
      store(t, ((where == zero + order) & inside) ? sum + g : sum);
      order++;
    });
  }

  template <class T>
  static bool surpasses(T candidate, T best) {
    return !(candidate <= best) && best == best;
  }

  template <class T>
  void runImage(const Frame &frame, i64 b) const {
    const i64 largeSize = imageCount * channels;
    const i64 smallSize = placeCount * channels;
    switch (kind) {
      case kMaxPool: {
        const T *from = address<T>(x, frame) + b * largeSize;
        T *to = address<T>(out, frame) + b * smallSize;
        i64 p = 0;
        for (; p < wholeVectors<T>(smallSize, largeSize); p++, to += channels) {
          for (i64 c0 = 0; c0 < channels; c0 += Lanes<T>::count) {
            typename Lanes<T>::V best = {};
            bool first = true;
            forWindow(p, [&](i64 position) {
              const auto f = load<typename Lanes<T>::V>(from + position * channels + c0);
              best = first ? f : ((f > best) | (f != f)) ? f : best;
              first = false;
            });
            store(to + c0, best);
          }
        }
        for (; p < placeCount; p++, to += channels) {
          bool first = true;
          forWindow(p, [&](i64 position) {
            const T *f = from + position * channels;
            if (first) {
              for (i64 c = 0; c < channels; c++) to[c] = f[c];
            } else {
              for (i64 c = 0; c < channels; c++) to[c] = ((f[c] > to[c]) | (f[c] != f[c])) ? f[c] : to[c];
            }
            first = false;
          });
        }
        return;
      }
      case kMaxPoolGradient:
      case kMaxPoolSelect: {
        const T *from = address<T>(x, frame) + b * largeSize;
        const bool gradient = kind == kMaxPoolGradient;
        const T *other = address<T>(second, frame) + b * (gradient ? smallSize : largeSize);
        T *to = address<T>(out, frame) + b * (gradient ? largeSize : smallSize);
        if (gradient) __builtin_memset(to, 0, largeSize * sizeof(T));
        constexpr i64 kBlock = 64;
        i64 p = 0;
        for (; p < wholeVectors<T>(smallSize, largeSize); p++)
          for (i64 c0 = 0; c0 < channels; c0 += Lanes<T>::count) chooseVector(p, c0, from, other, to, gradient);
        for (; p < placeCount; p++) {
          for (i64 c0 = 0; c0 < channels; c0 += kBlock) {
            const i64 n = least(kBlock, channels - c0);
            T best[kBlock];
            i32 where[kBlock];
            bool first = true;
            forWindow(p, [&](i64 position) {
              const T *f = from + position * channels + c0;
              const i32 here = static_cast<i32>(position);
              if (first) {
                for (i64 c = 0; c < n; c++) best[c] = f[c], where[c] = here;
              } else {
                for (i64 c = 0; c < n; c++) {
                  const bool better = surpasses(f[c], best[c]);
                  best[c] = better ? f[c] : best[c];
                  where[c] = better ? here : where[c];
                }
              }
              first = false;
            });
            if (first) continue;
            if (gradient) {
              for (i64 c = 0; c < n; c++) {
                T &sum = to[where[c] * channels + c0 + c];
                sum = wrappingSum(sum, other[p * channels + c0 + c]);
              }
            } else {
              for (i64 c = 0; c < n; c++) to[p * channels + c0 + c] = other[where[c] * channels + c0 + c];
            }
          }
        }
        return;
      }
      case kSumPool: {
        const T *from = address<T>(x, frame) + b * largeSize;
        T *to = address<T>(out, frame) + b * smallSize;
        for (i64 p = 0; p < placeCount; p++, to += channels) {
          for (i64 c = 0; c < channels; c++) to[c] = 0;
          forWindow(p, [&](i64 position) {
            const T *f = from + position * channels;
            for (i64 c = 0; c < channels; c++) to[c] = wrappingSum(to[c], f[c]);
          });
        }
        return;
      }
      default: {
        const T *from = address<T>(x, frame) + b * smallSize;
        T *to = address<T>(out, frame) + b * largeSize;
        __builtin_memset(to, 0, largeSize * sizeof(T));
        for (i64 p = 0; p < placeCount; p++, from += channels) {
          forWindow(p, [&](i64 position) {
            T *t = to + position * channels;
            for (i64 c = 0; c < channels; c++) t[c] = wrappingSum(t[c], from[c]);
          });
        }
      }
    }
  }
  void run(const Frame &frame, ShapewiseFailure &) override {
    const bool large = batch * placeCount * windowCount * channels > 32768;
    parallel(batch, large, [&](i64 b, int) {
#define CALL(T) runImage<T>(frame, b)
      FOR_TYPE(x.dtype, CALL)
#undef CALL
    });
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
