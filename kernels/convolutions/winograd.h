// Convolutions of square windows by Winograd's algorithm: with a quarter of the multiplications where they are of 3 × 3 elements.
// Larger windows are cut into pieces, and those of three axes into planes.
//
// Tiles of 4 × 4 places (or fewer), of as many images as there are, are taken in blocks. The 6 × 6 pixels that a tile sees are transformed,
// vectors along channels; for each of the 36 values, the block's tiles × channels are multiplied with the transformed weights,
// channels × outputs; and the products become places on their way out. All that a block needs stays in the second-level cache.
// What is infinite spreads within its tile as NaN.
#pragma once
#include "convolutions/geometry.h"
#include "convolutions/winograd-tiles.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// to[i, j] = Σₖ from[i, k] · weights[k, j] for one value of `Rows` tiles.
template <int Rows, int Vectors>
void multiplyValues(const float *from, i64 channels, const float *weights, float *to) {
  constexpr int N = Tile<float>::kLane;
  using V = Vector<float, N>;
  V sums[Rows][Vectors] = {};
  for (i64 done = 0; done < channels; done += N) {
    const i64 some = least(N, channels - done);
    // The last vector of channels lies over the one before it.
    const float *left = done == 0 ? from : from + N - some;
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
    from += kBlockVector;
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++)
    for (int v = 0; v < Vectors; v++) store(to + v * kBlockVector + i * N, sums[i][v]);
}

using MultiplyValues = void (*)(const float *, i64, const float *, float *);

template <int Rows, int Vectors>
struct ValuesTable {
  static MultiplyValues find(i64 rows) {
    return rows == Rows ? multiplyValues<Rows, Vectors> : ValuesTable<Rows - 1, Vectors>::find(rows);
  }
};
template <int Vectors>
struct ValuesTable<0, Vectors> {
  static MultiplyValues find(i64) { return nullptr; }
};

struct WinogradConvolution final : ConvolutionStep<WinogradConvolution> {
  static constexpr int N = Tile<float>::kLane;
  using V = Vector<float, N>;

  /// Whether it is possible, and the best way.
  static bool fits(const Geometry &g) {
    Pieces pieces;
    if (g.dtype != kFloat32 || g.groups != 1 || !pieces.cut(g.spatial, g.window)) return false;
    if (g.x.strides[g.spatial + 1] != 1 || g.out.strides[g.spatial + 1] != 1) return false;
    if (4 * g.outputs < 3 * roundUp(g.outputs, N)) return false;
    const i64 tile = besides(pieces.elements);
    double tiles = 1, places = 1;
    for (int i = 0; i < g.spatial; i++) {
      if (g.strides[i] != 1 || g.inputDilation[i] != 1 || g.kernelDilation[i] != 1) return false;
      places *= g.places[i];
      tiles *= i < g.spatial - 2 ? g.places[i] : (g.places[i] + tile - 1) / tile;
    }
    // Vectors of channels are whole, in all pieces but the last, and what stays in the cache must be of a size for it.
    if (g.channels < N || (pieces.count > 1 && g.channels % N != 0)) return false;
    const double seen = static_cast<double>(g.channels) * pieces.count;
    if (seen > 4096 || seen * g.outputs > 1 << 19) return false;
    // Instructions for a tile: products, and transforms with their loads and stores; plain sums take a product for each element.
    const double in = pieces.count * static_cast<double>((g.channels + N - 1) / N), out = (g.outputs + N - 1) / N;
    const double products = out * g.channels;
    return tiles * (kTileValues * pieces.count * products + 250 * in + 50 * tile * out) < places * g.windowCount * products;
  }

  bool plan() {
    pieces.cut(spatial, window);
    vectors = outputs <= N ? 1 : 2;
    width = vectors * N;
    panels = (outputs + width - 1) / width;
    tiling.divide(besides(pieces.elements), batch, spatial, places);
    return true;
  }

