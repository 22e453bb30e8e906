// Convolutions of any number of spatial axes as implicit products of matrices: nothing is unrolled in memory.
#pragma once
#include "convolutions/by-images.h"
#include "convolutions/by-pixels.h"
#include "convolutions/by-sums.h"
#include "convolutions/direct.h"
#include "convolutions/winograd-sums.h"
#include "convolutions/winograd.h"

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
