// Loops, branches and calls: steps that run inner programs in frames behind the arena of their own.
#pragma once
#include "programs/program.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

struct Control final : Allocated<Control> {
  i32 opcode = 0;
  List<Operand> inputs, outputs;
  /// Scan, while and call: [body]; while: [condition, body]; cond: [whenTrue, whenFalse].
  Program *programs[2] = {};
  i64 carries = 0, sequences = 0, length = 0;
  bool reverse = false;
  List<char *> innerInputs, innerOutputs;
  /// Two copies of the carries behind each other, then a flag, then the frame of the body.
  List<i64> carryOffsets;
  i64 stateBytes = 0;

  ~Control() {
    for (Program *program : programs)
      if (program != nullptr) program->destroy();
  }

  i64 innerBytes() const override {
    i64 bytes = 0;
    for (Program *program : programs)
      if (program != nullptr) bytes = most(bytes, program->totalBytes);
    return 2 * stateBytes + 64 + bytes;
  }

  static Step *read(i32 opcode, Reader &reader, const Extents &extents, int depth) {
    Control *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    step->opcode = opcode;
    step->parse(reader, extents, depth);
    return step;
  }

  void parse(Reader &reader, const Extents &extents, int depth) {
    List<Operand> *const lists[] = {&inputs, &outputs};
    for (List<Operand> *list : lists) {
      const i32 count = reader.choice(kMaxCount, "too many operands");
      for (i32 i = 0; i < count && !reader.failed(); i++)
        reader.expect(list->push(reader.contiguousOperand(extents)), "out of memory");
    }
    for (i64 i = 0; i < outputs.count; i++)
      reader.expect(outputs[i].kind == kOutput || outputs[i].kind == kArena, "a loop writes where it must not");
    carries = reader.number(0, inputs.count, "a loop has too many carries");
    sequences = reader.number(0, inputs.count, "a loop has too many sequences");
    length = reader.number(0, INT64_C(1) << 46, "a loop has a length out of range");
    reverse = reader.choice(2, "a loop has an unknown direction") != 0;
    if (reader.failed()) return;
    const int count = opcode == kWhile || opcode == kCond ? 2 : 1;
    for (int i = 0; i < count && !reader.failed(); i++) programs[i] = Program::read(reader, depth - 1);
    if (!reader.failed()) check(reader);
  }

  void check(Reader &reader) {
    const i64 skipped = opcode == kCond ? 1 : 0;
    for (Program *program : programs) {
      if (program == nullptr) continue;
      const bool condition = opcode == kWhile && program == programs[0];
      const List<i64> &given = program->extents.inputs;
      reader.expect(given.count == inputs.count - skipped, "a body takes another number of inputs");
      for (i64 i = 0; i < given.count && !reader.failed(); i++)
        reader.expect(given[i] <= innerBytesOf(inputs[i + skipped], i >= carries && i < carries + sequences),
                      "a body reads more than it is given");
      const List<i64> &made = program->extents.outputs;
      reader.expect(made.count == (condition ? 1 : outputs.count), "a body gives another number of outputs");
      for (i64 i = 0; i < made.count && !reader.failed(); i++) {
        if (condition) reader.expect(made[i] == 1, "a condition is not one boolean");
        else reader.expect(made[i] <= innerBytesOf(outputs[i], opcode == kScan && i >= carries), "a body writes more than there is room for");
      }
    }
    if (opcode == kCond) reader.expect(inputs.count > 0 && inputs[0].dtype == kBool && inputs[0].elements == 1, "a branch needs a boolean");
    if (opcode == kScan || opcode == kWhile) {
      reader.expect(carries <= outputs.count && carries + sequences <= inputs.count && (opcode == kScan || carries == outputs.count),
                    "a loop has carries that do not fit");
      for (i64 i = 0; i < carries && !reader.failed(); i++) {
        reader.expect(inputs[i].bytes() == outputs[i].bytes(), "a carry changes its size");
        reader.expect(carryOffsets.push(stateBytes), "out of memory");
        stateBytes += roundUp(inputs[i].bytes(), 64);
        reader.expect(stateBytes < INT64_C(1) << 50, "a loop has carries that are too large");
      }
    }
    reader.expect(innerInputs.resize(inputs.count) && innerOutputs.resize(outputs.count), "out of memory");
  }

