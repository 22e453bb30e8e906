// The gradient of a convolution's square kernel by Winograd's algorithm. It arrives as a convolution whose batch are the
// channels, whose channels are the batch, and whose windows are the gradients of all places.
//
// Tiles of 4 × 4 gradients (or fewer) and, for each piece of the kernel, the 6 × 6 pixels that they belong to are transformed; what
// they contribute is summed as it is, value by value, and only the sums of all tiles are transformed back. Blocks of tiles are summed
// in a fixed number of parts.
#pragma once
#include "convolutions/geometry.h"
#include "convolutions/winograd-tiles.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Channels in one block of registers, with one and with two vectors of outputs.
constexpr int kSumRows[] = {0, Tile<float>::kLane, Tile<float>::kLane >= 8 ? Tile<float>::kLane / 2 : 4};

/// sums[i, j] += Σ over tiles of pixels[tile, i] · gradients[tile, j] for one value.
template <int Vectors>
void addProducts(i64 tiles, const float *pixels, const float *gradients, float *sums, i64 row) {
  constexpr int N = Tile<float>::kLane;
  constexpr int Rows = kSumRows[Vectors];
  using V = Vector<float, N>;
  V added[Rows][Vectors] = {};
  for (i64 tile = 0; tile < tiles; tile++) {
    V right[Vectors];
    for (int v = 0; v < Vectors; v++) right[v] = load<V>(gradients + v * kBlockVector);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const V left = pixels[i] - V{};
      for (int v = 0; v < Vectors; v++) added[i][v] += left * right[v];
    }
    pixels += N;
    gradients += N;
  }
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++)
    for (int v = 0; v < Vectors; v++) store(sums + i * row + v * N, load<V>(sums + i * row + v * N) + added[i][v]);
}

struct WinogradSums final : ConvolutionStep<WinogradSums> {
  static constexpr int N = Tile<float>::kLane;
  using V = Vector<float, N>;

  /// Whether it is possible, and the best way.
  static bool fits(const Geometry &g) {
    Pieces pieces;
    if (g.dtype != kFloat32 || g.groups != 1 || !pieces.cut(g.spatial, g.places)) return false;
    if (g.x.strides[0] != 1 || g.kernel.strides[g.spatial + 1] != 1 || g.out.strides[g.spatial + 1] != 1) return false;
    const i64 tile = besides(pieces.elements);
    double tiles = static_cast<double>(g.channels), plain = static_cast<double>(g.channels), elements = 1;
    for (int i = 0; i < g.spatial; i++) {
      if (g.strides[i] != 1 || g.inputDilation[i] != 1 || g.kernelDilation[i] != 1) return false;
      tiles *= i < g.spatial - 2 ? g.window[i] : (g.window[i] + tile - 1) / tile;
      plain *= g.window[i];
      elements *= g.places[i];
    }
    // Vectors are whole, and the sums must be of a size for the cache, those of all pieces for memory.
    const double sums = static_cast<double>(g.batch) * g.outputs;
    if (g.batch < N || g.outputs < N || sums > 1 << 14 || pieces.count * sums > 1 << 15) return false;
    // Instructions for a tile as for the convolution itself; plain sums make better use of theirs, as measured by half. There must
    // be more to sum than sums to transform back.
    const double in = pieces.count * static_cast<double>((g.batch + N - 1) / N), out = (g.outputs + N - 1) / N;
    const double work = tiles * (kTileValues * in * N * out + 250 * in + 50 * tile * out);
    return 1.5 * work < plain * elements * g.outputs * g.batch / N && tiles >= 2 * kBlockTiles;
  }

  bool plan() {
    pieces.cut(spatial, places);
    tiling.divide(besides(pieces.elements), channels, spatial, window);
    inVectors = (batch + N - 1) / N;
    outVectors = (outputs + N - 1) / N;
    parts = most(1, least(tiling.blocks / 4, 16));
    return true;
  }

