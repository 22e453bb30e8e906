// The inner loop of every contraction, and products of matrices.
#pragma once
#include "products/turn.h"
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Rows of the register block: 14 × 2 accumulators of 32 registers, or 6 × 2 of 16.
#if SHAPEWISE_VECTOR_BYTES >= 64
constexpr int kMaxRows = 14;
#else
constexpr int kMaxRows = 6;
#endif

template <class T>
struct Tile {
  static constexpr int kLane = SHAPEWISE_VECTOR_BYTES / sizeof(T);
  static constexpr int kColumns = 2 * kLane;
};

/// c[i, j] (+)= Σₖ a[k·aStep + i] · b[columns[k] + j] for `Rows` rows and one or two vectors of columns.
template <class T, int Rows, int Vectors>
void multiplyTile(i64 inner, const T *a, i64 aStep, const T *b, const i64 *columns, T *c, i64 cStep, bool accumulate) {
  constexpr int N = Tile<T>::kLane;
  using V = Vector<T, N>;
  V sums[Rows][Vectors] = {};
  for (i64 k = 0; k < inner; k++) {
    const T *row = b + columns[k];
    V right[Vectors];
    for (int v = 0; v < Vectors; v++) right[v] = load<V>(row + v * N);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const V x = a[i] - V{};
      for (int v = 0; v < Vectors; v++) sums[i][v] += x * right[v];
    }
    a += aStep;
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++) {
    T *to = c + i * cStep;
    for (int v = 0; v < Vectors; v++) {
      if (accumulate) sums[i][v] += load<V>(to + v * N);
      store(to + v * N, sums[i][v]);
    }
  }
}

template <class T>
using TileMultiply = void (*)(i64, const T *, i64, const T *, const i64 *, T *, i64, bool);

template <class T, int Rows, int Vectors>
struct TileTable {
  static TileMultiply<T> find(int rows) {
    return rows == Rows ? multiplyTile<T, Rows, Vectors> : TileTable<T, Rows - 1, Vectors>::find(rows);
  }
};
template <class T, int Vectors>
struct TileTable<T, 0, Vectors> {
  static TileMultiply<T> find(int) { return nullptr; }
};

/// The tile product of so many rows; only the first vector of columns is computed if there are no more than it holds.
template <class T>
inline TileMultiply<T> tileMultiply(int rows, i64 across) {
  if (across <= Tile<T>::kLane) return TileTable<T, kMaxRows, 1>::find(rows);
  return TileTable<T, kMaxRows, 2>::find(rows);
}

/// How `rows` rows divide into blocks of nearly equal height.
struct RowBlocks {
  i64 rows, height, count;
  explicit RowBlocks(i64 total) : rows(total) {
    count = (total + kMaxRows - 1) / kMaxRows;
    height = count == 0 ? 1 : (total + count - 1) / count;
    count = (total + height - 1) / height;
  }
  i64 size(i64 block) const { return least(height, rows - block * height); }
};

/// A matrix with any strides.
template <class T>
struct Strided {
  const T *base;
  i64 row, column;
};

/// Packs rows [r0, r0 + rows) × [k0, k0 + inner) so that the rows of one k are neighbours, `width` apart from k to k.
template <class T>
inline void packRows(const Strided<T> &m, i64 r0, i64 rows, i64 k0, i64 inner, i64 width, T *to) {
  const T *from = m.base + r0 * m.row + k0 * m.column;
  if (m.row == 1) {
    for (i64 k = 0; k < inner; k++) {
      const T *f = from + k * m.column;
      T *t = to + k * width;
      i64 r = 0;
      if (rows >= Tile<T>::kLane) {
        using V = Vector<T, Tile<T>::kLane>;
        for (; r + Tile<T>::kLane <= rows; r += Tile<T>::kLane) store(t + r, load<V>(f + r));
      }
      for (; r < rows; r++) t[r] = f[r];
      for (; r < width; r++) t[r] = 0;
    }
    return;
  }
  if (m.column == 1) {
    // Pieces of the inner axis that stay in the first-level cache with their target.
    constexpr i64 kPiece = 64;
    for (i64 k = 0; k < inner; k += kPiece) turn(from + k, m.row, rows, least(kPiece, inner - k), to + k * width, width);
  } else {
    for (i64 k = 0; k < inner; k++)
      for (i64 r = 0; r < rows; r++) to[k * width + r] = from[r * m.row + k * m.column];
  }
  if (rows < width)
    for (i64 k = 0; k < inner; k++)
      for (i64 r = rows; r < width; r++) to[k * width + r] = 0;
}

