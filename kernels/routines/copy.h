// Strided copies: permutations, slices, padding and concatenation.
#pragma once
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

struct Copy final : Allocated<Copy> {
  Operand from, to;
  /// Axes of both, merged where they lie one after the other; the output's order.
  int rank = 0;
  i64 sizes[kMaxRank], source[kMaxRank], target[kMaxRank];

  static Step *read(Reader &reader, const Extents &extents) {
    Copy *copy = make();
    if (copy == nullptr) return reader.refuse("out of memory"), nullptr;
    copy->from = reader.operand(extents);
    copy->to = reader.operand(extents);
    const Operand &a = copy->from;
    const Operand &b = copy->to;
    reader.expect(bytesOf(a.dtype) == bytesOf(b.dtype) && a.rank == b.rank, "a copy has operands of different types");
    reader.expect(b.kind == kOutput || b.kind == kArena, "a copy writes where it must not");
    if (reader.failed()) return copy;
    for (int i = 0; i < a.rank; i++) {
      reader.expect(a.sizes[i] == b.sizes[i], "a copy has operands of different sizes");
      if (reader.failed()) return copy;
      if (a.sizes[i] == 1) continue;
      const int last = copy->rank - 1;
      if (last >= 0 && copy->source[last] == a.strides[i] * a.sizes[i] && copy->target[last] == b.strides[i] * b.sizes[i]) {
        copy->sizes[last] *= a.sizes[i];
        copy->source[last] = a.strides[i];
        copy->target[last] = b.strides[i];
      } else {
        copy->sizes[copy->rank] = a.sizes[i];
        copy->source[copy->rank] = a.strides[i];
        copy->target[copy->rank++] = b.strides[i];
      }
    }
    return copy;
  }

  template <class T>
  void row(const T *f, T *t, i64 n, i64 s, i64 d) const {
    if (s == 1 && d == 1) {
      // Rows of a few elements are most of what convolutions move; a call would cost more than they do.
      if (n < 16) for (i64 i = 0; i < n; i++) t[i] = f[i];
      else __builtin_memmove(t, f, n * sizeof(T));
    } else if (s == 0) {
      const T value = *f;
      for (i64 i = 0; i < n; i++) t[i * d] = value;
    } else {
      for (i64 i = 0; i < n; i++) t[i * d] = f[i * s];
    }
  }

  /// Two axes whose fast directions differ, in blocks that the cache holds.
  template <class T>
  void plane(const T *f, T *t, i64 m, i64 n, i64 sm, i64 sn, i64 dm, i64 dn) const {
    constexpr i64 kBlock = 32;
    const bool crossed = sm == 1 && dn == 1 && n > 8 && m > 8;
    if (!crossed) {
      for (i64 i = 0; i < m; i++) row(f + i * sm, t + i * dm, n, sn, dn);
      return;
    }
    for (i64 i0 = 0; i0 < m; i0 += kBlock)
      for (i64 j0 = 0; j0 < n; j0 += kBlock)
        for (i64 i = i0; i < least(m, i0 + kBlock); i++)
          for (i64 j = j0; j < least(n, j0 + kBlock); j++) t[i * dm + j] = f[i + j * sn];
  }

  template <class T>
  void runAs(const Frame &frame) const {
    const T *f = address<T>(from, frame);
    T *t = address<T>(to, frame);
    if (rank == 0) {
      *t = *f;
      return;
    }
    if (rank == 1) {
      row(f, t, sizes[0], source[0], target[0]);
      return;
    }
    // The two innermost axes of the output, with the one in which the source is dense first.
    int a = rank - 2;
    for (int i = 0; i < rank - 1; i++)
      if (source[i] == 1 && source[rank - 1] != 1) a = i;
    const int b = rank - 1;
    i64 outerCount = 1;
    for (int i = 0; i < rank; i++)
      if (i != a && i != b) outerCount *= sizes[i];
    const i64 perPlane = sizes[a] * sizes[b];
    const i64 perTask = most(1, 16384 / most(1, perPlane));
    const i64 tasks = (outerCount + perTask - 1) / perTask;
    parallel(tasks, outerCount * perPlane > 65536, [&](i64 task, int) {
      for (i64 o = task * perTask; o < least(outerCount, (task + 1) * perTask); o++) {
        i64 rest = o, fromAt = 0, toAt = 0;
        for (int i = rank - 1; i >= 0; i--) {
          if (i == a || i == b) continue;
          const i64 index = rest % sizes[i];
          rest /= sizes[i];
          fromAt += index * source[i];
          toAt += index * target[i];
        }
        plane(f + fromAt, t + toAt, sizes[a], sizes[b], source[a], source[b], target[a], target[b]);
      }
    });
  }

  void run(const Frame &frame, ShapewiseFailure &) override {
    if (from.elements == 0) return;
    switch (bytesOf(from.dtype)) {
      case 1: return runAs<u8>(frame);
      case 2: return runAs<u16>(frame);
      case 4: return runAs<u32>(frame);
      default: return runAs<uint64_t>(frame);
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
