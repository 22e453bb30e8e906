// Marks between the kernels of a program that is being profiled: the time from one to the next belongs to the kernel that the first one names.
#pragma once
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// What a row of the table holds: when the kernel last began, how many seconds it has taken, how many times it has begun.
struct Spent {
  double start, seconds, times;
};

/// Where the marks of the program that is running write to; a program that opens no table finds none.
struct Clock {
  Spent *rows = nullptr;
  i64 count = 0, current = -1;
  double since = 0;

  void mark(i64 kernel, bool begins) {
    const double now = shapewise_seconds();
    if (current >= 0 && current < count) rows[current].seconds += now - since;
    if (begins && kernel < count) {
      rows[kernel].start = now;
      rows[kernel].times += 1;
    }
    current = kernel;
    since = now;
  }
};
inline Clock clock;

struct Mark final : Allocated<Mark> {
  i64 kernel = 0;
  /// Otherwise the program comes back to a kernel after what is inside of it.
  bool begins = false;
  /// The first mark of all says where the table is.
  bool opens = false;
  Operand table = {};

  static Step *read(Reader &reader, const Extents &extents) {
    Mark *mark = make();
    if (mark == nullptr) return reader.refuse("out of memory"), nullptr;
    mark->kernel = reader.choice(kMaxCount, "a mark names a kernel out of range");
    mark->begins = reader.choice(2, "a mark is of an unknown kind") != 0;
    mark->opens = reader.choice(2, "a mark is of an unknown kind") != 0;
    if (!mark->opens) return mark;
    mark->table = reader.contiguousOperand(extents);
    reader.expect(mark->table.dtype == kFloat64 && mark->table.kind == kOutput, "marks write where they must not");
    return mark;
  }

  void run(const Frame &frame, ShapewiseFailure &) override {
    if (opens) clock = {address<Spent>(table, frame), table.elements / 3, -1, 0};
    clock.mark(kernel, begins);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
