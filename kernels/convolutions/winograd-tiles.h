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
  i64 image, row, column;
};

/// How the places of all images divide into tiles, image after image and row after row.
struct Tiling {
  i64 size, places[2], down, across, tiles, blocks;

  void divide(i64 tile, i64 images, i64 rows, i64 columns) {
    size = tile;
    places[0] = rows;
    places[1] = columns;
    down = (rows + size - 1) / size;
    across = (columns + size - 1) / size;
    tiles = images * down * across;
    blocks = (tiles + kBlockTiles - 1) / kBlockTiles;
  }

  /// So many tiles from one on.
  void find(i64 first, i64 count, TilePlace *found) const {
    TilePlace place = {first / across / down, first / across % down * size, first % across * size};
    for (i64 i = 0; i < count; i++) {
      found[i] = place;
      place.column += size;
      if (place.column < places[1]) continue;
      place.column = 0;
      place.row += size;
      if (place.row < places[0]) continue;
      place.row = 0;
      place.image++;
    }
  }
};

/// Images, channels last and not fewer than a vector holds; rows and columns outside are zero.
struct Images {
  const float *base;
  i64 rows, columns, channels;
  i64 image, down, right;

  i64 vectors() const { return (channels + Tile<float>::kLane - 1) / Tile<float>::kLane; }

  /// Calls `ask` for the pixels at the places of a tile, with the bytes of `some` of its channels.
  template <class Ask>
  void places(const TilePlace &tile, i64 size, i64 some, const Ask &ask) const {
    const i64 bottom = least(rows, tile.row + size), end = least(columns, tile.column + size);
    for (i64 row = tile.row; row < bottom; row++)
      for (i64 column = tile.column; column < end; column++)
        ask(base + tile.image * image + row * down + column * right, some * sizeof(float));
  }
  void ask(const TilePlace &tile, i64 size) const { places(tile, size, channels, askToRead); }

  /// The values of one tile's square, of which `place` is the first pixel. The last vector of channels lies over the one before it.
  template <class Transform>
  void transform(const TilePlace &place, float *to) const {
    constexpr int N = Tile<float>::kLane;
    constexpr int kSize = Transform::kFrom;
    using V = Vector<float, N>;
    const i64 row = place.row, column = place.column;
    const float *from = base + place.image * image + row * down + column * right;
    const bool inside = row >= 0 && row + kSize <= rows && column >= 0 && column + kSize <= columns;
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
          const bool in = row + i >= 0 && row + i < rows && column + j >= 0 && column + j < columns;
          const float *at = in ? pixel + i * down + j * right : reinterpret_cast<const float *>(&zeros);
          square[i][j] = load<V>(at);
        }
      transformSquare<Transform, V>([&](int i, int j) { return square[i][j]; }, write);
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