  template <class>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    if (!makeReady(frame, failure)) return;
    const double work = static_cast<double>(tiling.tiles) * channels * outputs;
    parallel(tiling.blocks, work > 1 << 10, [&](i64 block, int thread) {
      computeTiles(frame, block * kBlockTiles, least(tiling.tiles, (block + 1) * kBlockTiles), thread);
    });
  }

  // Image by image.

  Cut cut(i64 rows) const override {
    if (rows != batch || empty()) return {};
    return {1, (x.elements + out.elements) / batch * bytesOf(dtype), false, kPackedSlot};
  }
  void prepare(const Frame &frame, i64, i64, ShapewiseFailure &failure) override { makeReady(frame, failure); }
  void runRows(const Frame &frame, i64, i64 from, i64 to, int thread) const override {
    const i64 perImage = tiling.planes * tiling.down * tiling.across;
    computeTiles(frame, from * perImage, to * perImage, thread);
  }

 private:
  int vectors = 1;
  i64 width = 0, panels = 0;
  Pieces pieces;
  Tiling tiling;

  i64 perPanel() const { return kTileValues * pieces.count * channels * width; }
  float *packed() const { return static_cast<float *>(shapewise_scratch(0, 2, panels * perPanel() * sizeof(float))); }
  Images images(const Frame &frame) const {
    return Images::of(address<float>(x, frame), spatial, image, channels, x.strides[0], x.strides + 1);
  }
  i64 seenByPiece() const { return (channels + N - 1) / N * kBlockVector; }
  i64 seen() const { return pieces.count * seenByPiece(); }
  /// One panel's products take the place of the values that they come from.
  bool inPlace() const { return panels == 1 && vectors * kBlockVector <= seen(); }
  i64 workspaceElements() const { return most(seen() + (inPlace() ? 0 : vectors * kBlockVector), pieces.elements * pieces.elements * channels * width); }
  float *workspace(int thread) const {
    return static_cast<float *>(shapewise_scratch(thread, 3, workspaceElements() * sizeof(float)));
  }

  /// Transforms the weights; false, with the failure told, where memory ends.
  bool makeReady(const Frame &frame, ShapewiseFailure &failure) const {
    if (!reserve(1, 2, static_cast<double>(panels) * perPanel() * sizeof(float), failure) ||
        !reserve(shapewise_threads(), 3, static_cast<double>(workspaceElements()) * sizeof(float), failure))
      return false;
    parallel(panels, panels * perPanel() > 1 << 15, [&](i64 panel, int thread) {
      transformWeights(address<float>(kernel, frame), panel, workspace(thread), packed() + panel * perPanel());
    });
    return true;
  }

  /// The places of tiles [from, to), block by block.
  void computeTiles(const Frame &frame, i64 from, i64 to, int thread) const {
    const Images source = images(frame);
    const float *weights = packed();
    float *values = workspace(thread);
    float *products = inPlace() ? values : values + seen();
    TilePlace tiles[kBlockTiles], next[kBlockTiles];
    i64 count = least(kBlockTiles, to - from);
    tiling.find(from, count, tiles);
    for (i64 first = from; first < to; first += kBlockTiles) {
      const i64 following = most(0, least(kBlockTiles, tiling.tiles - first - kBlockTiles));
      tiling.find(first + kBlockTiles, following, next);
      for (i64 i = 0; i < count; i++)
        for (i64 piece = 0; piece < pieces.count; piece++)
          source.transform<ImageTransform>(pieces.seenBy(tiles[i], piece, spatial, low), values + piece * seenByPiece() + i * N);
      for (i64 panel = 0; panel < panels; panel++) {
        multiply(values, count, weights + panel * perPanel(), products, [&](i64 value) {
          if (panel == 0 && value < following) {
            const TilePlace &tile = next[value];
            source.ask({tile.image, pieces.seenBy(tile, pieces.count - 1, spatial, low).plane, tile.row, tile.column}, tiling.size);
          }
          if (value < count) askForPlaces(tiles[value], panel, address<float>(out, frame));
        });
        for (i64 i = 0; i < count; i++) writeTile(products + i * N, tiles[i], panel, address<float>(out, frame));
      }
      count = least(kBlockTiles, most(0, to - first - kBlockTiles));
      for (i64 i = 0; i < count; i++) tiles[i] = next[i];
    }
  }

  /// Weights [value, piece, channel, width] of the outputs from panel · width on, with zeros behind the last.
  void transformWeights(const float *from, i64 panel, float *elements, float *to) const {
    const i64 some = least(width, outputs - panel * width), tap = channels * width, size = pieces.elements;
    const i64 down = kernel.strides[spatial - 2], right = kernel.strides[spatial - 1];
    for (i64 piece = 0; piece < pieces.count; piece++, to += tap) {
      const float *first = from + panel * width * kernel.strides[spatial + 1] + (spatial == 3 ? pieces.plane(piece) * kernel.strides[0] : 0);
      for (i64 e = 0; e < size * size; e++) {
        const i64 row = pieces.row(piece) + e / size, column = pieces.column(piece) + e % size;
        // What lies behind the window is zero.
        if (row >= window[spatial - 2] || column >= window[spatial - 1]) __builtin_memset(elements + e * tap, 0, tap * sizeof(float));
        else
          packRows(Strided<float>{first + row * down + column * right, kernel.strides[spatial + 1], kernel.strides[spatial]}, 0, some, 0,
                   channels, width, elements + e * tap);
      }
      for (i64 at = 0; at < tap; at += N)
        if (size == 3) transformPiece<3>(elements + at, tap, to + at);
        else if (size == 4) transformPiece<4>(elements + at, tap, to + at);
        else transformPiece<5>(elements + at, tap, to + at);
    }
  }
  template <int Elements>
  void transformPiece(const float *elements, i64 tap, float *to) const {
    const i64 value = pieces.count * tap;
    transformSquare<PointsTransform<Elements, true>, V>([&](int i, int j) { return load<V>(elements + (Elements * i + j) * tap); },
                                                        [&](int i, int j, V result) { store(to + (kTilePoints * i + j) * value, result); });
  }

  /// products[value, tile, output] = Σ over channels of values · weights. `ask` asks for some of the memory that comes next.
  template <class Ask>
  void multiply(const float *values, i64 count, const float *weights, float *products, const Ask &ask) const {
    const RowBlocks rows(count);
    for (i64 value = 0; value < kTileValues; value++) {
      ask(value);
      for (i64 block = 0; block < rows.count; block++) {
        const i64 height = rows.size(block), at = value * kBlockValue + block * rows.height * N;
        const MultiplyValues run = vectors == 1 ? ValuesTable<kMaxRows, 1>::find(height) : ValuesTable<kMaxRows, 2>::find(height);
        run(values + at, pieces.count * channels, weights + value * pieces.count * channels * width, products + at);
      }
    }
  }

  void askForPlaces(const TilePlace &tile, i64 panel, const float *results) const {
    const Images written = Images::of(results + panel * width, spatial, places, outputs, out.strides[0], out.strides + 1);
    written.places(tile, tiling.size, least(width, outputs - panel * width), askToWrite);
  }

  void writeTile(const float *products, const TilePlace &tile, i64 panel, float *results) const {
    if (pieces.elements == 3) writePlaces<besides(3)>(products, tile, panel, results);
    else if (pieces.elements == 4) writePlaces<besides(4)>(products, tile, panel, results);
    else writePlaces<besides(5)>(products, tile, panel, results);
  }
  template <int Places>
  void writePlaces(const float *products, const TilePlace &tile, i64 panel, float *results) const {
    const i64 bottom = least(Places, tiling.places[0] - tile.row), right = least(Places, tiling.places[1] - tile.column);
    const i64 downStride = out.strides[spatial - 1], rightStride = out.strides[spatial];
    const i64 plane = spatial == 3 ? tile.plane * out.strides[1] : 0;
    float *to = results + tile.image * out.strides[0] + plane + tile.row * downStride + tile.column * rightStride + panel * width;
    for (int v = 0; v < vectors; v++, to += N, products += kBlockVector) {
      const i64 lanes = least(N, outputs - panel * width - v * N);
      if (lanes <= 0) break;
      const auto read = [&](int i, int j) { return load<V>(products + (kTilePoints * i + j) * kBlockValue); };
      if (lanes == N && bottom == Places && right == Places) {
        transformSquare<CoefficientsTransform<Places, true>, V>(
            read, [&](int i, int j, V result) { store(to + i * downStride + j * rightStride, result); });
        continue;
      }
      transformSquare<CoefficientsTransform<Places, true>, V>(read, [&](int i, int j, V result) {
        if (i < bottom && j < right) storePart(to + i * downStride + j * rightStride, result, lanes);
      });
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
