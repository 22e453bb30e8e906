// Steps that work on the same rows, run block of rows by block: what one step writes the next finds in the cache.
#pragma once
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// What the operands of a block may take together: about half of a second-level cache.
constexpr i64 kBlockBytes = 512 * 1024;

struct Blocks final : Allocated<Blocks> {
  i64 rows = 0, unit = 1, rowBytes = 0;
  List<Step *> steps;
  /// Whether all steps can run in parts; otherwise they run one after the other.
  bool divided = true, folds = false;

  ~Blocks() {
    for (i64 i = 0; i < steps.count; i++) steps[i]->destroy();
  }

  template <class ReadStep>
  static Step *read(Reader &reader, const ReadStep &readStep) {
    Blocks *blocks = make();
    if (blocks == nullptr) return reader.refuse("out of memory"), nullptr;
    blocks->rows = reader.number(1, INT64_C(1) << 46, "blocks have a number of rows out of range");
    const i32 count = reader.choice(kMaxCount, "blocks of too many steps");
    u32 taken = 0;
    for (i32 i = 0; i < count && !reader.failed(); i++) {
      Step *step = readStep();
      if (step == nullptr) return blocks;
      if (!blocks->steps.push(step)) {
        step->destroy();
        reader.refuse("out of memory");
      }
      if (reader.failed()) return blocks;
      const Cut cut = step->cut(blocks->rows);
      blocks->divided = blocks->divided && cut.unit > 0;
      // What two steps keep in one place must not be there at once. Only one has a unit of its own: the product or convolution
      // that the others work on.
      blocks->divided = blocks->divided && !(cut.slot > 0 && (taken >> cut.slot & 1));
      taken |= 1u << cut.slot;
      blocks->unit = most(blocks->unit, cut.unit);
      blocks->rowBytes += cut.bytes;
      blocks->folds = blocks->folds || cut.folds;
    }
    return blocks;
  }

  i64 innerBytes() const override {
    i64 bytes = 0;
    for (i64 i = 0; i < steps.count; i++) bytes = most(bytes, steps[i]->innerBytes());
    return bytes;
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    if (!divided) {
      for (i64 i = 0; i < steps.count && failure.kind == kNoFailure; i++) steps[i]->run(frame, failure);
      return;
    }
    // Enough blocks that no thread waits long for another; of one size for any number of threads if that shows in the result.
    const i64 shares = folds ? 64 : 4 * shapewise_threads();
    const i64 share = (rows + shares - 1) / shares;
    const i64 size = roundUp(least(most(1, kBlockBytes / most(1, rowBytes)), share), unit);
    for (i64 i = 0; i < steps.count && failure.kind == kNoFailure; i++) steps[i]->prepare(frame, rows, size, failure);
    if (failure.kind != kNoFailure) return;
    parallel((rows + size - 1) / size, rows * rowBytes > 1 << 17, [&](i64 block, int thread) {
      for (i64 i = 0; i < steps.count; i++)
        steps[i]->runRows(frame, rows, block * size, least(rows, (block + 1) * size), thread);
    });
    for (i64 i = 0; i < steps.count && failure.kind == kNoFailure; i++) steps[i]->settle(frame, failure);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
