// Fused loop nests: one expression list over one index space, run tile by tile so that everything between the loads
// and the stores stays in the first-level cache.
//
// The index space is (outer, reduced, inner), in row-major order; without reductions outer = reduced = 1. A tile is a range of
// it. Outputs of the whole space lie in its order; reductions have one element for each (outer, inner).
#pragma once
#include "elementwise.h"
#include "reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

constexpr int kMaxValues = 160;
constexpr i64 kTileBytes = 32 * 1024;
/// Elements that are worth a task of their own.
constexpr i64 kTaskElements = 16 * 1024;

enum LoadMode : u8 { kDirect, kSplat, kPeriodic, kGeneral };

struct LoopInput {
  Operand operand;
  /// Value = Σ index · stride instead of something in memory.
  bool isIota;
  LoadMode mode;
  int rank;
  i64 sizes[kMaxRank];
  i64 strides[kMaxRank];
  /// Elements after which a periodic input repeats.
  i64 period;
  i64 elementBytes;
};

struct Instruction {
  TileFunction function;
  TileFunction rounding;
  i32 a, b, c;
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

enum Reduction : i32 { kSum, kProduct, kLargest, kSmallest, kReductions };

struct LoopReduction {
  i32 kind;
  i32 value;
  /// Of the values that are reduced.
  i32 dtype;
  Operand operand;
};

template <class T, int N>
struct Fold {
  using V = Vector<T, N>;
  static V combine(i32 kind, V a, V b) {
    switch (kind) {
      case kSum: return a + b;
      case kProduct: return a * b;
      case kLargest: return ((a != a) | (a > b)) ? a : b;
      default: return ((a != a) | (a < b)) ? a : b;
    }
  }
  template <i32 Kind>
  static void intoAs(T *accumulator, const T *values, i64 count) {
    i64 i = 0;
    for (; i + N <= count; i += N) store(accumulator + i, combine(Kind, load<V>(accumulator + i), load<V>(values + i)));
    if (i < count)
      storePart(accumulator + i, combine(Kind, loadPart<V>(accumulator + i, count - i), loadPart<V>(values + i, count - i)),
                count - i);
  }
  static void into(i32 kind, T *accumulator, const T *values, i64 count) {
    switch (kind) {
      case kSum: return intoAs<kSum>(accumulator, values, count);
      case kProduct: return intoAs<kProduct>(accumulator, values, count);
      case kLargest: return intoAs<kLargest>(accumulator, values, count);
      default: return intoAs<kSmallest>(accumulator, values, count);
    }
  }
  static T one(i32 kind, T a, T b) {
    switch (kind) {
      case kSum: return a + b;
      case kProduct: return a * b;
      case kLargest: return ((a != a) | (a > b)) ? a : b;
      default: return ((a != a) | (a < b)) ? a : b;
    }
  }
  /// All of a row.
  static T row(i32 kind, const T *values, i64 count) {
    if (count < 2 * N) {
      T result = values[0];
      for (i64 i = 1; i < count; i++) result = one(kind, result, values[i]);
      return result;
    }
    V sum = load<V>(values);
    i64 i = N;
    for (; i + N <= count; i += N) sum = combine(kind, sum, load<V>(values + i));
    T result = sum[0];
    for (int k = 1; k < N; k++) result = one(kind, result, sum[k]);
    for (; i < count; i++) result = one(kind, result, values[i]);
    return result;
  }
};

/// Reductions of each register kind; unsigned integers only differ in what is largest.
inline void foldInto(const LoopReduction &r, void *accumulator, const void *values, i64 count) {
  switch (registerOf(r.dtype)) {
    case kFloatRegister:
      return Fold<float, kLanes>::into(r.kind, static_cast<float *>(accumulator), static_cast<const float *>(values), count);
    case kDoubleRegister:
      return Fold<double, kDoubleLanes>::into(r.kind, static_cast<double *>(accumulator), static_cast<const double *>(values),
                                             count);
    default:
      if (r.dtype == kInt32 && r.kind >= kLargest)
        return Fold<i32, kLanes>::into(r.kind, static_cast<i32 *>(accumulator), static_cast<const i32 *>(values), count);
      return Fold<u32, kLanes>::into(r.kind, static_cast<u32 *>(accumulator), static_cast<const u32 *>(values), count);
  }
}
inline void foldRow(const LoopReduction &r, void *accumulator, const void *values, i64 count) {
  switch (registerOf(r.dtype)) {
    case kFloatRegister:
      *static_cast<float *>(accumulator) = Fold<float, kLanes>::row(r.kind, static_cast<const float *>(values), count);
      return;
    case kDoubleRegister:
      *static_cast<double *>(accumulator) = Fold<double, kDoubleLanes>::row(r.kind, static_cast<const double *>(values), count);
      return;
    default:
      if (r.dtype == kInt32 && r.kind >= kLargest)
        *static_cast<i32 *>(accumulator) = Fold<i32, kLanes>::row(r.kind, static_cast<const i32 *>(values), count);
      else
        *static_cast<u32 *>(accumulator) = Fold<u32, kLanes>::row(r.kind, static_cast<const u32 *>(values), count);
  }
}
/// What a reduction of nothing gives.
inline void fillNeutral(const LoopReduction &r, void *accumulator, i64 count) {
  const double neutral = r.kind == kSum ? 0 : r.kind == kProduct ? 1 : r.kind == kLargest ? -__builtin_inf() : __builtin_inf();
  for (i64 i = 0; i < count; i++) {
    if (registerOf(r.dtype) == kFloatRegister) static_cast<float *>(accumulator)[i] = static_cast<float>(neutral);
    else if (registerOf(r.dtype) == kDoubleRegister) static_cast<double *>(accumulator)[i] = neutral;
    else static_cast<i32 *>(accumulator)[i] = r.kind == kProduct ? 1 : 0;
  }
}

inline i64 registerBytes(RegisterKind kind) { return kind == kDoubleRegister ? 8 : 4; }

struct Loop final : Allocated<Loop> {
  i64 outer = 1, reduced = 1, inner = 1, total = 0;
  List<LoopInput> inputs;
  List<Instruction> instructions;
  List<LoopOutput> outputs;
  List<LoopReduction> reductions;
  /// Slot of a value's tile buffer; values that are read in place have none.
  i32 slots[kMaxValues];
  i32 slotCount = 0;
  i64 tile = 0;
  i64 lastDirectRead = -1;
  mutable ShapewiseFailure outside = {};