  /// What a body sees of an operand: all of it, or one step of a sequence.
  i64 innerBytesOf(const Operand &operand, bool sliced) const {
    if (!sliced || opcode != kScan) return operand.bytes();
    return operand.rank > 0 && operand.sizes[0] == length ? (length == 0 ? INT64_C(1) << 46 : operand.bytes() / length) : -1;
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    // The frames of inner programs lie behind this program's arena; its size is known to the one that made the frame.
    char *state = frame.arena + arenaBytes;
    char *flag = state + 2 * stateBytes;
    char *inner = flag + 64;
    for (i64 i = 0; i < inputs.count; i++) innerInputs[i] = address(inputs[i], frame);
    for (i64 i = 0; i < outputs.count; i++) innerOutputs[i] = address(outputs[i], frame);
    switch (opcode) {
      case kCall: return programs[0]->run(innerInputs.items, innerOutputs.items, inner, failure);
      case kCond: {
        Program *taken = *innerInputs[0] != 0 ? programs[0] : programs[1];
        return taken->run(innerInputs.items + 1, innerOutputs.items, inner, failure);
      }
      case kScan: return scan(frame, state, inner, failure);
      default: return whileLoop(frame, state, flag, inner, failure);
    }
  }

  char *stateOf(char *state, i64 turn, i64 carry) const { return state + (turn & 1) * stateBytes + carryOffsets[carry]; }

  void copyCarries(const Frame &frame) {
    for (i64 i = 0; i < carries; i++) {
      char *to = address(outputs[i], frame);
      // A buffer of no bytes may lie nowhere.
      if (to != innerInputs[i] && outputs[i].elements > 0) __builtin_memmove(to, innerInputs[i], outputs[i].bytes());
    }
  }

  void scan(const Frame &frame, char *state, char *inner, ShapewiseFailure &failure) {
    for (i64 turn = 0; turn < length && failure.kind == kNoFailure; turn++) {
      const i64 at = reverse ? length - 1 - turn : turn;
      for (i64 i = carries; i < carries + sequences; i++)
        innerInputs[i] = address(inputs[i], frame) + at * (inputs[i].bytes() / length);
      for (i64 i = 0; i < carries; i++)
        innerOutputs[i] = turn == length - 1 ? address(outputs[i], frame) : stateOf(state, turn, i);
      for (i64 i = carries; i < outputs.count; i++)
        innerOutputs[i] = address(outputs[i], frame) + at * (outputs[i].bytes() / length);
      programs[0]->run(innerInputs.items, innerOutputs.items, inner, failure);
      for (i64 i = 0; i < carries; i++) innerInputs[i] = innerOutputs[i];
    }
    copyCarries(frame);
  }

  void whileLoop(const Frame &frame, char *state, char *flag, char *inner, ShapewiseFailure &failure) {
    for (i64 turn = 0;; turn++) {
      programs[0]->run(innerInputs.items, &flag, inner, failure);
      if (failure.kind != kNoFailure) return;
      if (*flag == 0) break;
      for (i64 i = 0; i < carries; i++) innerOutputs[i] = stateOf(state, turn, i);
      programs[1]->run(innerInputs.items, innerOutputs.items, inner, failure);
      if (failure.kind != kNoFailure) return;
      for (i64 i = 0; i < carries; i++) innerInputs[i] = innerOutputs[i];
    }
    copyCarries(frame);
  }

  i64 arenaBytes = 0;
};

inline Step *readControl(i32 opcode, Reader &reader, const Extents &extents, int depth) {
  Control *step = static_cast<Control *>(Control::read(opcode, reader, extents, depth));
  if (step != nullptr) step->arenaBytes = extents.arena;
  return step;
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
