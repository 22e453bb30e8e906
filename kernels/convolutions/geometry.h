// What a convolution is: its operands, checked when they are read, and their sizes by name.
#pragma once
#include "steps/reader.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

/// Elements of one padded image.
constexpr i64 kLargestImage = INT64_C(1) << 30;

/// Operands [batch, …image, groups, channels], [window, groups, channels, outputs] and [batch, …places, groups, outputs], in one
/// group without its axis. Channels and outputs are those of one group.
struct Geometry {
  Operand x, kernel, out;
  i32 dtype = 0;
  int spatial = 0;
  i64 groups = 1;
  i64 image[kMaxRank], places[kMaxRank], window[kMaxRank];
  i64 strides[kMaxRank], low[kMaxRank], inputDilation[kMaxRank], kernelDilation[kMaxRank];
  /// Padded elements that some place sees.
  i64 extents[kMaxRank];
  i64 windowCount = 1, batch = 0, channels = 0, outputs = 0;
  /// Whether it is the gradient of a kernel: `places` are then a window, `window` all places, and the channels the batch.
  bool sums = false;
  /// Whether there is no room for padded images and tables of places.
  bool isVast = false;

  bool empty() const { return out.elements == 0 || kernel.elements == 0 || x.elements == 0; }

  void parse(Reader &reader, const Extents &given) {
    x = reader.operand(given);
    kernel = reader.operand(given);
    out = reader.operand(given);
    spatial = x.rank - 3;
    dtype = x.dtype;
    reader.expect(spatial >= 1 && kernel.rank == x.rank && out.rank == x.rank, "a convolution has operands of the wrong rank");
    reader.expect((x.dtype == kFloat32 || x.dtype == kFloat64 || x.dtype == kInt32) && kernel.dtype == x.dtype && out.dtype == x.dtype,
                  "a convolution does not take its dtype");
    reader.expect(out.kind == kOutput || out.kind == kArena, "a convolution writes where it must not");
    const i64 limit = INT64_C(1) << 31;
    sums = reader.choice(2, "a convolution has an unknown direction") != 0;
    if (reader.failed()) return;
    batch = x.sizes[0];
    groups = x.sizes[spatial + 1];
    channels = x.sizes[spatial + 2];
    outputs = kernel.sizes[spatial + 2];
    reader.expect(kernel.sizes[spatial] == groups && kernel.sizes[spatial + 1] == channels && out.sizes[0] == batch &&
                      out.sizes[spatial + 1] == groups && out.sizes[spatial + 2] == outputs,
                  "a convolution has channels that do not fit");
    for (int i = 0; i < spatial && !reader.failed(); i++) {
      image[i] = x.sizes[i + 1];
      places[i] = out.sizes[i + 1];
      window[i] = kernel.sizes[i];
      strides[i] = reader.number(1, limit, "a stride is out of range");
      low[i] = reader.number(-limit, limit, "a padding is out of range");
      inputDilation[i] = reader.number(1, limit, "a dilation is out of range");
      kernelDilation[i] = reader.number(1, limit, "a dilation is out of range");
      windowCount *= window[i];
      extents[i] = (places[i] - 1) * strides[i] + (window[i] - 1) * kernelDilation[i] + 1;
      reader.expect(extents[i] < INT64_C(1) << 40, "a convolution is too large");
    }
    if (reader.failed() || empty()) return;
    // Tables and padded images must be of a size that can be counted, and tables of one that can be had.
    double padded = static_cast<double>(channels < batch ? batch : channels), window = channels, places = outputs;
    for (int i = 0; i < spatial; i++) {
      padded *= static_cast<double>(extents[i]) + static_cast<double>(strides[i]) * kernelDilation[i];
      window *= static_cast<double>(kernel.sizes[i]);
      places *= static_cast<double>(out.sizes[i + 1]) + static_cast<double>(extents[i]) / strides[i];
    }
    isVast = padded >= static_cast<double>(kLargestImage) || window >= 1e9 || places >= 1e11;
  }

