// Random bits.
#pragma once
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Threefry-2x32 with 20 rounds (Salmon et al., SC 2011): blocks of two words, as many as fit into vectors, the second word of
/// whose counter is 0.
template <class V>
inline void threefry(u32 key0, u32 key1, V counter, V &x0, V &x1) {
  static const int rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const u32 keys[3] = {key0, key1, 0x1bd11bda ^ key0 ^ key1};
  x0 = counter + key0;
  x1 = V{} + key1;
#pragma GCC unroll 5
  for (int group = 1; group <= 5; group++) {
#pragma GCC unroll 4
    for (int round = 0; round < 4; round++) {
      const int r = rotations[(group - 1) & 1][round];
      x0 += x1;
      x1 = ((x1 << r) | (x1 >> (32 - r))) ^ x0;
    }
    x0 += keys[group % 3];
    x1 += keys[(group + 1) % 3] + static_cast<u32>(group);
  }
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
      fill(key0, key1, task * perTask, least(blocks, (task + 1) * perTask), to);
    });
  }

  /// The words of the blocks [from, end), of which the last one may have a single word left.
  void fill(u32 key0, u32 key1, i64 from, i64 end, u32 *to) const {
    using V = Vector<u32, kLanes>;
    // Two vectors of blocks at a time: each of the many steps waits for the one before.
    constexpr int kAtOnce = 2;
    V first = {};
    for (int i = 0; i < kLanes; i++) first[i] = static_cast<u32>(i);
    i64 b = from;
    for (; b + kAtOnce * kLanes <= end && 2 * (b + kAtOnce * kLanes) <= out.elements; b += kAtOnce * kLanes) {
      V x0[kAtOnce], x1[kAtOnce];
      for (int i = 0; i < kAtOnce; i++) threefry<V>(key0, key1, first + static_cast<u32>(b + i * kLanes), x0[i], x1[i]);
      for (int i = 0; i < kAtOnce; i++) storePairs(to + 2 * (b + i * kLanes), x0[i], x1[i]);
    }
    for (; b < end; b++) {
      u32 x0, x1;
      threefry<u32>(key0, key1, static_cast<u32>(b), x0, x1);
      to[2 * b] = x0;
      if (2 * b + 1 < out.elements) to[2 * b + 1] = x1;
    }
  }

  /// The elements of two vectors in turns.
  static void storePairs(u32 *to, Vector<u32, kLanes> even, Vector<u32, kLanes> odd) {
    using Pairs = Vector<u64, kLanes>;
    store(to, __builtin_convertvector(even, Pairs) | __builtin_convertvector(odd, Pairs) << 32);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
