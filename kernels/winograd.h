// Convolutions of windows of 3 × 3 elements by Winograd's algorithm, with a quarter of the multiplications.
//
// Tiles of 4 × 4 places, of as many images as there are, are taken in blocks. The 6 × 6 pixels that a tile sees are transformed,
// vectors along channels; for each of the 36 values, the block's tiles × channels are multiplied with the transformed weights,
// channels × outputs; and the products become places on their way out. All that a block needs stays in the second-level cache.
#pragma once
#include "geometry.h"
#include "multiply.h"
#include "winograd-transforms.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Tiles of a block: some blocks of registers.
constexpr int kBlockTiles = SHAPEWISE_VECTOR_BYTES >= 64 ? 2 * kMaxRows : 4 * kMaxRows;

/// to[i, j] = Σₖ a[i, k] · weights[k, j] for `Rows` tiles. Lanes of a tile are neighbours, then come tiles, then vectors of channels.
template <class T, int Rows, int Vectors>
void multiplyValues(const T *a, i64 channels, const T *weights, T *to) {
  constexpr int N = Tile<T>::kLane;
  using V = Vector<T, N>;
  V sums[Rows][Vectors] = {};
  // The last vector of channels lies over the one before it.
  for (i64 done = 0; done < channels; a += kBlockTiles * N) {
    const i64 some = least(N, channels - done);
    const T *left = channels < N ? a : a + N - some;
    for (i64 k = 0; k < some; k++) {
      V right[Vectors];
      for (int v = 0; v < Vectors; v++) right[v] = load<V>(weights + v * N);
#pragma GCC unroll 16
      for (int i = 0; i < Rows; i++) {
        const V x = left[i * N] - V{};
        for (int v = 0; v < Vectors; v++) sums[i][v] += x * right[v];
      }
      weights += Vectors * N;
      left++;
    }
    done += some;
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++)
    for (int v = 0; v < Vectors; v++) store(to + (i * Vectors + v) * N, sums[i][v]);
}

template <class T>
using MultiplyValues = void (*)(const T *, i64, const T *, T *);

template <class T, int Rows, int Vectors>
struct ValuesTable {
  static MultiplyValues<T> find(i64 rows) {
    return rows == Rows ? multiplyValues<T, Rows, Vectors> : ValuesTable<T, Rows - 1, Vectors>::find(rows);
  }
};
template <class T, int Vectors>
struct ValuesTable<T, 0, Vectors> {
  static MultiplyValues<T> find(i64) { return nullptr; }
};

struct WinogradConvolution final : ConvolutionStep<WinogradConvolution> {
  using T = float;
  static constexpr int N = Tile<T>::kLane;
  using V = Vector<T, N>;

  /// Whether it is possible, and the best way.
  static bool fits(const Geometry &g) {
    if (g.dtype != kFloat32 || g.spatial != 2 || g.groups != 1 || g.x.strides[3] != 1 || g.out.strides[3] != 1) return false;
    if (4 * g.outputs < 3 * roundUp(g.outputs, N)) return false;
    double tiles = 1, places = 1;
    for (int i = 0; i < 2; i++) {
      if (g.window[i] != 3 || g.strides[i] != 1 || g.inputDilation[i] != 1 || g.kernelDilation[i] != 1) return false;
      places *= g.places[i];
      tiles *= (g.places[i] + kTilePlaces - 1) / kTilePlaces;
    }
    // What stays in the cache must be of a size for it.
    if (g.channels > 4096 || static_cast<double>(g.channels) * g.outputs > 1 << 24) return false;
    // Instructions for a tile: products, and transforms with their loads and stores; plain sums take 9 products for a place.
    const double in = (g.channels + N - 1) / N, out = (g.outputs + N - 1) / N;
    const double products = out * g.channels;
    return tiles * (kTileValues * products + 250 * in + 200 * out) < places * 9 * products;
  }

  bool prepare() {
    vectors = outputs <= N ? 1 : 2;
    width = vectors * N;
    panels = (outputs + width - 1) / width;
    inVectors = (channels + N - 1) / N;
    down = (places[0] + kTilePlaces - 1) / kTilePlaces;
    across = (places[1] + kTilePlaces - 1) / kTilePlaces;
    return true;
  }

