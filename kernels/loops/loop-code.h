// The code of a fused loop nest as it is read from a program: one expression list over one index space.
//
// The index space is (outer, reduced, inner), in row-major order; without reductions outer = reduced = 1. Outputs of the whole
// space lie in its order; reductions have one element for each (outer, inner).
#pragma once
#include "loops/folds.h"
#include "loops/pairs.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

constexpr i64 kTileBytes = 32 * 1024;

enum LoadMode : u8 { kDirect, kSplat, kPeriodic, kGeneral };

struct LoopInput {
  Operand operand;
  /// Value = Σ index · stride instead of something in memory.
  bool isIota;
  LoadMode mode;
  /// Whether its elements lie in memory as they are counted.
  bool line;
  int rank;
  i64 sizes[kMaxRank];
  i64 strides[kMaxRank];
  /// Elements after which a periodic input repeats.
  i64 period;
  i64 elementBytes;
};

struct Instruction {
  i32 operation;
  /// Null where the instruction is done together with the one that takes its result.
  TileFunction function;
  TileFunction rounding;
  i32 a, b, c;
  /// How many of them it takes; the others are any.
  i32 arity;
  /// Whether it does the work of another one first.
  bool joined;
  RegisterKind kind;
  /// Output that may be computed in place, or −1.
  i32 direct;
  /// What an index must stay below; −1 for everything else.
  i64 limit;
};

struct LoopOutput {
  i32 value;
  Operand operand;
};

struct LoopCode {
  i64 outer = 1, reduced = 1, inner = 1, total = 0;
  List<LoopInput> inputs;
  List<Instruction> instructions;
  List<LoopOutput> outputs;
  List<LoopReduction> reductions;
  /// Slot of a value's tile buffer; values that are read in place have none.
  List<i32> slots;
  i32 slotCount = 0;
  /// Instructions that are run: those that are not joined with others.
  i64 passes = 0;
  i64 tile = 0;
  /// Elements of the next tile that are asked for with each of them.
  i64 perPass = 0;
  i64 lastDirectRead = -1;

  void parse(Reader &reader, const Extents &extents) {
    const i64 limit = INT64_C(1) << 46;
    outer = reader.number(0, limit, "a loop has a size out of range");
    reduced = reader.number(0, limit, "a loop has a size out of range");
    inner = reader.number(0, limit, "a loop has a size out of range");
    if (static_cast<double>(outer) * static_cast<double>(reduced) * static_cast<double>(inner) > 7e13)
      reader.refuse("a loop is too large");
    if (reader.failed()) return;
    total = outer == 0 || reduced == 0 || inner == 0 ? 0 : outer * reduced * inner;
    List<i32> dtypes;
    const auto add = [&](bool done, i32 dtype) { reader.expect(done && dtypes.push(dtype), "out of memory"); };
    const i32 inputCount = reader.choice(kMaxCount, "a loop has too many inputs");
    for (i32 i = 0; i < inputCount && !reader.failed(); i++) {
      LoopInput in = {};
      in.isIota = reader.choice(2, "an input of a loop is of an unknown kind") != 0;
      in.operand = in.isIota ? iota(reader) : reader.operand(extents);
      reader.expect(in.operand.elements == total, "an input of a loop does not fit its index space");
      if (reader.failed()) return;
      prepare(in);
      add(inputs.push(in), in.operand.dtype);
    }
    const i32 instructionCount = reader.choice(kMaxCount, "a loop has too many instructions");
    for (i32 i = 0; i < instructionCount && !reader.failed(); i++) {
      Instruction one = {};
      const i32 operation = one.operation = reader.choice(kOperations, "a loop has an unknown instruction");
      const i32 dtype = reader.choice(kDTypes, "an instruction has an unknown dtype");
      const i32 outDType = reader.choice(kDTypes, "an instruction has an unknown dtype");
      i32 operands[3];
      for (i32 &operand : operands) operand = reader.choice(static_cast<i32>(dtypes.count), "an instruction reads a value that comes later");
      if (reader.failed()) return;
      one.a = operands[0];
      one.b = operands[1];
      one.c = operands[2];
      one.kind = registerOf(outDType);
      one.direct = -1;
      one.limit = operation == kIndex ? reader.number(0, limit, "an index has a limit out of range") : -1;
      const bool compares = operation >= kLess && operation <= kEqual;
      if (operation == kCast) one.function = castFunction(dtype, outDType);
      else if (operation == kBitcast) one.function = bitcastFunction(dtype, outDType);
      else one.function = tileFunction(operation, dtype);
      reader.expect(one.function != nullptr, "an instruction does not take its dtype");
      reader.expect(operation == kCast || operation == kBitcast || (compares ? outDType == kBool : outDType == dtype),
                    "an instruction gives another dtype than it says");
      if (operation != kCast && operation != kBitcast && !compares) one.rounding = roundingFunction(outDType);
      one.arity = operation == kWhere ? 3 : operation >= kAdd && operation != kIndex ? 2 : 1;
      for (int k = 0; k < one.arity; k++) {
        const bool condition = operation == kWhere && k == 0;
        reader.expect(dtypes[operands[k]] == (condition ? kBool : dtype), "an instruction reads a value of another dtype");
      }
      add(instructions.push(one), outDType);
    }
    const i32 outputCount = reader.choice(kMaxCount, "a loop has too many outputs");
    for (i32 i = 0; i < outputCount && !reader.failed(); i++) {
      LoopOutput out = {};
      out.value = reader.choice(static_cast<i32>(dtypes.count), "an output of a loop names a value that does not exist");
      out.operand = reader.contiguousOperand(extents);
      reader.expect(out.operand.kind != kInput && out.operand.kind != kConstant, "a loop writes where it must not");
      reader.expect(out.operand.elements == total, "an output of a loop does not fit its index space");
      if (reader.failed()) return;
      reader.expect(out.operand.dtype == dtypes[out.value], "an output of a loop has another dtype than its value");
      reader.expect(outputs.push(out), "out of memory");
    }
    const i32 reductionCount = reader.choice(kMaxCount, "a loop has too many reductions");
    for (i32 i = 0; i < reductionCount && !reader.failed(); i++) {
      LoopReduction r = {};
      r.kind = reader.choice(kReductions, "a loop has an unknown reduction");
      r.value = reader.choice(static_cast<i32>(dtypes.count), "a reduction names a value that does not exist");
      r.operand = reader.contiguousOperand(extents);
      reader.expect(r.operand.kind != kInput && r.operand.kind != kConstant, "a loop writes where it must not");
      reader.expect(r.operand.elements == outer * inner, "a reduction does not fit its index space");
      if (reader.failed()) return;
      r.dtype = dtypes[r.value];
      reader.expect(r.operand.dtype == r.dtype, "a reduction has another dtype than its value");
      reader.expect(reductions.push(r), "out of memory");
    }
    if (!reader.failed()) reader.expect(joinPairs(dtypes) && assignSlots(), "out of memory");
  }

