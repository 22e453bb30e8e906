// Serialized programs are read word by word with every bound checked: whatever the words are, nothing outside is touched.
#pragma once
#include "machine/vector.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

enum DType : i32 { kFloat32, kFloat64, kFloat16, kBfloat16, kInt32, kUint32, kUint8, kBool, kDTypes };

inline i64 bytesOf(i32 dtype) {
  const i64 bytes[] = {4, 8, 2, 2, 4, 4, 1, 1};
  return bytes[dtype];
}

/// A tensor has at most 20 axes (MOST_AXES in src/core/shape.ts), of which the fusion makes at most 12 more by cutting them.
constexpr int kMaxRank = 32;
/// Of what a list may have; its items take words, which end before.
constexpr i32 kMaxCount = 1 << 28;

/// Where the bytes of a value lie while a program runs.
enum PlaceKind : i32 { kInput, kOutput, kArena, kConstant };

/// A value as a kernel sees it: a place and a strided window on it. Strides and offset are in elements.
struct Operand {
  i32 kind;
  i32 index;
  i64 offset;
  i32 dtype;
  i32 rank;
  i64 sizes[kMaxRank];
  i64 strides[kMaxRank];
  i64 elements;
  bool contiguous;

  i64 bytes() const { return elements * bytesOf(dtype); }
};

/// A list that only grows.
template <class T>
struct List {
  T *items = nullptr;
  i64 count = 0;
  i64 room = 0;

  List() = default;
  List(const List &) = delete;
  List &operator=(const List &) = delete;
  ~List() { shapewise_release(items); }
  bool resize(i64 size) {
    if (size > room) {
      T *larger = static_cast<T *>(shapewise_allocate(size * sizeof(T)));
      if (larger == nullptr) return false;
      if (count > 0) __builtin_memcpy(static_cast<void *>(larger), items, count * sizeof(T));
      shapewise_release(items);
      items = larger;
      room = size;
    }
    count = size;
    return true;
  }
  bool push(const T &item) {
    const T copy = item;
    if (count == room) {
      const i64 size = count;
      if (!resize(count == 0 ? 8 : 2 * count)) return false;
      count = size;
    }
    items[count++] = copy;
    return true;
  }
  T &operator[](i64 i) { return items[i]; }
  const T &operator[](i64 i) const { return items[i]; }
};

/// The sizes that operands must stay within.
struct Extents {
  i64 arena = 0;
  List<i64> inputs;
  List<i64> outputs;
  i64 constants = 0;
};

struct Reader {
  const i32 *words;
  i64 count;
  i64 at = 0;
  const char *reason = nullptr;

  bool failed() const { return reason != nullptr; }
  void refuse(const char *why) {
    if (reason == nullptr) reason = why;
    at = count;
  }
  void expect(bool holds, const char *why) {
    if (!holds) refuse(why);
  }
  i32 word() {
    if (at >= count) {
      refuse("the program ends in the middle of a step");
      return 0;
    }
    return words[at++];
  }
  i64 wide() {
    const u32 low = static_cast<u32>(word());
    const i64 high = word();
    return high * (INT64_C(1) << 32) + low;
  }
  double real() { return bits<double>(wide()); }
  /// A number in [low, high]; low if it is not.
  i64 number(i64 low, i64 high, const char *why) {
    const i64 value = wide();
    expect(value >= low && value <= high, why);
    return failed() ? low : value;
  }
  i32 choice(i32 below, const char *why) {
    const i32 value = word();
    expect(value >= 0 && value < below, why);
    return failed() ? 0 : value;
  }

  Operand operand(const Extents &extents) {
    Operand o = {};
    o.kind = choice(4, "an operand has an unknown place");
    o.index = word();
    o.offset = number(0, INT64_C(1) << 46, "an operand has an offset out of range");
    o.dtype = choice(kDTypes, "an operand has an unknown dtype");
    o.rank = choice(kMaxRank + 1, "an operand has too many axes");
    const i64 limit = INT64_C(1) << 46;
    o.elements = 1;
    for (int i = 0; i < o.rank; i++) {
      o.sizes[i] = number(0, limit, "an operand has a size out of range");
      o.elements = o.sizes[i] == 0 ? 0 : o.elements > limit / o.sizes[i] ? limit + 1 : o.elements * o.sizes[i];
    }
    for (int i = 0; i < o.rank; i++) o.strides[i] = number(-limit, limit, "an operand has a stride out of range");
    if (failed()) return o;
    expect(o.elements <= limit, "an operand is too large");
    i64 room = 0;
    if (o.kind == kArena) room = extents.arena;
    if (o.kind == kConstant) room = extents.constants;
    if (o.kind == kInput || o.kind == kOutput) {
      const List<i64> &list = o.kind == kInput ? extents.inputs : extents.outputs;
      expect(o.index >= 0 && o.index < list.count, "an operand names an input or output that does not exist");
      if (!failed()) room = list[o.index];
    }
    checkWithin(o, room);
    if (failed()) return o;
    o.contiguous = true;
    i64 stride = 1;
    for (int i = o.rank - 1; i >= 0 && o.elements > 0; i--) {
      if (o.sizes[i] != 1 && o.strides[i] != stride) o.contiguous = false;
      stride *= o.sizes[i];
    }
    if (o.elements == 0) o.contiguous = true;
    return o;
  }