  // Reading -----------------------------------------------------------------------------------------------------------

  static Step *read(Reader &reader, const Extents &extents) {
    Loop *loop = make();
    if (loop == nullptr) {
      reader.refuse("out of memory");
      return nullptr;
    }
    loop->parse(reader, extents);
    return loop;
  }

  void parse(Reader &reader, const Extents &extents) {
    const i64 limit = INT64_C(1) << 46;
    outer = reader.number(0, limit, "a loop has a size out of range");
    reduced = reader.number(0, limit, "a loop has a size out of range");
    inner = reader.number(0, limit, "a loop has a size out of range");
    if (static_cast<double>(outer) * static_cast<double>(reduced) * static_cast<double>(inner) > 7e13)
      reader.refuse("a loop is too large");
    if (reader.failed()) return;
    total = outer == 0 || reduced == 0 || inner == 0 ? 0 : outer * reduced * inner;
    i32 dtypes[kMaxValues];
    i32 values = 0;
    const i32 inputCount = reader.choice(kMaxValues, "a loop has too many inputs");
    for (i32 i = 0; i < inputCount && !reader.failed(); i++) {
      LoopInput in = {};
      in.isIota = reader.choice(2, "an input of a loop is of an unknown kind") != 0;
      in.operand = in.isIota ? iota(reader) : reader.operand(extents);
      reader.expect(in.operand.elements == total, "an input of a loop does not fit its index space");
      if (reader.failed()) return;
      prepare(in);
      dtypes[values++] = in.operand.dtype;
      inputs.push(in);
    }
    const i32 instructionCount = reader.choice(kMaxValues - values, "a loop has too many instructions");
    for (i32 i = 0; i < instructionCount && !reader.failed(); i++) {
      Instruction one = {};
      const i32 operation = reader.choice(kOperations, "a loop has an unknown instruction");
      const i32 dtype = reader.choice(kDTypes, "an instruction has an unknown dtype");
      const i32 outDType = reader.choice(kDTypes, "an instruction has an unknown dtype");
      i32 operands[3];
      for (i32 &operand : operands) operand = reader.choice(values, "an instruction reads a value that comes later");
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
      const int arity = operation == kWhere ? 3 : operation >= kAdd && operation != kIndex ? 2 : 1;
      for (int k = 0; k < arity; k++) {
        const bool condition = operation == kWhere && k == 0;
        reader.expect(dtypes[operands[k]] == (condition ? kBool : dtype), "an instruction reads a value of another dtype");
      }
      dtypes[values++] = outDType;
      instructions.push(one);
    }
    const i32 outputCount = reader.choice(kMaxValues, "a loop has too many outputs");
    for (i32 i = 0; i < outputCount && !reader.failed(); i++) {
      LoopOutput out = {};
      out.value = reader.choice(values, "an output of a loop names a value that does not exist");
      out.operand = reader.contiguousOperand(extents);
      reader.expect(out.operand.kind != kInput && out.operand.kind != kConstant, "a loop writes where it must not");
      reader.expect(out.operand.elements == total, "an output of a loop does not fit its index space");
      if (reader.failed()) return;
      reader.expect(out.operand.dtype == dtypes[out.value], "an output of a loop has another dtype than its value");
      outputs.push(out);
    }
    const i32 reductionCount = reader.choice(kMaxValues, "a loop has too many reductions");
    for (i32 i = 0; i < reductionCount && !reader.failed(); i++) {
      LoopReduction r = {};
      r.kind = reader.choice(kReductions, "a loop has an unknown reduction");
      r.value = reader.choice(values, "a reduction names a value that does not exist");
      r.operand = reader.contiguousOperand(extents);
      reader.expect(r.operand.kind != kInput && r.operand.kind != kConstant, "a loop writes where it must not");
      reader.expect(r.operand.elements == outer * inner, "a reduction does not fit its index space");
      if (reader.failed()) return;
      r.dtype = dtypes[r.value];
      reader.expect(r.operand.dtype == r.dtype, "a reduction has another dtype than its value");
      reductions.push(r);
    }
    if (!reader.failed()) assignSlots();
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
    const bool line = in.rank == 1 && in.strides[0] == 1;
    const bool repeats = in.rank == 2 && in.strides[0] == 0 && in.strides[1] == 1 && in.sizes[1] <= 1024;
    in.mode = splat ? kSplat : line && !in.isIota && storedAsRegister(in.operand.dtype) ? kDirect : repeats ? kPeriodic : kGeneral;
    in.period = repeats ? in.sizes[1] : 0;
  }