  template <class>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    const i64 perPanel = kTileValues * channels * width;
    const i64 seen = kTileValues * kBlockTiles * inVectors * N;
    const i64 own = most(seen + kTileValues * kBlockTiles * width, 9 * channels * width);
    if (!reserve(1, 2, static_cast<double>(panels) * perPanel * sizeof(T), failure) ||
        !reserve(shapewise_threads(), 3, static_cast<double>(own) * sizeof(T), failure))
      return;
    T *weights = static_cast<T *>(shapewise_scratch(0, 2, panels * perPanel * sizeof(T)));
    const i64 tiles = batch * down * across;
    const i64 blocks = (tiles + kBlockTiles - 1) / kBlockTiles;
    parallel(panels, panels * perPanel > 1 << 15, [&](i64 panel, int thread) {
      T *workspace = static_cast<T *>(shapewise_scratch(thread, 3, own * sizeof(T)));
      transformWeights(address<T>(kernel, frame), panel, workspace, weights + panel * perPanel);
    });
    parallel(blocks, static_cast<double>(tiles) * channels * outputs > 1 << 10, [&](i64 block, int thread) {
      T *values = static_cast<T *>(shapewise_scratch(thread, 3, own * sizeof(T)));
      T *products = values + seen;
      const i64 first = block * kBlockTiles, count = least(kBlockTiles, tiles - first);
      for (i64 i = 0; i < count; i++) seeTile(address<T>(x, frame), first + i, values + i * N);
      for (i64 panel = 0; panel < panels; panel++) {
        multiply(values, count, weights + panel * perPanel, products);
        for (i64 i = 0; i < count; i++) writeTile(products + i * width, first + i, panel, address<T>(out, frame));
      }
    });
  }

 private:
  int vectors = 1;
  i64 width = 0, panels = 0, inVectors = 0, down = 0, across = 0;

  /// Weights [value, channel, width] of the outputs from panel · width on, with zeros behind the last.
  void transformWeights(const T *from, i64 panel, T *windows, T *to) const {
    const i64 some = least(width, outputs - panel * width);
    const i64 tap = channels * width;
    for (i64 w = 0; w < 9; w++) {
      const T *first = from + w / 3 * kernel.strides[0] + w % 3 * kernel.strides[1] + panel * width * kernel.strides[3];
      packRows(Strided<T>{first, kernel.strides[3], kernel.strides[2]}, 0, some, 0, channels, width, windows + w * tap);
    }
    for (i64 at = 0; at < tap; at += N)
      transformSquare<WindowTransform, V>(windows + at, 3 * tap, tap, to + at, kTilePoints * tap, tap);
  }

  /// Values of what one tile sees: [value, vector of channels, tile, lane].
  void seeTile(const T *images, i64 tile, T *to) const {
    const i64 row = tile / across % down * kTilePlaces - low[0], column = tile % across * kTilePlaces - low[1];
    const T *from = images + tile / across / down * x.strides[0] + row * x.strides[1] + column * x.strides[2];
    const bool inside = row >= 0 && row + kTilePoints <= image[0] && column >= 0 && column + kTilePoints <= image[1];
    constexpr i64 step = kBlockTiles * N;
    for (i64 v = 0; v < inVectors; v++) {
      // The last vector lies over the one before it.
      const i64 channel = most(0, least(v * N, channels - N));
      T *values = to + v * step;
      if (inside && channels >= N) {
        transformSquare<ImageTransform, V>(from + channel, x.strides[1], x.strides[2], values, kTilePoints * inVectors * step,
                                           inVectors * step);
        continue;
      }
      T edge[kTileValues * N];
      __builtin_memset(edge, 0, sizeof(edge));
      const i64 bottom = least(kTilePoints, image[0] - row), right = least(kTilePoints, image[1] - column);
      for (i64 i = most(0, -row); i < bottom; i++)
        for (i64 j = most(0, -column); j < right; j++) {
          const T *pixel = from + i * x.strides[1] + j * x.strides[2] + channel;
          store(edge + (i * kTilePoints + j) * N, channels >= N ? load<V>(pixel) : loadPart<V>(pixel, channels));
        }
      transformSquare<ImageTransform, V>(edge, kTilePoints * N, N, values, kTilePoints * inVectors * step, inVectors * step);
    }
  }

  /// products[value, tile, output] = Σ over channels of values · weights.
  void multiply(const T *values, i64 count, const T *weights, T *products) const {
    const RowBlocks rows(count);
    for (i64 value = 0; value < kTileValues; value++)
      for (i64 block = 0; block < rows.count; block++) {
        const i64 first = block * rows.height;
        const MultiplyValues<T> find = vectors == 1 ? ValuesTable<T, kMaxRows, 1>::find(rows.size(block))
                                                    : ValuesTable<T, kMaxRows, 2>::find(rows.size(block));
        find(values + (value * inVectors * kBlockTiles + first) * N, channels, weights + value * channels * width,
             products + (value * kBlockTiles + first) * width);
      }
  }

  void writeTile(const T *products, i64 tile, i64 panel, T *results) const {
    const i64 row = tile / across % down * kTilePlaces, column = tile % across * kTilePlaces;
    const i64 bottom = least(kTilePlaces, places[0] - row), right = least(kTilePlaces, places[1] - column);
    T *to = results + tile / across / down * out.strides[0] + row * out.strides[1] + column * out.strides[2];
    constexpr i64 squareRow = kTilePlaces * N;
    for (int v = 0; v < vectors; v++) {
      const i64 output = panel * width + v * N;
      const i64 lanes = least(N, outputs - output);
      if (lanes <= 0) break;
      const T *from = products + v * N;
      if (lanes == N && bottom == kTilePlaces && right == kTilePlaces) {
        transformSquare<PlacesTransform, V>(from, kTilePoints * kBlockTiles * width, kBlockTiles * width, to + output,
                                            out.strides[1], out.strides[2]);
        continue;
      }
      T square[kTilePlaces * squareRow];
      transformSquare<PlacesTransform, V>(from, kTilePoints * kBlockTiles * width, kBlockTiles * width, square, squareRow, N);
      for (i64 i = 0; i < bottom; i++)
        for (i64 j = 0; j < right; j++)
          storePart(to + output + i * out.strides[1] + j * out.strides[2], load<V>(square + i * squareRow + j * N), lanes);
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
