// Everything that is neither a loop nor a contraction: windows, indexing, sorting, cumulative sums, random bits.
#pragma once
#include "reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Threefry-2x32 with 20 rounds (Salmon et al., SC 2011): one block of two words.
inline void threefry(u32 key0, u32 key1, u32 counter0, u32 counter1, u32 *out) {
  static const int rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const u32 keys[3] = {key0, key1, 0x1bd11bda ^ key0 ^ key1};
  u32 x0 = counter0 + key0;
  u32 x1 = counter1 + key1;
  for (int group = 1; group <= 5; group++) {
    for (int round = 0; round < 4; round++) {
      const int r = rotations[(group - 1) & 1][round];
      x0 += x1;
      x1 = ((x1 << r) | (x1 >> (32 - r))) ^ x0;
    }
    x0 += keys[group % 3];
    x1 += keys[(group + 1) % 3] + static_cast<u32>(group);
  }
  out[0] = x0;
  out[1] = x1;
}

struct RandomBits final : Allocated<RandomBits> {
  Operand key, out;

  static Step *read(Reader &reader, const Extents &extents) {
    RandomBits *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->key = reader.contiguousOperand(extents);
    step->out = reader.contiguousOperand(extents);
    reader.expect(step->key.dtype == kUint32 && step->key.elements == 2 && step->out.dtype == kUint32,
                  "random bits need a uint32[2] key");
    reader.expect(step->out.kind == kOutput || step->out.kind == kArena, "random bits are written where they must not");
    return step;
  }
  void run(const Frame &frame, ShapewiseFailure &) override {
    const u32 *words = address<u32>(key, frame);
    const u32 key0 = words[0], key1 = words[1];
    u32 *to = address<u32>(out, frame);
    const i64 blocks = (out.elements + 1) / 2;
    const i64 perTask = 4096;
    parallel((blocks + perTask - 1) / perTask, blocks > 4 * perTask, [&](i64 task, int) {
      for (i64 b = task * perTask; b < least(blocks, (task + 1) * perTask); b++) {
        u32 pair[2];
        threefry(key0, key1, static_cast<u32>(b), 0, pair);
        to[2 * b] = pair[0];
        if (2 * b + 1 < out.elements) to[2 * b + 1] = pair[1];
      }
    });
  }
};

/// Calls the template for the three types that routines are computed in.
#define FOR_TYPE(dtype, call)                     \
  switch (dtype) {                                \
    case kFloat32: call(float); break;            \
    case kFloat64: call(double); break;           \
    default: call(i32);                           \
  }

inline bool isComputed(i32 dtype) { return dtype == kFloat32 || dtype == kFloat64 || dtype == kInt32; }

/// Integers wrap, which the language promises for unsigned ones only.
template <class T>
inline T wrappingSum(T a, T b) { return a + b; }
inline i32 wrappingSum(i32 a, i32 b) { return static_cast<i32>(static_cast<u32>(a) + static_cast<u32>(b)); }

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

enum ScatterMode : i32 { kGather, kScatterSet, kScatterAdd, kScatterMax, kScatterMin, kScatterModes };

/// x [batch, size, block] read or written at [batch, perBatch] indices.
struct Indexing final : Allocated<Indexing> {
  i32 mode = 0, tag = 0;
  Operand x, indices, updates, out;
  i64 batch = 1, size = 0, block = 1;

  static Step *read(Reader &reader, const Extents &extents) {
    Indexing *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->parse(reader, extents);
    return step;
  }
  void parse(Reader &reader, const Extents &extents) {
    mode = reader.choice(kScatterModes, "an indexing of an unknown mode");
    tag = reader.word();
    const i64 batchDims = reader.number(0, kMaxRank, "an indexing has too many batch axes");
    x = reader.contiguousOperand(extents);
    indices = reader.contiguousOperand(extents);
    if (mode != kGather) updates = reader.contiguousOperand(extents);
    out = reader.contiguousOperand(extents);
    reader.expect(batchDims < x.rank && batchDims <= indices.rank && indices.dtype == kInt32 && out.dtype == x.dtype,
                  "an indexing has operands that do not fit");
    reader.expect(out.kind == kOutput || out.kind == kArena, "an indexing writes where it must not");
    if (reader.failed()) return;
    for (i64 i = 0; i < batchDims; i++) {
      batch *= x.sizes[i];
      reader.expect(x.sizes[i] == indices.sizes[i], "an indexing has operands that do not fit");
    }
    size = x.sizes[batchDims];
    for (i64 i = batchDims + 1; i < x.rank; i++) block *= x.sizes[i];
    const Operand &chosen = mode == kGather ? out : updates;
    reader.expect(static_cast<double>(indices.elements) * static_cast<double>(block) < 7e13 && indices.elements * block == chosen.elements, "an indexing has operands that do not fit");
    if (mode != kGather)
      reader.expect(isComputed(x.dtype) && updates.dtype == x.dtype && out.elements == x.elements,
                    "a scatter has operands that do not fit");
  }

