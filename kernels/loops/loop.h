// Fused loop nests, run tile by tile so that everything between the loads and the stores stays in the first-level cache. A tile
// is a range of the index space.
#pragma once
#include "loops/loop-code.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Elements that are worth a task of their own.
constexpr i64 kTaskElements = 16 * 1024;

struct Loop final : Allocated<Loop>, LoopCode {
  mutable ShapewiseFailure outside = {};

  static Step *read(Reader &reader, const Extents &extents) {
    Loop *loop = make();
    if (loop == nullptr) {
      reader.refuse("out of memory");
      return nullptr;
    }
    loop->parse(reader, extents);
    return loop;
  }

  /// Memory that tiles read or write one after the other: what has not been asked for yet, and how much is with each instruction.
  struct Stream {
    const char *next;
    i64 share;

    const char *take() {
      const char *from = next;
      next += share;
      return from;
    }
  };

  /// One thread's buffers: a tile for every slot (periodic inputs need one period more), and accumulators.
  struct Workspace {
    char *slots;
    i64 slotBytes;
    char *accumulators;
    /// Where each value of the present tile lies.
    const void **values;
    Stream *streams;
  };

  Workspace workspace(int thread) const {
    const i64 slotBytes = (tile + 1024 + 16) * 8;
    const i64 tiles = slotBytes * (slotCount + reductions.count);
    const i64 places = slots.count * sizeof(void *), streams = (inputs.count + outputs.count) * sizeof(Stream);
    char *memory = static_cast<char *>(shapewise_scratch(thread, 0, tiles + places + streams));
    return {memory, slotBytes, memory + slotBytes * slotCount, reinterpret_cast<const void **>(memory + tiles),
            reinterpret_cast<Stream *>(memory + tiles + places)};
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

  /// Tiles are too short, and their instructions too many, for the processor to see the stream of memory that they are of. So what
  /// the next tile reads and writes is asked for meanwhile, a little with each instruction: at once, requests would be waited for.
  void expect(const Workspace &space, const Frame &frame, i64 next) const {
    const auto add = [&](i64 at, const Operand &operand) {
      const i64 bytes = bytesOf(operand.dtype);
      space.streams[at] = {address(operand, frame) + next * bytes, roundUp(perPass * bytes, kCacheLine)};
    };
    i64 v = 0;
    for (; v < inputs.count; v++) if (inputs[v].line) add(v, inputs[v].operand);
    for (i64 i = 0; i < outputs.count; i++) add(v++, outputs[i].operand);
  }
  void askAhead(const Workspace &space) const {
    for (i64 v = 0; v < inputs.count; v++)
      if (inputs[v].line) askToRead(space.streams[v].take(), space.streams[v].share);
    for (i64 i = inputs.count; i < inputs.count + outputs.count; i++) askToWrite(space.streams[i].take(), space.streams[i].share);
  }

  void compute(const Workspace &space, const Frame &frame, i64 start, i64 count) const {
    const void **values = space.values;
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
    expect(space, frame, start + count);
    const i64 first = inputs.count;
    for (i64 i = 0; i < instructions.count; i++) {
      const Instruction &one = instructions[i];
      if (one.function == nullptr) continue;
      askAhead(space);
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
    begin(space, frame);
    for (i64 at = start; at < end; at += tile) compute(space, frame, at, least(tile, end - at));
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    runAll(frame);
    tellOutside(failure);
  }

  void tellOutside(ShapewiseFailure &failure) {
    if (outside.kind == kNoFailure) return;
    failure = outside;
    outside = {};
  }

  // By rows: of the whole space, of folds for each row, or of what one fold runs over.

  /// Rows of a block of what is folded, and how many there are; `partials` has a part for each.
  i64 foldedRows = 0, foldedBlocks = 0;

  bool foldsRows(i64 rows) const { return reductions.count > 0 && outer == 1 && reduced % rows == 0; }
  i64 partBytes() const { return roundUp(inner * 8, 64); }
  char *partial(i64 block) const {
    char *all = static_cast<char *>(shapewise_scratch(0, 1, partBytes() * reductions.count * foldedBlocks));
    return all + partBytes() * reductions.count * block;
  }

  Cut cut(i64 rows) const override {
    const bool folds = foldsRows(rows);
    if (total == 0 || (!folds && (reductions.count > 0 ? outer : total) % rows != 0)) return {};
    i64 bytes = 0;
    for (i64 v = 0; v < inputs.count; v++)
      if (inputs[v].mode == kDirect || inputs[v].mode == kGeneral) bytes += inputs[v].elementBytes;
    for (i64 i = 0; i < outputs.count; i++) bytes += bytesOf(outputs[i].operand.dtype);
    return {1, bytes * (total / rows), folds, folds ? kFoldsSlot : 0};
  }

  void prepare(const Frame &, i64 rows, i64 most, ShapewiseFailure &failure) override {
    if (!foldsRows(rows)) return;
    foldedRows = most;
    foldedBlocks = (rows + most - 1) / most;
    reserve(1, 1, static_cast<double>(partBytes() * reductions.count) * foldedBlocks, failure);
  }

  void runRows(const Frame &frame, i64 rows, i64 from, i64 to, int thread) const override {
    if (reductions.count == 0) return runRange(frame, from * (total / rows), to * (total / rows), thread);
    if (foldsRows(rows)) {
      const i64 per = reduced / rows;
      return runPlane(frame, 0, from * per, to * per, partial(from / foldedRows), thread);
    }
    const i64 planes = outer / rows;
    if (reduced * inner <= tile) return runPlanes(frame, from * planes, to * planes, thread);
    for (i64 o = from * planes; o < to * planes; o++) runPlane(frame, o, 0, reduced, nullptr, thread);
  }

  void settle(const Frame &frame, ShapewiseFailure &failure) override {
    tellOutside(failure);
    if (foldedBlocks > 0) combine(frame, 0, partial(0), foldedBlocks);
    foldedBlocks = 0;
  }

  /// Folds the parts of one plane into the outputs.
  void combine(const Frame &frame, i64 o, char *partials, i64 parts) const {
    const i64 bytes = partBytes();
    for (i64 r = 0; r < reductions.count; r++) {
      char *sum = partials + r * bytes;
      for (i64 part = 1; part < parts; part++)
        foldInto(reductions[r], sum, partials + (part * reductions.count + r) * bytes, inner);
      const Operand &out = reductions[r].operand;
      storeElements(address(out, frame) + o * inner * bytesOf(out.dtype), sum, out.dtype, 1, inner);
    }
  }

  void runAll(const Frame &frame) const {
    if (reductions.count > 0) return runReductions(frame);
    if (total == 0) return;
    // Long code is divided more finely: a task is worth its handing over by what it computes.
    const i64 perTask = most(kTaskElements / 8, least(kTaskElements, 4 * kTaskElements / (instructions.count + 1)));
    const i64 tasks = least((total + perTask - 1) / perTask, 4 * shapewise_threads());
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
    char *partials = static_cast<char *>(shapewise_scratch(0, 1, partBytes() * parts * reductions.count));
    for (i64 o = 0; o < outer; o++) {
      parallel(parts, large, [&](i64 part, int thread) {
        const i64 from = least(reduced, part * rows);
        const i64 to = least(reduced, (part + 1) * rows);
        char *into = partials + part * reductions.count * partBytes();
        if (from < to) runPlane(frame, o, from, to, into, thread);
      });
      combine(frame, o, partials, (reduced + rows - 1) / rows);
    }
  }

  /// Several whole (reduced, inner) planes to a tile.
  void runPlanes(const Frame &frame, i64 from, i64 to, int thread) const {
    const Workspace space = workspace(thread);
    begin(space, frame);
    const i64 plane = reduced * inner;
    const i64 step = tile / plane;
    for (i64 o = from; o < to; o += step) {
      const i64 planes = least(step, to - o);
      compute(space, frame, o * plane, planes * plane);
      for (i64 r = 0; r < reductions.count; r++) {
        const LoopReduction &one = reductions[r];
        const char *source = static_cast<const char *>(space.values[one.value]);
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
    begin(space, frame);
    // Whole rows to a tile if they fit, else a block of columns of one row at a time.
    const i64 columns = least(inner, tile);
    const i64 rowsPerTile = inner <= tile ? tile / inner : 1;
    for (i64 column = 0; column < inner; column += columns) {
      const i64 across = least(columns, inner - column);
      i64 filled = 0;
      for (i64 row = from; row < to; row += rowsPerTile) {
        const i64 rows = least(rowsPerTile, to - row);
        const i64 count = rows * across;
        compute(space, frame, (o * reduced + row) * inner + column, count);
        for (i64 r = 0; r < reductions.count; r++) {
          const void *source = space.values[reductions[r].value];
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
          __builtin_memcpy(partials + r * partBytes() + column * width(r), sum, across * width(r));
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