constexpr i64 kInnerBlock = 256;
/// Elements of the left side that stay in the second-level cache.
constexpr i64 kWholeElements = 1 << 16;

/// c[i·cRow + j·cColumn] = Σₖ a(i, k) · b(j, k): b's rows are the columns of the product.
template <class T>
struct Product {
  Strided<T> a, b;
  T *c;
  i64 cRow, cColumn;
  i64 m, n, k;

  /// `threaded` false inside another parallel region, then `thread` says whose scratch is used.
  void run(bool threaded, int thread) const {
    if (m == 0 || n == 0) return;
    if (k == 0) {
      for (i64 i = 0; i < m; i++)
        for (i64 j = 0; j < n; j++) c[i * cRow + j * cColumn] = 0;
      return;
    }
    constexpr i64 width = Tile<T>::kColumns;
    // The vector runs along the longer side when the shorter one would leave most of it empty.
    if (n < width && m > n) {
      Product<T> other = {b, a, c, cColumn, cRow, n, m, k};
      other.blocks(threaded, thread);
    } else {
      blocks(threaded, thread);
    }
  }

  void blocks(bool threaded, int thread) const {
    const RowBlocks rows(m);
    const i64 packedRows = rows.count * rows.height;
    // Few rows are packed to their whole depth, so that threads meet once and not for every part of it.
    const bool whole = packedRows * k <= kWholeElements;
    T *packed = static_cast<T *>(shapewise_scratch(thread, 2, packedRows * (whole ? k : least(k, kInnerBlock)) * sizeof(T)));
    // Whoever asked has made room already; a product that is too large for memory was stopped there.
    if (packed == nullptr) return;
    const bool large = threaded && m * n * k > 1 << 16;
    const auto pack = [&](i64 k0, i64 some, T *to) {
      parallel(rows.count, large && m * some > 1 << 14, [&](i64 block, int) {
        packRows(a, block * rows.height, rows.size(block), k0, some, rows.size(block), to + block * rows.height * some);
      });
    };
    if (whole) {
      for (i64 k0 = 0; k0 < k; k0 += kInnerBlock) pack(k0, least(kInnerBlock, k - k0), packed + k0 * packedRows);
      panels(packed, rows, 0, k, large, threaded, thread);
      return;
    }
    for (i64 k0 = 0; k0 < k; k0 += kInnerBlock) {
      const i64 some = least(kInnerBlock, k - k0);
      pack(k0, some, packed);
      panels(packed, rows, k0, some, large, threaded, thread);
    }
  }

