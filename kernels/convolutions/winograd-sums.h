// The gradient of a convolution's kernel of 3 × 3 or 5 × 5 elements by Winograd's algorithm. It arrives as a convolution whose batch are the
// channels, whose channels are the batch, and whose windows are the gradients of all places.
//
// Tiles of 4 × 4 gradients (or 2 × 2) and the 6 × 6 pixels that they belong to are transformed; what they contribute is summed as it is, value
// by value, and only the sums of all tiles are transformed back. Blocks of tiles are summed in a fixed number of parts.
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
    if (g.dtype != kFloat32 || g.spatial != 2 || g.groups != 1) return false;
    if (g.x.strides[0] != 1 || g.kernel.strides[3] != 1 || g.out.strides[3] != 1) return false;
    const i64 elements = g.places[0], tile = besides(elements);
    if (elements != 3 && elements != 5) return false;
    double tiles = static_cast<double>(g.channels), plain = static_cast<double>(g.channels);
    for (int i = 0; i < 2; i++) {
      if (g.places[i] != elements || g.strides[i] != 1 || g.inputDilation[i] != 1 || g.kernelDilation[i] != 1) return false;
      tiles *= (g.window[i] + tile - 1) / tile;
      plain *= g.window[i];
    }
    // Vectors are whole, and the sums must be of a size for the cache.
    if (g.batch < N || g.outputs < N || static_cast<double>(g.batch) * g.outputs > 1 << 14) return false;
    // Instructions for a tile as for the convolution itself; plain sums make better use of theirs, as measured by half. There must
    // be more to sum than sums to transform back.
    const double in = (g.batch + N - 1) / N, out = (g.outputs + N - 1) / N;
    const double work = tiles * (kTileValues * in * N * out + 250 * in + 50 * tile * out);
    return 1.5 * work < plain * elements * elements * g.outputs * g.batch / N && tiles >= 2 * kBlockTiles;
  }

  bool plan() {
    tiling.divide(besides(places[0]), channels, window[0], window[1]);
    inVectors = (batch + N - 1) / N;
    outVectors = (outputs + N - 1) / N;
    parts = most(1, least(tiling.blocks / 4, 16));
    return true;
  }

  template <class>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    const int last = x.rank - 1;
    const Images images = {address<float>(x, frame), image[0], image[1], batch, x.strides[last], x.strides[1], x.strides[2]};
    const Images gradients = {address<float>(kernel, frame), window[0], window[1], outputs,
                              kernel.strides[2], kernel.strides[0], kernel.strides[1]};
    const i64 partSize = kTileValues * inVectors * N * outVectors * N;
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
          images.transform<ImageTransform>({tiles[i].image, tiles[i].row - low[0], tiles[i].column - low[1]}, seen + i * N);
          if (places[0] == 3) gradients.transform<PointsTransform<besides(3), false>>(tiles[i], given + i * N);
          else gradients.transform<PointsTransform<besides(5), false>>(tiles[i], given + i * N);
        }
        for (i64 value = 0; value < kTileValues; value++) {
          // What the next block reads comes meanwhile.
          if (value < following) images.ask(next[value], tiling.size), gradients.ask(next[value], tiling.size);
          float *to = sums + part * partSize + value * (partSize / kTileValues);
          addValue(count, seen + value * kBlockValue, given + value * kBlockValue, to);
        }
      }
    });
    parallel(inVectors * N, large, [&](i64 row, int) { writeRow(sums, partSize, row, address<float>(out, frame)); });
  }

 private:
  i64 inVectors = 0, outVectors = 0, parts = 1;
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

  /// The elements of the window of one channel, from the sums of all parts.
  void writeRow(const float *sums, i64 partSize, i64 row, float *results) const {
    const i64 step = partSize / kTileValues;
    // The last vector lies over the one before it, of channels as of outputs.
    const i64 channel = least(row / N * N, batch - N) + row % N;
    if (channel < row / N * N) return;
    for (i64 v = 0; v < outVectors; v++) {
      float *to = results + channel * out.strides[0] + least(v * N, outputs - N);
      V totals[kTileValues];
      for (i64 value = 0; value < kTileValues; value++) {
        const float *from = sums + value * step + (row * outVectors + v) * N;
        totals[value] = load<V>(from);
        for (i64 part = 1; part < parts; part++) totals[value] += load<V>(from + part * partSize);
      }
      if (places[0] == 3) writeElements<3>(totals, to);
      else writeElements<5>(totals, to);
    }
  }
  template <int Elements>
  void writeElements(const V *totals, float *to) const {
    transformSquare<CoefficientsTransform<Elements, false>, V>(
        [&](int i, int j) { return totals[kTilePoints * i + j]; },
        [&](int i, int j, V result) { store(to + i * out.strides[1] + j * out.strides[2], result); });
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