  template <class T>
  void scatter(const Frame &frame, const i32 *index) const {
    T *to = address<T>(out, frame);
    const T *from = address<T>(updates, frame);
    const i64 perBatch = indices.elements / most(1, batch);
    // Each task owns columns of all rows, so that sums come in one order whatever the number of threads.
    const i64 threads = shapewise_threads();
    const i64 width = roundUp((block + threads - 1) / threads, 16);
    parallel(block == 0 ? 0 : (block + width - 1) / width, indices.elements * block > 65536, [&](i64 task, int) {
      const i64 c0 = task * width;
      const i64 c1 = least(block, c0 + width);
      for (i64 i = 0; i < indices.elements; i++) {
        T *t = to + (i / perBatch * size + index[i]) * block;
        const T *f = from + i * block;
        switch (mode) {
          case kScatterSet: for (i64 c = c0; c < c1; c++) t[c] = f[c]; break;
          case kScatterAdd: for (i64 c = c0; c < c1; c++) t[c] += f[c]; break;
          case kScatterMax: for (i64 c = c0; c < c1; c++) t[c] = ((f[c] > t[c]) | (f[c] != f[c])) ? f[c] : t[c]; break;
          default: for (i64 c = c0; c < c1; c++) t[c] = ((f[c] < t[c]) | (f[c] != f[c])) ? f[c] : t[c];
        }
      }
    });
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    const i32 *index = address<i32>(indices, frame);
    const char *first = reinterpret_cast<const char *>(index);
    if (first < address(out, frame) + out.bytes() && address(out, frame) < first + indices.bytes()) {
      // Indices must not change between being checked and being used.
      if (!reserve(1, 0, static_cast<double>(indices.bytes()), failure)) return;
      i32 *kept = static_cast<i32 *>(shapewise_scratch(0, 0, indices.bytes()));
      __builtin_memcpy(kept, index, indices.bytes());
      index = kept;
    }
    for (i64 i = 0; i < indices.elements; i++) {
      if (index[i] < 0 || index[i] >= size) {
        failure = {kIndexOutside, tag, static_cast<double>(index[i]), static_cast<double>(size), 0};
        return;
      }
    }
    const i64 perBatch = indices.elements / most(1, batch);
    if (mode == kGather) {
      const i64 bytes = block * bytesOf(x.dtype);
      const char *from = address(x, frame);
      char *to = address(out, frame);
      const i64 perTask = most(1, 65536 / most(1, bytes));
      parallel((indices.elements + perTask - 1) / perTask, indices.elements * bytes > 262144, [&](i64 task, int) {
        for (i64 i = task * perTask; i < least(indices.elements, (task + 1) * perTask); i++) {
          const char *f = from + (i / perBatch * size + index[i]) * bytes;
          if (bytes == 4) __builtin_memcpy(to + i * 4, f, 4);
          else __builtin_memcpy(to + i * bytes, f, bytes);
        }
      });
      return;
    }
    char *to = address(out, frame);
    const char *from = address(x, frame);
    if (to != from) __builtin_memmove(to, from, out.bytes());
#define CALL(T) scatter<T>(frame, index)
    FOR_TYPE(x.dtype, CALL)
#undef CALL
  }
};

/// Stable order of the last axis; NaN last.
struct ArgSort final : Allocated<ArgSort> {
  bool descending = false;
  Operand x, out;