  /// Adds the products of the part of the inner axis that begins there, for all columns. `packed` begins with that part of a.
  void panels(const T *packed, const RowBlocks &rows, i64 begin, i64 inner, bool large, bool threaded, int thread) const {
    constexpr i64 width = Tile<T>::kColumns;
    // Rows of b that lie one after the other can be read where they are, if they are not read too often.
    const bool inPlace = b.row == 1 && rows.count <= 4;
    const i64 count = (n + width - 1) / width;
    const i64 groups = large ? least(count, 16 * shapewise_threads()) : 1;
    const i64 perGroup = (count + groups - 1) / groups;
    parallel(groups, large, [&](i64 group, int worker) {
      const int own = threaded ? worker : thread;
      T *panel = static_cast<T *>(shapewise_scratch(own, 3, (width * kInnerBlock + kMaxRows * width) * sizeof(T) + kInnerBlock * 8));
      T *tile = panel + width * kInnerBlock;
      i64 *columns = reinterpret_cast<i64 *>(tile + kMaxRows * width);
      for (i64 p = group * perGroup; p < least(count, (group + 1) * perGroup); p++) {
        const i64 j0 = p * width;
        const i64 across = least(width, n - j0);
        for (i64 k0 = begin; k0 < begin + inner; k0 += kInnerBlock) {
          const i64 some = least(kInnerBlock, begin + inner - k0);
          const T *from = panel;
          if (inPlace && across == width) {
            from = b.base + j0 + k0 * b.column;
            for (i64 q = 0; q < some; q++) columns[q] = q * b.column;
          } else {
            packRows(b, j0, across, k0, some, width, panel);
            for (i64 q = 0; q < some; q++) columns[q] = q * width;
          }
          const T *lefts = packed + (k0 - begin) * rows.count * rows.height;
          // The rows of b that come next are asked for meanwhile, some with each block.
          const bool isLast = k0 + kInnerBlock >= begin + inner;
          const T *next = b.base + (isLast ? j0 + width : j0) * b.row + (isLast ? begin : k0 + kInnerBlock) * b.column;
          const i64 share = (some + rows.count - 1) / rows.count;
          for (i64 block = 0; block < rows.count; block++) {
            const i64 height = rows.size(block);
            for (i64 q = block * share; b.row == 1 && q < (block + 1) * share; q++) askToRead(next + q * b.column, width * sizeof(T));
            const T *left = lefts + block * rows.height * some;
            const TileMultiply<T> multiply = tileMultiply<T>(static_cast<int>(height), across);
            T *to = c + block * rows.height * cRow + j0 * cColumn;
            for (i64 i = 0; cColumn == 1 && i < height; i++) askToWrite(to + i * cRow, width * sizeof(T));
            if (cColumn == 1 && across == width) {
              multiply(some, left, height, from, columns, to, cRow, k0 > 0);
              continue;
            }
            multiply(some, left, height, from, columns, tile, width, false);
            for (i64 i = 0; i < height; i++)
              for (i64 j = 0; j < across; j++) {
                T &sum = to[i * cRow + j * cColumn];
                sum = k0 > 0 ? sum + tile[i * width + j] : tile[i * width + j];
              }
          }
        }
      }
    });
  }
};

/// Products of some rows at a time with one matrix, which is packed once for all of them.
template <class T>
struct RowProduct {
  Strided<T> a, b;
  T *c;
  i64 cRow;
  i64 n, k;

  static constexpr i64 kWidth = Tile<T>::kColumns;

  i64 packedBytes() const { return roundUp(n, kWidth) * k * static_cast<i64>(sizeof(T)); }
  /// Rows that are packed at a time: with what they are multiplied into they stay in the second-level cache.
  static constexpr i64 kSomeRows = 8 * kMaxRows;
  static i64 workBytes() {
    return (kSomeRows * kInnerBlock + kMaxRows * kWidth) * static_cast<i64>(sizeof(T));
  }

  void pack(T *packed) const {
    parallel((n + kWidth - 1) / kWidth, n * k > 1 << 15, [&](i64 panel, int) {
      packRows(b, panel * kWidth, least(kWidth, n - panel * kWidth), 0, k, kWidth, packed + panel * kWidth * k);
    });
  }

  /// Rows [from, to) of the product.
  void rows(const T *packed, i64 from, i64 to, T *work) const {
    static_assert(kInnerBlock <= 256, "places of the rows of a panel");
    i64 columns[kInnerBlock];
    for (i64 q = 0; q < kInnerBlock; q++) columns[q] = q * kWidth;
    for (i64 k0 = 0; k0 < k; k0 += kInnerBlock)
      for (i64 row = from; row < to; row += kSomeRows) some(packed, row, least(kSomeRows, to - row), k0, columns, work);
  }

