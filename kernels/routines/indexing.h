// Elements read and written where indices say.
#pragma once
#include "mathematics/extremes.h"
#include "steps/computed.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

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
          case kScatterMax: for (i64 c = c0; c < c1; c++) t[c] = larger(t[c], f[c]); break;
          default: for (i64 c = c0; c < c1; c++) t[c] = smaller(t[c], f[c]);
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

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