  /// Joins instructions on float32 with those that alone take their results.
  bool joinPairs(const List<i32> &dtypes) {
    List<i32> uses;
    if (!uses.resize(dtypes.count)) return false;
    for (i64 v = 0; v < dtypes.count; v++) uses[v] = 0;
    for (i64 i = 0; i < instructions.count; i++) {
      const i32 operands[] = {instructions[i].a, instructions[i].b, instructions[i].c};
      for (int k = 0; k < instructions[i].arity; k++) uses[operands[k]]++;
    }
    for (i64 i = 0; i < outputs.count; i++) uses[outputs[i].value]++;
    for (i64 i = 0; i < reductions.count; i++) uses[reductions[i].value]++;
    passes = instructions.count;
    const auto isFloat = [&](i64 i) { return dtypes[inputs.count + i] == kFloat32; };
    for (i64 i = 0; i < instructions.count; i++) {
      Instruction &second = instructions[i];
      for (int operand = 0; operand < 2 && operand < second.arity; operand++) {
        const bool swapped = operand == 1;
        const i64 value = swapped ? second.b : second.a, taken = value - inputs.count;
        if (second.joined || taken < 0 || uses[value] > 1 || !isFloat(i) || !isFloat(taken) || instructions[taken].joined) continue;
        Instruction &first = instructions[taken];
        const TileFunction both = pairFunction(first.operation, second.operation, swapped);
        if (both == nullptr) continue;
        second.c = swapped ? second.a : second.b;
        second.a = first.a;
        second.b = first.b;
        second.function = both;
        second.joined = true;
        first.function = nullptr;
        passes--;
      }
    }
    return true;
  }

  static Operand iota(Reader &reader) {
    Operand o = {};
    o.dtype = reader.choice(kDTypes, "an operand has an unknown dtype");
    o.rank = reader.choice(kMaxRank + 1, "an operand has too many axes");
    const i64 limit = INT64_C(1) << 46;
    o.offset = reader.number(-limit, limit, "an operand has an offset out of range");
    o.elements = 1;
    for (int i = 0; i < o.rank; i++) {
      o.sizes[i] = reader.number(0, limit, "an operand has a size out of range");
      o.elements = o.sizes[i] == 0 ? 0 : o.elements > limit / o.sizes[i] ? limit + 1 : o.elements * o.sizes[i];
    }
    for (int i = 0; i < o.rank; i++) o.strides[i] = reader.number(-limit, limit, "an operand has a stride out of range");
    reader.expect(Reader::isReachable(o), "an iota counts too far");
    return o;
  }