  /// Whether no axis reaches further than 64 bits can count; doubles tell it for factors below 2^46.
  static bool isReachable(const Operand &o) {
    for (int i = 0; i < o.rank; i++) {
      const double reach = static_cast<double>(o.sizes[i]) * static_cast<double>(o.strides[i]);
      if (reach > 1e15 || reach < -1e15) return false;
    }
    return true;
  }

  void checkWithin(const Operand &o, i64 room) {
    if (failed() || o.elements == 0) return;
    i64 lowest = o.offset;
    i64 highest = o.offset;
    if (!isReachable(o)) return refuse("an operand reaches outside its place");
    for (int i = 0; i < o.rank; i++) {
      const i64 reach = (o.sizes[i] - 1) * o.strides[i];
      if (reach < 0) lowest += reach;
      else highest += reach;
    }
    expect(lowest >= 0 && (highest + 1) * bytesOf(o.dtype) <= room, "an operand reaches outside its place");
  }

  Operand contiguousOperand(const Extents &extents) {
    Operand o = operand(extents);
    expect(o.contiguous, "a routine needs its operands without gaps");
    return o;
  }
};

/// What the first thread's scratch memory holds while all threads work: packed operands, and shares of folds.
constexpr int kPackedSlot = 2, kFoldsSlot = 1;

/// Room in a slot of the first `threads` threads; false, with the failure told, where memory ends.
inline bool reserve(int threads, int slot, double bytes, ShapewiseFailure &failure) {
  bool enough = bytes < 1e13;
  for (int thread = 0; thread < threads && enough && bytes > 0; thread++)
    enough = shapewise_scratch(thread, slot, static_cast<size_t>(bytes)) != nullptr;
  if (!enough) failure = {kOutOfMemory, -1, bytes, 0, 0};
  return enough;
}

/// The memory of one run of a program.
struct Frame {
  char *const *inputs;
  char *const *outputs;
  char *arena;
  const char *constants;
};

template <class T = char>
inline T *address(const Operand &o, const Frame &frame) {
  char *base = nullptr;
  switch (o.kind) {
    case kInput: base = frame.inputs[o.index]; break;
    case kOutput: base = frame.outputs[o.index]; break;
    case kArena: base = frame.arena; break;
    default: base = const_cast<char *>(frame.constants);
  }
  return reinterpret_cast<T *>(base + o.offset * bytesOf(o.dtype));
}

/// How a step can be cut into parts: rows in multiples of `unit`, of `bytes` each. A unit of 0 means that it cannot.
struct Cut {
  i64 unit = 0, bytes = 0;
  /// Whether rows are added up, so that the result depends on the parts.
  bool folds = false;
  /// The slot of the first thread's scratch memory that the step needs from `prepare` to `settle`, 0 for none.
  int slot = 0;
};

/// One step of a program, checked when it is read, so that running it needs no checks.
struct Step {
  virtual void run(const Frame &frame, ShapewiseFailure &failure) = 0;
  /// Whether the work can be done by parts if it is seen as so many rows that do not depend on each other; then, instead of
  /// `run`: `prepare` once for parts of `most` rows (the last may be shorter), `runRows` for all parts on any thread, and `settle`
  /// once.
  virtual Cut cut(i64) const { return {}; }
  virtual void prepare(const Frame &, i64 /* rows */, i64 /* most */, ShapewiseFailure &) {}
  virtual void runRows(const Frame &, i64 /* rows */, i64 /* from */, i64 /* to */, int /* thread */) const {}
  virtual void settle(const Frame &, ShapewiseFailure &) {}
  /// Bytes of arena that the step needs beyond its program's: frames of the bodies of loops and branches.
  virtual i64 innerBytes() const { return 0; }
  virtual void destroy() = 0;

 protected:
  ~Step() = default;
};

/// Steps live in memory from the host; there is no operator new here.
template <class T>
struct Allocated : Step {
  static T *make() {
    void *memory = shapewise_allocate(sizeof(T));
    if (memory == nullptr) return nullptr;
    return new (memory) T();
  }
  void destroy() override {
    static_cast<T *>(this)->~T();
    shapewise_release(this);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