  /// Gives every value that is not read in place a tile, and tiles to several values one after the other.
  void assignSlots() {
    const i64 inputCount = inputs.count;
    const i64 valueCount = inputCount + instructions.count;
    i64 lastUse[kMaxValues];
    for (i64 v = 0; v < valueCount; v++) lastUse[v] = v < inputCount ? -1 : v - inputCount;
    for (i64 i = 0; i < instructions.count; i++) {
      const Instruction &one = instructions[i];
      lastUse[one.a] = lastUse[one.b] = lastUse[one.c] = i;
      const i32 read[] = {one.a, one.b, one.c};
      for (i32 operand : read)
        if (operand < inputCount && inputs[operand].mode == kDirect) lastDirectRead = i;
    }
    const i64 forever = instructions.count;
    for (i64 i = 0; i < outputs.count; i++) lastUse[outputs[i].value] = forever;
    for (i64 i = 0; i < reductions.count; i++) lastUse[reductions[i].value] = forever;
    bool busy[kMaxValues] = {};
    i32 owner[kMaxValues];
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
      // Functions read whole vectors before they write them, but only doubles and words of equal width may share a tile.
      take(inputCount + i);
      for (i32 s = 0; s < slotCount; s++)
        if (busy[s] && lastUse[owner[s]] <= i && owner[s] != inputCount + i) busy[s] = false;
      if (lastUse[inputCount + i] <= i) busy[slots[inputCount + i]] = false;
    }
    const i64 perSlot = slotCount + reductions.count == 0 ? 1 : slotCount + reductions.count;
    tile = kTileBytes / (4 * perSlot) / 64 * 64;
    tile = tile < 256 ? 256 : tile > 2048 ? 2048 : tile;
    for (i64 i = 0; i < outputs.count; i++) {
      const i64 from = outputs[i].value - inputCount;
      // Written before an input is read, an output that lies over it would destroy it.
      if (from >= 0 && from >= lastDirectRead && storedAsRegister(outputs[i].operand.dtype) &&
          instructions[from].direct < 0)
        instructions[from].direct = static_cast<i32>(i);
    }
  }

  // Running -----------------------------------------------------------------------------------------------------------

  /// One thread's buffers: a tile for every slot (periodic inputs need one period more), and accumulators.
  struct Workspace {
    char *slots;
    i64 slotBytes;
    char *accumulators;
  };

