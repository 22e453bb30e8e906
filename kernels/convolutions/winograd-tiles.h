// Blocks of tiles for Winograd's convolutions, and how tiles are read where they lie, with zeros around images.
#pragma once
#include "convolutions/winograd-transforms.h"
#include "products/multiply.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Tiles of a block: some blocks of registers.
constexpr int kBlockTiles = SHAPEWISE_VECTOR_BYTES >= 64 ? 2 * kMaxRows : 4 * kMaxRows;

/// One vector for each tile of a block, and for each of its values: distances of what lies as [vector, value, tile, lane].
constexpr int kBlockValue = kBlockTiles * Tile<float>::kLane;
constexpr int kBlockVector = kTileValues * kBlockValue;

/// The first place of a tile.
struct TilePlace {
  i64 image, plane, row, column;
};

/// How a window is cut into square pieces: each is a convolution of its own, and all are summed before they are transformed back.
/// Of three axes the first is left as it is: pieces see the planes of an image.
struct Pieces {
  /// Along both axes: of a piece, and pieces.
  i64 elements = 0, across = 0;
  i64 planes = 1, count = 0;

  /// The way with the fewest products for a place; false where the window is none that is cut.
  bool cut(int spatial, const i64 *window) {
    if (spatial < 2 || spatial > 3 || window[spatial - 1] != window[spatial - 2]) return false;
    const i64 size = window[spatial - 1];
    if (size < 3 || size > 16) return false;
    double best = 1e300;
    for (i64 e = 5; e >= 3; e--) {
      const double pieces = static_cast<double>((size + e - 1) / e), products = pieces / besides(e);
      if (products >= best) continue;
      best = products;
      elements = e;
      across = static_cast<i64>(pieces);
    }
    planes = spatial == 3 ? window[0] : 1;
    count = planes * across * across;
    return true;
  }
  i64 plane(i64 piece) const { return piece / (across * across); }
  i64 row(i64 piece) const { return piece / across % across * elements; }
  i64 column(i64 piece) const { return piece % across * elements; }

  /// The first pixel that a tile sees by a piece of the window, with so much padding before an image.
  TilePlace seenBy(const TilePlace &tile, i64 piece, int spatial, const i64 *low) const {
    const i64 before = spatial == 3 ? low[0] : 0;
    return {tile.image, tile.plane + plane(piece) - before, tile.row + row(piece) - low[spatial - 2],
            tile.column + column(piece) - low[spatial - 1]};
  }
};

/// How the places of all images divide into tiles, image after image, plane after plane and row after row.
struct Tiling {
  i64 size, planes, places[2], down, across, tiles, blocks;

  /// `places` are those along the axes of one image.
  void divide(i64 tile, i64 images, int spatial, const i64 *of) {
    size = tile;
    planes = spatial == 3 ? of[0] : 1;
    places[0] = of[spatial - 2];
    places[1] = of[spatial - 1];
    down = (places[0] + size - 1) / size;
    across = (places[1] + size - 1) / size;
    tiles = images * planes * down * across;
    blocks = (tiles + kBlockTiles - 1) / kBlockTiles;
  }

  /// So many tiles from one on.
  void find(i64 first, i64 count, TilePlace *found) const {
    const i64 plane = first / across / down;
    TilePlace place = {plane / planes, plane % planes, first / across % down * size, first % across * size};
    for (i64 i = 0; i < count; i++) {
      found[i] = place;
      place.column += size;
      if (place.column < places[1]) continue;
      place.column = 0;
      place.row += size;
      if (place.row < places[0]) continue;
      place.row = 0;
      if (++place.plane < planes) continue;
      place.plane = 0;
      place.image++;
    }
  }
};

/// Images, channels last and not fewer than a vector holds; planes, rows and columns outside are zero.
struct Images {
  const float *base;
  i64 planes, rows, columns, channels;
  i64 image, plane, down, right;

  static Images of(const float *base, int spatial, const i64 *sizes, i64 channels, i64 image, const i64 *strides) {
    const bool deep = spatial == 3;
    return {base, deep ? sizes[0] : 1, sizes[spatial - 2], sizes[spatial - 1], channels, image, deep ? strides[0] : 0, strides[spatial - 2], strides[spatial - 1]};
  }

  i64 vectors() const { return (channels + Tile<float>::kLane - 1) / Tile<float>::kLane; }

  /// Calls `ask` for the pixels at the places of a tile, with the bytes of `some` of its channels.
  template <class Ask>
  void places(const TilePlace &tile, i64 size, i64 some, const Ask &ask) const {
    if (tile.plane < 0 || tile.plane >= planes) return;
    const i64 bottom = least(rows, tile.row + size), end = least(columns, tile.column + size);
    for (i64 row = tile.row; row < bottom; row++)
      for (i64 column = tile.column; column < end; column++)
        ask(base + tile.image * image + tile.plane * plane + row * down + column * right, some * sizeof(float));
  }
  void ask(const TilePlace &tile, i64 size) const { places(tile, size, channels, askToRead); }

  /// The values of one tile's square, of which `place` is the first pixel. The last vector of channels lies over the one before it.
  template <class Transform>
  void transform(const TilePlace &place, float *to) const {
    constexpr int N = Tile<float>::kLane;
    constexpr int kSize = Transform::kFrom;
    using V = Vector<float, N>;
    const i64 row = place.row, column = place.column;
    const float *from = base + place.image * image + place.plane * plane + row * down + column * right;
    const bool exists = place.plane >= 0 && place.plane < planes;
    const bool inside = exists && row >= 0 && row + kSize <= rows && column >= 0 && column + kSize <= columns;
    for (i64 v = 0; v < vectors(); v++, to += kBlockVector) {
      const auto write = [&](int i, int j, V value) { store(to + (kTilePoints * i + j) * kBlockValue, value); };
      const float *pixel = from + least(v * N, channels - N);
      if (inside) {
        transformSquare<Transform, V>([&](int i, int j) { return load<V>(pixel + i * down + j * right); }, write);
        continue;
      }
      V square[kSize][kSize];
      const V zeros = {};
      for (i64 i = 0; i < kSize; i++)
        for (i64 j = 0; j < kSize; j++) {
          const bool in = exists && row + i >= 0 && row + i < rows && column + j >= 0 && column + j < columns;
          const float *at = in ? pixel + i * down + j * right : reinterpret_cast<const float *>(&zeros);
          square[i][j] = load<V>(at);
        }
      transformSquare<Transform, V>([&](int i, int j) { return square[i][j]; }, write);
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
