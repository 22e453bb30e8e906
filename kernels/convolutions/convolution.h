// Convolutions of any number of spatial axes: nothing is unrolled in memory, and each way to compute them says what it is good for.
#pragma once
#include "convolutions/by-images.h"
#include "convolutions/by-lanes.h"
#include "convolutions/by-pixels.h"
#include "convolutions/by-sums.h"
#include "convolutions/direct.h"
#include "convolutions/lane-sums.h"
#include "convolutions/winograd-sums.h"
#include "convolutions/winograd.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// A convolution of one group.
inline Step *makeConvolution(const Geometry &geometry, Reader &reader) {
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

/// Groups wide enough that each is a convolution of its own.
struct WideGroups final : Allocated<WideGroups> {
  List<Step *> steps;

  static bool fits(const Geometry &g) {
    const i64 lanes = SHAPEWISE_VECTOR_BYTES / bytesOf(g.dtype);
    return g.outputs >= lanes && 4 * g.outputs >= 3 * roundUp(g.outputs, lanes) && (g.sums ? g.batch : g.channels) >= 8;
  }

  static Step *make(const Geometry &geometry, Reader &reader) {
    WideGroups *all = Allocated::make();
    if (all == nullptr) return reader.refuse("out of memory"), nullptr;
    for (i64 group = 0; group < geometry.groups && !reader.failed(); group++) {
      Step *step = makeConvolution(geometry.group(group), reader);
      if (step == nullptr || all->steps.push(step)) continue;
      step->destroy();
      reader.refuse("out of memory");
    }
    return all;
  }
  ~WideGroups() {
    for (i64 i = 0; i < steps.count; i++) steps[i]->destroy();
  }
  void run(const Frame &frame, ShapewiseFailure &failure) override {
    for (i64 i = 0; i < steps.count && failure.kind == kNoFailure; i++) steps[i]->run(frame, failure);
  }
};

/// A convolution in any number of groups.
inline Step *chooseConvolution(const Geometry &geometry, Reader &reader) {
  if (geometry.groups == 1 && !geometry.isVast) return makeConvolution(geometry.group(0), reader);
  if (!geometry.empty() && !geometry.isVast && WideGroups::fits(geometry)) return WideGroups::make(geometry, reader);
  if (!geometry.empty() && LaneSums::fits(geometry)) return LaneSums::make(geometry, reader);
  return ConvolutionByLanes::make(geometry, reader);
}

inline Step *readConvolution(Reader &reader, const Extents &extents) {
  Geometry geometry;
  geometry.parse(reader, extents);
  if (reader.failed()) return ConvolutionByLanes::make(geometry, reader);
  return chooseConvolution(geometry, reader);
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
