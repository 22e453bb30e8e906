// Random bits.
#pragma once
#include "steps/reader.h"

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

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