  /// Merges axes that lie one after the other and picks the way of loading.
  void prepare(LoopInput &in) {
    in.rank = 0;
    in.elementBytes = bytesOf(in.operand.dtype);
    in.mode = kGeneral;
    // Nothing is read from an empty space.
    if (total == 0) return;
    for (int i = 0; i < in.operand.rank; i++) {
      if (in.operand.sizes[i] == 1) continue;
      const i64 size = in.operand.sizes[i];
      const i64 stride = in.operand.strides[i];
      if (in.rank > 0 && in.strides[in.rank - 1] == stride * size) {
        in.sizes[in.rank - 1] *= size;
        in.strides[in.rank - 1] = stride;
      } else {
        in.sizes[in.rank] = size;
        in.strides[in.rank++] = stride;
      }
    }
    const bool splat = in.rank == 0 || (in.rank == 1 && in.strides[0] == 0);
    in.line = in.rank == 1 && in.strides[0] == 1 && !in.isIota;
    const bool repeats = in.rank == 2 && in.strides[0] == 0 && in.strides[1] == 1 && in.sizes[1] <= 1024;
    in.mode = splat ? kSplat : in.line && storedAsRegister(in.operand.dtype) ? kDirect : repeats ? kPeriodic : kGeneral;
    in.period = repeats ? in.sizes[1] : 0;
  }

  /// Gives every value that is not read in place a tile, and tiles to several values one after the other.
  bool assignSlots() {
    const i64 inputCount = inputs.count;
    const i64 valueCount = inputCount + instructions.count;
    List<i64> lastUse;
    List<i32> owner;
    List<bool> busy;
    if (!slots.resize(valueCount) || !lastUse.resize(valueCount) || !owner.resize(valueCount) || !busy.resize(valueCount)) return false;
    for (i64 v = 0; v < valueCount; v++) lastUse[v] = v < inputCount ? -1 : v - inputCount;
    for (i64 i = 0; i < instructions.count; i++) {
      const Instruction &one = instructions[i];
      if (one.function == nullptr) continue;
      lastUse[one.a] = lastUse[one.b] = lastUse[one.c] = i;
      const i32 read[] = {one.a, one.b, one.c};
      for (i32 operand : read)
        if (operand < inputCount && inputs[operand].mode == kDirect) lastDirectRead = i;
    }
    const i64 forever = instructions.count;
    for (i64 i = 0; i < outputs.count; i++) lastUse[outputs[i].value] = forever;
    for (i64 i = 0; i < reductions.count; i++) lastUse[reductions[i].value] = forever;
    for (i64 i = 0; i < valueCount; i++) busy[i] = false;
    const auto take = [&](i64 value) {
      i32 slot = 0;
      while (busy[slot]) slot++;
      busy[slot] = true;
      owner[slot] = static_cast<i32>(value);
      if (slot >= slotCount) slotCount = slot + 1;
      slots[value] = slot;
    };
    for (i64 v = 0; v < inputCount; v++) {
      slots[v] = -1;
      if (inputs[v].mode != kDirect) take(v);
      // Splats are filled once for many tiles.
      if (inputs[v].mode == kSplat || inputs[v].mode == kPeriodic) lastUse[v] = forever;
    }
    for (i64 i = 0; i < instructions.count; i++) {
      if (instructions[i].function == nullptr) continue;
      // Functions read whole vectors before they write them, but only doubles and words of equal width may share a tile.
      take(inputCount + i);
      for (i32 s = 0; s < slotCount; s++)
        if (busy[s] && lastUse[owner[s]] <= i && owner[s] != inputCount + i) busy[s] = false;
      if (lastUse[inputCount + i] <= i) busy[slots[inputCount + i]] = false;
    }
    const i64 perSlot = slotCount + reductions.count == 0 ? 1 : slotCount + reductions.count;
    tile = kTileBytes / (4 * perSlot) / 64 * 64;
    tile = tile < 256 ? 256 : tile > 1024 ? 1024 : tile;
    perPass = (tile + passes - 1) / most(1, passes);
    for (i64 i = 0; i < outputs.count; i++) {
      const i64 from = outputs[i].value - inputCount;
      // Written before an input is read, an output that lies over it would destroy it.
      if (from >= 0 && from >= lastDirectRead && storedAsRegister(outputs[i].operand.dtype) &&
          instructions[from].direct < 0)
        instructions[from].direct = static_cast<i32>(i);
    }
    return true;
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