  Workspace workspace(int thread) const {
    const i64 slotBytes = (tile + 1024 + 16) * 8;
    char *memory = static_cast<char *>(shapewise_scratch(thread, 0, slotBytes * (slotCount + reductions.count)));
    return {memory, slotBytes, memory + slotBytes * slotCount};
  }
  char *slot(const Workspace &space, i64 value) const { return space.slots + slots[value] * space.slotBytes; }

  static void iotaValue(const LoopInput &in, i64 value, void *to, i64 i) {
    switch (registerOf(in.operand.dtype)) {
      case kFloatRegister:
        if (in.operand.dtype == kFloat16) static_cast<float *>(to)[i] = decodeHalf(encodeHalf(static_cast<double>(value)));
        else if (in.operand.dtype == kBfloat16) static_cast<float *>(to)[i] = decodeBrain(encodeBrain(static_cast<double>(value)));
        else static_cast<float *>(to)[i] = static_cast<float>(value);
        return;
      case kDoubleRegister: static_cast<double *>(to)[i] = static_cast<double>(value); return;
      default: static_cast<i32 *>(to)[i] = static_cast<i32>(in.operand.dtype == kUint8 ? value & 255 : value);
    }
  }

  /// Elements [start, start + count) of the index space into `to`.
  static void loadGeneral(const LoopInput &in, const char *base, void *to, i64 start, i64 count) {
    i64 index[kMaxRank];
    i64 rest = start;
    i64 offset = 0;
    for (int axis = in.rank - 1; axis >= 0; axis--) {
      index[axis] = rest % in.sizes[axis];
      rest /= in.sizes[axis];
      offset += index[axis] * in.strides[axis];
    }
    const i64 width = registerBytes(registerOf(in.operand.dtype));
    char *target = static_cast<char *>(to);
    const int last = in.rank - 1;
    for (i64 done = 0; done < count;) {
      const i64 run = in.rank == 0 ? count : least(in.sizes[last] - index[last], count - done);
      const i64 stride = in.rank == 0 ? 0 : in.strides[last];
      if (in.isIota) for (i64 i = 0; i < run; i++) iotaValue(in, in.operand.offset + offset + i * stride, target, done + i);
      else loadElements(target + done * width, base + offset * in.elementBytes, in.operand.dtype, stride, run);
      done += run;
      if (done >= count) return;
      // Here the run has reached the end of the last axis.
      offset -= index[last] * in.strides[last];
      index[last] = 0;
      for (int axis = last - 1; axis >= 0; axis--) {
        offset += in.strides[axis];
        if (++index[axis] < in.sizes[axis]) break;
        offset -= in.sizes[axis] * in.strides[axis];
        index[axis] = 0;
      }
    }
  }

  /// What does not change from tile to tile.
  void begin(const Workspace &space, const Frame &frame) const {
    for (i64 v = 0; v < inputs.count; v++) {
      const LoopInput &in = inputs[v];
      if (in.mode == kSplat) loadGeneral(in, in.isIota ? nullptr : address(in.operand, frame), slot(space, v), 0, least(tile, total));
      if (in.mode == kPeriodic)
        loadGeneral(in, in.isIota ? nullptr : address(in.operand, frame), slot(space, v), 0, least(tile + in.period, total));
    }
  }

  /// An index outside of its axis stops the program after this step. Whichever thread finds one last is heard.
  void check(const Instruction &one, const i32 *indices, i64 count) const {
    for (i64 i = 0; i < count; i++)
      if (indices[i] < 0 || indices[i] >= one.limit)
        outside = {kIndexOutside, -1, static_cast<double>(indices[i]), static_cast<double>(one.limit), 0};
  }