  template <class>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    const Images images = Images::of(address<float>(x, frame), spatial, image, batch, x.strides[x.rank - 1], x.strides + 1);
    const Images gradients = Images::of(address<float>(kernel, frame), spatial, window, outputs, kernel.strides[spatial], kernel.strides);
    const i64 perPiece = kTileValues * inVectors * N * outVectors * N, partSize = pieces.count * perPiece;
    const i64 own = (inVectors + outVectors) * kBlockVector;
    if (!reserve(1, 2, static_cast<double>(parts) * partSize * sizeof(float), failure) ||
        !reserve(shapewise_threads(), 3, static_cast<double>(own) * sizeof(float), failure))
      return;
    float *sums = static_cast<float *>(shapewise_scratch(0, 2, parts * partSize * sizeof(float)));
    const bool large = static_cast<double>(tiling.tiles) * batch * outputs > 1 << 10;
    parallel(parts, large, [&](i64 part, int thread) {
      float *seen = static_cast<float *>(shapewise_scratch(thread, 3, own * sizeof(float)));
      float *given = seen + inVectors * kBlockVector;
      __builtin_memset(sums + part * partSize, 0, partSize * sizeof(float));
      const i64 end = tiling.blocks * (part + 1) / parts;
      for (i64 block = tiling.blocks * part / parts; block < end; block++) {
        TilePlace tiles[kBlockTiles], next[kBlockTiles];
        const i64 first = block * kBlockTiles, count = least(kBlockTiles, tiling.tiles - first);
        const i64 following = most(0, least(kBlockTiles, tiling.tiles - first - kBlockTiles));
        tiling.find(first, count, tiles);
        tiling.find(first + kBlockTiles, following, next);
        for (i64 i = 0; i < count; i++) {
          if (pieces.elements == 3) gradients.transform<PointsTransform<besides(3), false>>(tiles[i], given + i * N);
          else if (pieces.elements == 4) gradients.transform<PointsTransform<besides(4), false>>(tiles[i], given + i * N);
          else gradients.transform<PointsTransform<besides(5), false>>(tiles[i], given + i * N);
        }
        for (i64 piece = 0; piece < pieces.count; piece++) {
          for (i64 i = 0; i < count; i++) images.transform<ImageTransform>(pieces.seenBy(tiles[i], piece, spatial, low), seen + i * N);
          float *to = sums + part * partSize + piece * perPiece;
          for (i64 value = 0; value < kTileValues; value++, to += perPiece / kTileValues) {
            // What the next block reads comes meanwhile.
            if (piece == 0 && value < following) {
              const TilePlace &tile = next[value];
              images.ask({tile.image, pieces.seenBy(tile, pieces.count - 1, spatial, low).plane, tile.row, tile.column}, tiling.size);
              gradients.ask(tile, tiling.size);
            }
            addValue(count, seen + value * kBlockValue, given + value * kBlockValue, to);
          }
        }
      }
    });
    parallel(inVectors * N, large, [&](i64 row, int) {
      for (i64 piece = 0; piece < pieces.count; piece++) writeRow(sums + piece * perPiece, partSize, row, piece, address<float>(out, frame));
    });
  }

 private:
  i64 inVectors = 0, outVectors = 0, parts = 1;
  Pieces pieces;
  Tiling tiling;

  /// sums[channel, output] += Σ over a block's tiles of one value of each.
  void addValue(i64 tiles, const float *seen, const float *given, float *sums) const {
    const i64 row = outVectors * N;
    for (i64 o = 0; o < outVectors; o += 2) {
      const bool two = o + 1 < outVectors;
      const int height = two ? kSumRows[2] : kSumRows[1];
      for (i64 v = 0; v < inVectors; v++)
        for (int i = 0; i < N; i += height) {
          const auto add = two ? addProducts<2> : addProducts<1>;
          add(tiles, seen + v * kBlockVector + i, given + o * kBlockVector, sums + (v * N + i) * row + o * N, row);
        }
    }
  }

  /// The elements of a piece for one channel, from the sums of all parts.
  void writeRow(const float *sums, i64 partSize, i64 row, i64 piece, float *results) const {
    const i64 step = inVectors * N * outVectors * N;
    // The last vector lies over the one before it, of channels as of outputs.
    const i64 channel = least(row / N * N, batch - N) + row % N;
    if (channel < row / N * N) return;
    const i64 plane = spatial == 3 ? pieces.plane(piece) * out.strides[1] : 0;
    float *first = results + channel * out.strides[0] + plane + pieces.row(piece) * out.strides[spatial - 1] +
                   pieces.column(piece) * out.strides[spatial];
    for (i64 v = 0; v < outVectors; v++) {
      V totals[kTileValues];
      for (i64 value = 0; value < kTileValues; value++) {
        const float *from = sums + value * step + (row * outVectors + v) * N;
        totals[value] = load<V>(from);
        for (i64 part = 1; part < parts; part++) totals[value] += load<V>(from + part * partSize);
      }
      float *to = first + least(v * N, outputs - N);
      if (pieces.elements == 3) writeElements<3>(totals, piece, to);
      else if (pieces.elements == 4) writeElements<4>(totals, piece, to);
      else writeElements<5>(totals, piece, to);
    }
  }
  template <int Elements>
  void writeElements(const V *totals, i64 piece, float *to) const {
    const i64 bottom = places[spatial - 2] - pieces.row(piece), right = places[spatial - 1] - pieces.column(piece);
    transformSquare<CoefficientsTransform<Elements, false>, V>(
        [&](int i, int j) { return totals[kTilePoints * i + j]; },
        [&](int i, int j, V result) {
          if (i < bottom && j < right) store(to + i * out.strides[spatial - 1] + j * out.strides[spatial], result);
        });
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