  static Step *read(Reader &reader, const Extents &extents) {
    ArgSort *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->descending = reader.choice(2, "a sort has an unknown order") != 0;
    step->x = reader.contiguousOperand(extents);
    step->out = reader.contiguousOperand(extents);
    reader.expect(isComputed(step->x.dtype) && step->out.dtype == kInt32 && step->out.elements == step->x.elements &&
                      step->x.rank >= 1 && (step->out.kind == kOutput || step->out.kind == kArena),
                  "a sort has operands that do not fit");
    return step;
  }
  template <class T>
  bool before(T a, T b) const {
    if (a != a || b != b) return a == a;
    return descending ? a > b : a < b;
  }
  /// Merge sort from runs of one.
  template <class T>
  void sortRow(const T *values, i32 *order, i32 *spare, i64 n) const {
    for (i64 i = 0; i < n; i++) order[i] = static_cast<i32>(i);
    i32 *from = order;
    i32 *to = spare;
    for (i64 run = 1; run < n; run *= 2) {
      for (i64 start = 0; start < n; start += 2 * run) {
        i64 left = start, right = least(n, start + run);
        const i64 leftEnd = right, rightEnd = least(n, start + 2 * run);
        for (i64 k = start; k < rightEnd; k++) {
          const bool takeRight = left == leftEnd || (right < rightEnd && before(values[from[right]], values[from[left]]));
          to[k] = takeRight ? from[right++] : from[left++];
        }
      }
      i32 *swap = from;
      from = to;
      to = swap;
    }
    if (from != order) __builtin_memcpy(order, from, n * sizeof(i32));
  }
  void run(const Frame &frame, ShapewiseFailure &) override {
    const i64 n = x.sizes[x.rank - 1];
    if (x.elements == 0) return;
    const i64 rows = x.elements / n;
    parallel(rows, x.elements > 8192, [&](i64 row, int thread) {
      i32 *spare = static_cast<i32 *>(shapewise_scratch(thread, 0, n * sizeof(i32)));
      i32 *order = address<i32>(out, frame) + row * n;
#define CALL(T) sortRow<T>(address<T>(x, frame) + row * n, order, spare, n)
      FOR_TYPE(x.dtype, CALL)
#undef CALL
    });
  }
};

enum AxisKind : i32 { kCumSum, kCumSumReverse, kArgMax, kArgMin, kAxisKinds };

/// Cumulative sums and indices of extremes along one axis: x [outer, n, inner].
struct AlongAxis final : Allocated<AlongAxis> {
  i32 kind = 0;
  i64 outer = 1, n = 0, inner = 1;
  Operand x, out;

  static Step *read(Reader &reader, const Extents &extents) {
    AlongAxis *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->kind = reader.choice(kAxisKinds, "a routine of an unknown kind");
    const i64 axis = reader.number(0, kMaxRank, "an axis is out of range");
    Operand &x = step->x = reader.contiguousOperand(extents);
    step->out = reader.contiguousOperand(extents);
    reader.expect(axis < x.rank && isComputed(x.dtype), "a routine has operands that do not fit");
    if (reader.failed()) return step;
    for (i64 i = 0; i < axis; i++) step->outer *= x.sizes[i];
    step->n = x.sizes[axis];
    for (i64 i = axis + 1; i < x.rank; i++) step->inner *= x.sizes[i];
    const bool sums = step->kind <= kCumSumReverse;
    reader.expect(step->out.elements == (sums ? x.elements : step->outer * step->inner) &&
                      step->out.dtype == (sums ? x.dtype : kInt32) && (sums || step->n > 0 || step->out.elements == 0) &&
                      (step->out.kind == kOutput || step->out.kind == kArena),
                  "a routine has operands that do not fit");
    return step;
  }
  template <class T, class Sum>
  void sums(const Frame &frame) const {
    const T *from = address<T>(x, frame);
    T *to = address<T>(out, frame);
    for (i64 line = 0; line < outer * inner; line++) {
      const i64 start = line / inner * n * inner + line % inner;
      Sum sum = 0;
      for (i64 j = 0; j < n; j++) {
        const i64 at = start + (kind == kCumSumReverse ? n - 1 - j : j) * inner;
        sum += static_cast<Sum>(from[at]);
        to[at] = static_cast<T>(sum);
      }
    }
  }
  template <class T>
  void extremes(const Frame &frame) const {
    const T *from = address<T>(x, frame);
    i32 *to = address<i32>(out, frame);
    for (i64 line = 0; line < outer * inner; line++) {
      const i64 start = line / inner * n * inner + line % inner;
      T best = from[start];
      i32 where = 0;
      for (i64 j = 1; j < n && best == best; j++) {
        const T candidate = from[start + j * inner];
        if ((kind == kArgMax ? candidate > best : candidate < best) || candidate != candidate) {
          best = candidate;
          where = static_cast<i32>(j);
        }
      }
      to[line] = where;
    }
  }
  void run(const Frame &frame, ShapewiseFailure &) override {
    if (kind >= kArgMax) {
#define CALL(T) extremes<T>(frame)
      FOR_TYPE(x.dtype, CALL)
#undef CALL
      return;
    }
    // Sums are collected in doubles, as in the reference; integers wrap.
    if (x.dtype == kFloat32) sums<float, double>(frame);
    else if (x.dtype == kFloat64) sums<double, double>(frame);
    else sums<i32, u32>(frame);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