  /// Computes a tile; `values` receives where each value lies.
  void compute(const Workspace &space, const Frame &frame, i64 start, i64 count, const void **values) const {
    for (i64 v = 0; v < inputs.count; v++) {
      const LoopInput &in = inputs[v];
      switch (in.mode) {
        case kDirect: values[v] = address(in.operand, frame) + start * in.elementBytes; break;
        case kSplat: values[v] = slot(space, v); break;
        case kPeriodic:
          values[v] = slot(space, v) + (start % in.period) * registerBytes(registerOf(in.operand.dtype));
          break;
        default:
          loadGeneral(in, in.isIota ? nullptr : address(in.operand, frame), slot(space, v), start, count);
          values[v] = slot(space, v);
      }
    }
    const i64 first = inputs.count;
    for (i64 i = 0; i < instructions.count; i++) {
      const Instruction &one = instructions[i];
      void *to = slot(space, first + i);
      if (one.direct >= 0) {
        const Operand &out = outputs[one.direct].operand;
        to = address(out, frame) + start * bytesOf(out.dtype);
      }
      one.function(to, values[one.a], values[one.b], values[one.c], count);
      if (one.rounding != nullptr) one.rounding(to, to, to, to, count);
      if (one.limit >= 0) check(one, static_cast<const i32 *>(to), count);
      values[first + i] = to;
    }
    for (i64 i = 0; i < outputs.count; i++) {
      const Operand &out = outputs[i].operand;
      char *to = address(out, frame) + start * bytesOf(out.dtype);
      if (values[outputs[i].value] != to) storeElements(to, values[outputs[i].value], out.dtype, 1, count);
    }
  }

  /// Computes the elements [start, end), for a loop without reductions.
  void runRange(const Frame &frame, i64 start, i64 end, int thread) const {
    const Workspace space = workspace(thread);
    const void *values[kMaxValues];
    begin(space, frame);
    for (i64 at = start; at < end; at += tile) compute(space, frame, at, least(tile, end - at), values);
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    runAll(frame);
    settle(failure);
  }

  void settle(ShapewiseFailure &failure) override {
    if (outside.kind == kNoFailure) return;
    failure = outside;
    outside = {};
  }

  Cut cut(i64 rows) const override {
    if (total == 0 || (reductions.count > 0 ? outer : total) % rows != 0) return {};
    i64 bytes = 0;
    for (i64 v = 0; v < inputs.count; v++)
      if (inputs[v].mode == kDirect || inputs[v].mode == kGeneral) bytes += inputs[v].elementBytes;
    for (i64 i = 0; i < outputs.count; i++) bytes += bytesOf(outputs[i].operand.dtype);
    return {1, bytes * (total / rows)};
  }

  void runRows(const Frame &frame, i64 rows, i64 from, i64 to, int thread) const override {
    if (reductions.count == 0) return runRange(frame, from * (total / rows), to * (total / rows), thread);
    const i64 planes = outer / rows;
    if (reduced * inner <= tile) return runPlanes(frame, from * planes, to * planes, thread);
    for (i64 o = from * planes; o < to * planes; o++) runPlane(frame, o, 0, reduced, nullptr, thread);
  }

  void runAll(const Frame &frame) const {
    if (reductions.count > 0) return runReductions(frame);
    if (total == 0) return;
    const i64 tasks = least((total + kTaskElements - 1) / kTaskElements, 4 * shapewise_threads());
    const i64 step = roundUp((total + tasks - 1) / tasks, 64);
    parallel((total + step - 1) / step, total * (instructions.count + 1) > 2 * kTaskElements,
             [&](i64 task, int thread) { runRange(frame, task * step, least(total, (task + 1) * step), thread); });
  }

  char *accumulator(const Workspace &space, i64 reduction) const { return space.accumulators + reduction * space.slotBytes; }
  i64 width(i64 reduction) const { return registerBytes(registerOf(reductions[reduction].dtype)); }

