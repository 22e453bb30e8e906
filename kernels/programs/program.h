#pragma once
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// The order is that of `src/backends/cpu/format.ts`.
enum Opcode : i32 {
  kLoop, kCopy, kDot, kConvolution, kPool, kIndexing, kArgSort, kAlongAxis, kLinear, kRandomBits,
  kScan, kWhile, kCond, kCall, kBlocks, kMark, kOpcodes,
};

Step *readStep(Reader &reader, const Extents &extents, int depth);

/// Steps in order with the memory they share; also the body of a loop or branch.
struct Program {
  Extents extents;
  List<char> constants;
  List<Step *> steps;
  /// Room for the addresses of one run.
  List<char *> pointers;
  /// The arena, and behind it the frames of inner programs.
  i64 totalBytes = 0;

  static Program *read(Reader &reader, int depth) {
    void *memory = shapewise_allocate(sizeof(Program));
    if (memory == nullptr || depth <= 0) {
      shapewise_release(memory);
      reader.refuse("loops and branches are nested too deeply");
      return nullptr;
    }
    Program *program = new (memory) Program();
    program->parse(reader, depth);
    return program;
  }

  void parse(Reader &reader, int depth) {
    const i64 limit = INT64_C(1) << 46;
    extents.arena = roundUp(reader.number(0, limit, "an arena is out of range"), 64);
    List<i64> *const lists[] = {&extents.inputs, &extents.outputs};
    for (List<i64> *list : lists) {
      const i32 count = reader.choice(kMaxCount, "too many inputs or outputs");
      for (i32 i = 0; i < count && !reader.failed(); i++)
        reader.expect(list->push(reader.number(0, limit, "an input or output is out of range")), "out of memory");
    }
    const i32 constantWords = reader.choice(kMaxCount, "too many constants");
    if (reader.failed() || reader.at + constantWords > reader.count) return reader.refuse("constants are missing");
    extents.constants = constantWords * 4;
    reader.expect(constants.resize(most(64, extents.constants)), "out of memory");
    if (reader.failed()) return;
    __builtin_memcpy(constants.items, reader.words + reader.at, extents.constants);
    reader.at += constantWords;
    reader.expect(pointers.resize(extents.inputs.count + extents.outputs.count), "out of memory");
    const i32 stepCount = reader.choice(kMaxCount, "too many steps");
    i64 innerBytes = 0;
    for (i32 i = 0; i < stepCount && !reader.failed(); i++) {
      Step *step = readStep(reader, extents, depth);
      if (step == nullptr) return;
      if (!steps.push(step)) return reader.refuse("out of memory");
      if (!reader.failed()) innerBytes = most(innerBytes, step->innerBytes());
    }
    totalBytes = extents.arena + roundUp(innerBytes, 64);
  }

  void run(char *const *inputs, char *const *outputs, char *arena, ShapewiseFailure &failure) {
    const Frame frame = {inputs, outputs, arena, constants.items};
    for (i64 i = 0; i < steps.count && failure.kind == kNoFailure; i++) steps[i]->run(frame, failure);
  }

  void destroy() {
    for (i64 i = 0; i < steps.count; i++) steps[i]->destroy();
    this->~Program();
    shapewise_release(this);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