 private:
  /// Adds one part of the inner axis to some rows.
  void some(const T *packed, i64 from, i64 count, i64 k0, const i64 *columns, T *work) const {
    const i64 inner = least(kInnerBlock, k - k0);
    const RowBlocks blocks(count);
    T *tile = work + kSomeRows * kInnerBlock;
    for (i64 block = 0; block < blocks.count; block++)
      packRows(a, from + block * blocks.height, blocks.size(block), k0, inner, blocks.size(block), work + block * blocks.height * inner);
    for (i64 j0 = 0; j0 < n; j0 += kWidth) {
      const T *panel = packed + j0 * k + k0 * kWidth;
      const i64 across = least(kWidth, n - j0);
      for (i64 block = 0; block < blocks.count; block++) {
        const i64 height = blocks.size(block);
        T *to = c + (from + block * blocks.height) * cRow + j0;
        const T *left = work + block * blocks.height * inner;
        const TileMultiply<T> multiply = tileMultiply<T>(static_cast<int>(height), across);
        if (across == kWidth) {
          multiply(inner, left, height, panel, columns, to, cRow, k0 > 0);
          continue;
        }
        multiply(inner, left, height, panel, columns, tile, kWidth, false);
        for (i64 i = 0; i < height; i++)
          for (i64 j = 0; j < across; j++) to[i * cRow + j] = k0 > 0 ? to[i * cRow + j] + tile[i * kWidth + j] : tile[i * kWidth + j];
      }
    }
  }
};

struct Dot final : Allocated<Dot> {
  Operand a, b, out;
  i64 batch = 1;

  static Step *read(Reader &reader, const Extents &extents) {
    Dot *step = make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    Operand &a = step->a = reader.operand(extents);
    Operand &b = step->b = reader.operand(extents);
    Operand &out = step->out = reader.operand(extents);
    reader.expect(a.rank >= 2 && a.rank == b.rank && a.rank == out.rank, "a product has operands of the wrong rank");
    reader.expect((a.dtype == kFloat32 || a.dtype == kFloat64 || a.dtype == kInt32) && a.dtype == b.dtype && a.dtype == out.dtype,
                  "a product does not take its dtype");
    reader.expect(out.kind == kOutput || out.kind == kArena, "a product writes where it must not");
    if (reader.failed()) return step;
    for (int i = 0; i < a.rank - 2; i++) {
      reader.expect(a.sizes[i] == b.sizes[i] && a.sizes[i] == out.sizes[i], "a product has batches that do not fit");
      step->batch *= a.sizes[i];
    }
    const int r = a.rank;
    reader.expect(a.sizes[r - 2] == out.sizes[r - 2] && a.sizes[r - 1] == b.sizes[r - 2] && b.sizes[r - 1] == out.sizes[r - 1],
                  "a product has sizes that do not fit");
    return step;
  }
  i64 batchOffset(const Operand &o, i64 index) const {
    i64 offset = 0;
    for (int i = o.rank - 3; i >= 0; i--) {
      offset += index % o.sizes[i] * o.strides[i];
      index /= o.sizes[i];
    }
    return offset;
  }
  i64 m() const { return out.sizes[out.rank - 2]; }
  i64 n() const { return out.sizes[out.rank - 1]; }
  i64 k() const { return a.sizes[a.rank - 1]; }

  template <class T>
  Product<T> product(const Frame &frame, i64 index) const {
    const int r = a.rank;
    return {{address<T>(a, frame) + batchOffset(a, index), a.strides[r - 2], a.strides[r - 1]},
            {address<T>(b, frame) + batchOffset(b, index), b.strides[r - 1], b.strides[r - 2]},
            address<T>(out, frame) + batchOffset(out, index),
            out.strides[r - 2],
            out.strides[r - 1],
            m(),
            n(),
            k()};
  }
  template <class T>
  RowProduct<T> rowProduct(const Frame &frame) const {
    const Product<T> whole = product<T>(frame, 0);
    return {whole.a, whole.b, whole.c, whole.cRow, whole.n, whole.k};
  }