  void runReductions(const Frame &frame) const {
    if (total == 0) {
      const Workspace space = workspace(0);
      for (i64 r = 0; r < reductions.count; r++) {
        for (i64 at = 0; at < outer * inner; at += tile) {
          const i64 count = least(tile, outer * inner - at);
          fillNeutral(reductions[r], accumulator(space, r), count);
          const Operand &out = reductions[r].operand;
          storeElements(address(out, frame) + at * bytesOf(out.dtype), accumulator(space, r), out.dtype, 1, count);
        }
      }
      return;
    }
    const bool large = total * (instructions.count + 1) > 2 * kTaskElements;
    const i64 plane = reduced * inner;
    if (plane <= tile) {
      const i64 perTask = most(1, (outer + 4 * shapewise_threads() - 1) / (4 * shapewise_threads()));
      const i64 size = most(perTask, (kTaskElements / 4 + plane - 1) / plane);
      parallel((outer + size - 1) / size, large,
               [&](i64 task, int thread) { runPlanes(frame, task * size, least(outer, (task + 1) * size), thread); });
      return;
    }
    if (outer >= 2 * shapewise_threads() || plane < 4 * kTaskElements) {
      parallel(outer, large, [&](i64 o, int thread) { runPlane(frame, o, 0, reduced, nullptr, thread); });
      return;
    }
    // A fixed number of parts, so that sums do not depend on the number of threads.
    const i64 parts = least(16, least(reduced, plane / kTaskElements));
    const i64 rows = (reduced + parts - 1) / parts;
    const i64 partBytes = roundUp(inner * 8, 64);
    char *partials = static_cast<char *>(shapewise_scratch(0, 1, partBytes * parts * reductions.count));
    for (i64 o = 0; o < outer; o++) {
      parallel(parts, large, [&](i64 part, int thread) {
        const i64 from = least(reduced, part * rows);
        const i64 to = least(reduced, (part + 1) * rows);
        char *into = partials + part * reductions.count * partBytes;
        if (from < to) runPlane(frame, o, from, to, into, thread);
      });
      for (i64 r = 0; r < reductions.count; r++) {
        char *sum = partials + r * partBytes;
        for (i64 part = 1; part < parts && part * rows < reduced; part++)
          foldInto(reductions[r], sum, partials + (part * reductions.count + r) * partBytes, inner);
        const Operand &out = reductions[r].operand;
        storeElements(address(out, frame) + o * inner * bytesOf(out.dtype), sum, out.dtype, 1, inner);
      }
    }
  }

  /// Several whole (reduced, inner) planes to a tile.
  void runPlanes(const Frame &frame, i64 from, i64 to, int thread) const {
    const Workspace space = workspace(thread);
    const void *values[kMaxValues];
    begin(space, frame);
    const i64 plane = reduced * inner;
    const i64 step = tile / plane;
    for (i64 o = from; o < to; o += step) {
      const i64 planes = least(step, to - o);
      compute(space, frame, o * plane, planes * plane, values);
      for (i64 r = 0; r < reductions.count; r++) {
        const LoopReduction &one = reductions[r];
        const char *source = static_cast<const char *>(values[one.value]);
        char *result = accumulator(space, r);
        const i64 bytes = width(r);
        for (i64 p = 0; p < planes; p++) {
          char *into = result + p * inner * bytes;
          const char *rows = source + p * plane * bytes;
          if (inner == 1) {
            foldRow(one, into, rows, reduced);
          } else {
            __builtin_memcpy(into, rows, inner * bytes);
            for (i64 k = 1; k < reduced; k++) foldInto(one, into, rows + k * inner * bytes, inner);
          }
        }
        const Operand &out = one.operand;
        storeElements(address(out, frame) + o * inner * bytesOf(out.dtype), result, out.dtype, 1, planes * inner);
      }
    }
  }

  /// Rows [from, to) of one large plane, reduced into `partials` or the outputs.
  void runPlane(const Frame &frame, i64 o, i64 from, i64 to, char *partials, int thread) const {
    const Workspace space = workspace(thread);
    const void *values[kMaxValues];
    begin(space, frame);
    const i64 partBytes = roundUp(inner * 8, 64);
    // Whole rows to a tile if they fit, else a block of columns of one row at a time.
    const i64 columns = least(inner, tile);
    const i64 rowsPerTile = inner <= tile ? tile / inner : 1;
    for (i64 column = 0; column < inner; column += columns) {
      const i64 across = least(columns, inner - column);
      i64 filled = 0;
      for (i64 row = from; row < to; row += rowsPerTile) {
        const i64 rows = least(rowsPerTile, to - row);
        const i64 count = rows * across;
        compute(space, frame, (o * reduced + row) * inner + column, count, values);
        for (i64 r = 0; r < reductions.count; r++) {
          const void *source = values[reductions[r].value];
          if (row == from) __builtin_memcpy(accumulator(space, r), source, count * width(r));
          else foldInto(reductions[r], accumulator(space, r), source, count);
        }
        if (row == from) filled = rows;
      }
      for (i64 r = 0; r < reductions.count; r++) {
        char *sum = accumulator(space, r);
        if (across == 1) foldRow(reductions[r], sum, sum, filled);
        else for (i64 k = 1; k < filled; k++) foldInto(reductions[r], sum, sum + k * across * width(r), across);
        if (partials != nullptr) {
          __builtin_memcpy(partials + r * partBytes + column * width(r), sum, across * width(r));
        } else {
          const Operand &out = reductions[r].operand;
          storeElements(address(out, frame) + (o * inner + column) * bytesOf(out.dtype), sum, out.dtype, 1, across);
        }
      }
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
