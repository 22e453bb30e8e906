// Convolutions of any number of spatial axes as implicit products of matrices: nothing is unrolled in memory.
#pragma once
#include "by-images.h"
#include "by-pixels.h"
#include "by-sums.h"
#include "direct.h"
#include "winograd-sums.h"
#include "winograd.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

inline Step *readConvolution(Reader &reader, const Extents &extents) {
  Geometry geometry;
  geometry.parse(reader, extents);
  if (!geometry.empty() && !reader.failed()) {
    if (WinogradSums::fits(geometry)) return WinogradSums::make(geometry, reader);
    if (ConvolutionBySums::fits(geometry)) return ConvolutionBySums::make(geometry, reader);
    if (WinogradConvolution::fits(geometry)) return WinogradConvolution::make(geometry, reader);
    const bool direct = DirectConvolution::fits(geometry);
    const double others = direct ? DirectConvolution::cost(geometry) : ConvolutionByImages::cost(geometry);
    if (ConvolutionByPixels::cost(geometry) < 0.8 * others) return ConvolutionByPixels::make(geometry, reader);
    if (direct) return DirectConvolution::make(geometry, reader);
  }
  return ConvolutionByImages::make(geometry, reader);
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