  template <class T>
  void runAs(const Frame &frame) const {
    if (batch < 2 * shapewise_threads()) {
      for (i64 i = 0; i < batch; i++) product<T>(frame, i).run(true, 0);
    } else {
      parallel(batch, batch * m() * n() * k() > 1 << 16, [&](i64 i, int thread) { product<T>(frame, i).run(false, thread); });
    }
  }

  bool reserveFor(i64 threads, ShapewiseFailure &failure) const {
    const double rows = static_cast<double>(most(m(), n())) + kMaxRows;
    const double whole = rows * static_cast<double>(k());
    const double part = rows * static_cast<double>(least(k(), kInnerBlock));
    const double elements = whole < kWholeElements ? whole : part > kWholeElements ? part : kWholeElements;
    return reserve(static_cast<int>(threads), 2, elements * bytesOf(a.dtype), failure);
  }
  /// Whether there are so many more rows than columns that threads had better divide the rows.
  bool isTall() const { return m() >= 2 * n() && m() >= 32 * kMaxRows && cut(batch * m()).unit == kMaxRows; }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    if (out.elements == 0) return;
    if (batch == 1 && isTall()) {
      const i64 size = roundUp((m() + 4 * shapewise_threads() - 1) / (4 * shapewise_threads()), kMaxRows);
      prepare(frame, m(), size, failure);
      if (failure.kind != kNoFailure) return;
      parallel((m() + size - 1) / size, true, [&](i64 part, int thread) {
        runRows(frame, m(), part * size, least(m(), (part + 1) * size), thread);
      });
      return;
    }
    if (!reserveFor(batch >= 2 * shapewise_threads() ? shapewise_threads() : 1, failure)) return;
    if (a.dtype == kFloat32) runAs<float>(frame);
    else if (a.dtype == kFloat64) runAs<double>(frame);
    else runAs<u32>(frame);
  }

  // By rows: of whole products if there are several, else of the only one.

  Cut cut(i64 rows) const override {
    const i64 bytes = (n() + least(k(), kInnerBlock)) * bytesOf(a.dtype);
    if (rows != batch * m() || a.dtype == kInt32 || k() == 0) return {};
    if (batch > 1) return {m(), bytes, false, kPackedSlot};
    const bool isWide = n() >= SHAPEWISE_VECTOR_BYTES / bytesOf(a.dtype) * 2 && out.strides[out.rank - 1] == 1;
    return isWide ? Cut{kMaxRows, bytes, false, kPackedSlot} : Cut{};
  }
  template <class T>
  void prepareAs(const Frame &frame, ShapewiseFailure &failure) const {
    const RowProduct<T> one = rowProduct<T>(frame);
    if (reserve(1, 2, static_cast<double>(one.packedBytes()), failure) &&
        reserve(shapewise_threads(), 3, static_cast<double>(one.workBytes()), failure))
      one.pack(static_cast<T *>(shapewise_scratch(0, 2, one.packedBytes())));
  }
  void prepare(const Frame &frame, i64, i64, ShapewiseFailure &failure) override {
    if (batch > 1) reserveFor(shapewise_threads(), failure);
    else if (a.dtype == kFloat32) prepareAs<float>(frame, failure);
    else prepareAs<double>(frame, failure);
  }
  template <class T>
  void rowsAs(const Frame &frame, i64 from, i64 to, int thread) const {
    if (batch > 1) {
      for (i64 i = from / m(); i < to / m(); i++) product<T>(frame, i).run(false, thread);
      return;
    }
    const RowProduct<T> one = rowProduct<T>(frame);
    const T *packed = static_cast<const T *>(shapewise_scratch(0, 2, one.packedBytes()));
    one.rows(packed, from, to, static_cast<T *>(shapewise_scratch(thread, 3, RowProduct<T>::workBytes())));
  }
  void runRows(const Frame &frame, i64, i64 from, i64 to, int thread) const override {
    if (a.dtype == kFloat32) rowsAs<float>(frame, from, to, thread);
    else rowsAs<double>(frame, from, to, thread);
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