  /// One group as a convolution of its own.
  Geometry group(i64 number) const {
    Geometry one = *this;
    const auto pick = [number](Operand &operand, int axis) {
      operand.offset += number * operand.strides[axis];
      operand.elements = operand.sizes[axis] == 0 ? 0 : operand.elements / operand.sizes[axis];
      operand.rank--;
      for (int i = axis; i < operand.rank; i++) {
        operand.sizes[i] = operand.sizes[i + 1];
        operand.strides[i] = operand.strides[i + 1];
      }
    };
    pick(one.x, spatial + 1);
    pick(one.kernel, spatial);
    pick(one.out, spatial + 1);
    one.groups = 1;
    return one;
  }
};

/// A way to compute a convolution: `Self` has `plan()`, and for operands that are not empty `compute<T>(frame, failure)`.
template <class Self>
struct ConvolutionStep : Allocated<Self>, Geometry {
  static Step *make(const Geometry &geometry, Reader &reader) {
    Self *step = Allocated<Self>::make();
    if (step == nullptr) return reader.refuse("out of memory"), nullptr;
    static_cast<Geometry &>(*step) = geometry;
    if (!geometry.empty() && !reader.failed()) reader.expect(step->plan(), "a convolution needs too much memory");
    return step;
  }

  void run(const Frame &frame, ShapewiseFailure &failure) override {
    const Self &self = static_cast<const Self &>(*this);
    if (out.elements == 0) return;
    if (empty()) return clear(frame);
    if (dtype == kFloat32) self.template compute<float>(frame, failure);
    else if (dtype == kFloat64) self.template compute<double>(frame, failure);
    else self.template compute<u32>(frame, failure);
  }

  /// Sums of nothing.
  void clear(const Frame &frame) const {
    for (i64 i = 0; i < out.elements; i++) {
      i64 rest = i, offset = 0;
      for (int axis = out.rank - 1; axis >= 0; axis--) {
        offset += rest % out.sizes[axis] * out.strides[axis];
        rest /= out.sizes[axis];
      }
      __builtin_memset(address(out, frame) + offset * bytesOf(out.dtype), 0, bytesOf(out.dtype));
    }
  }
};

/// One that goes image by image: `Self` has `pack<T>(frame, failure)`, which makes ready what all images need, and
/// `computeImage<T>(frame, number, part, parts, thread)`, which computes one or a part of it.
template <class Self>
struct ConvolutionByImage : ConvolutionStep<Self> {
  template <class T>
  void compute(const Frame &frame, ShapewiseFailure &failure) const {
    const Self &self = static_cast<const Self &>(*this);
    self.template pack<T>(frame, failure);
    if (failure.kind != kNoFailure) return;
    const i64 threads = shapewise_threads();
    const i64 parts = this->batch >= 2 * threads ? 1 : (2 * threads + this->batch - 1) / this->batch;
    const double work = static_cast<double>(this->out.elements) * this->windowCount * this->channels;
    parallel(this->batch * parts, work > 1 << 15, [&](i64 task, int thread) {
      self.template computeImage<T>(frame, task / parts, task % parts, parts, thread);
    });
  }

  Cut cut(i64 rows) const override {
    if (rows != this->batch || this->empty() || this->dtype == kInt32) return {};
    return {1, (this->x.elements + this->out.elements) / this->batch * bytesOf(this->dtype), false, kPackedSlot};
  }
  void prepare(const Frame &frame, i64, i64, ShapewiseFailure &failure) override {
    const Self &self = static_cast<const Self &>(*this);
    if (this->dtype == kFloat32) self.template pack<float>(frame, failure);
    else self.template pack<double>(frame, failure);
  }
  void runRows(const Frame &frame, i64, i64 from, i64 to, int thread) const override {
    const Self &self = static_cast<const Self &>(*this);
    for (i64 i = from; i < to; i++) {
      if (this->dtype == kFloat32) self.template computeImage<float>(frame, i, 0, 1, thread);
      else self.template computeImage<double>(frame, i, 0, 1, thread);
    }
  }
};

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
