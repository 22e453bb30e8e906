import * as nn from '../../src/nn/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from '../types/assert.js'

// Shapes of layers over sequences, pictures and volumes, as the compiler knows them.

declare const sequence: Tensor<[4, 100, 8]>
declare const picture: Tensor<[number, 28, 28, 6]>
declare const volume: Tensor<[2, 16, 15, 14, 1]>
declare const flat: Tensor<[32, 784]>
declare const any: Tensor

// Convolutions.
shape(nn.conv1d(8, 16, 5).forward(sequence)).is<[4, 96, 16]>()
shape(nn.conv1d(8, 16, [5], { stride: 2, padding: [[4, 0]] }).forward(sequence)).is<[4, 50, 16]>()
shape(nn.conv3d(1, 8, 3).forward(volume)).is<[2, 14, 13, 12, 8]>()
shape(nn.conv3d(1, 8, [1, 2, 3], { stride: [1, 1, 2] }).forward(volume)).is<[2, 16, 14, 6, 8]>()
shape(nn.conv3d(1, 8, 3).forward(any)).is<[number, number, number, number, 8]>()
shape(nn.depthwiseConv1d(8, 5, { padding: 'same' }).forward(sequence)).is<[4, 100, 8]>()
shape(nn.depthwiseConv2d(6, 3, { multiplier: 2 }).forward(picture)).is<[number, 26, 26, 12]>()
shape(nn.separableConv1d(8, 3, 2, { stride: 2 }).forward(sequence)).is<[4, 50, 3]>()
shape(nn.separableConv2d(6, 16, 3, { padding: 1 }).forward(picture)).is<[number, 28, 28, 16]>()
shape(nn.convTranspose1d(8, 4, 4, { stride: 2, padding: 1 }).forward(sequence)).is<[4, 200, 4]>()
shape(nn.convTranspose2d(6, 3, 3, { stride: 2, padding: 1, outputPadding: 1 }).forward(picture)).is<
  [number, 56, 56, 3]
>()
shape(nn.convTranspose2d(6, 3, [3, 2], { stride: [2, 3], dilation: 2 }).forward(picture)).is<[number, 59, 84, 3]>()
shape(nn.convTranspose2d(6, 3, 5, { padding: 'same', stride: 3 }).forward(picture)).is<[number, 84, 84, 3]>()
shape(nn.convTranspose2d(6, 3, 5 as number).forward(picture)).is<[number, number, number, 3]>()
shape(nn.convTranspose3d(1, 8, 2, { stride: 2 }).forward(volume)).is<[2, 32, 30, 28, 8]>()
// @ts-expect-error conv1d: takes [batch, length, 7], not [4, 100, 8]
nn.conv1d(7, 16, 5).forward(sequence)
// @ts-expect-error conv1d: takes [batch, length, 6], not [number, 28, 28, 6]
nn.conv1d(6, 16, 5).forward(picture)
// @ts-expect-error conv3d: the window 17 is larger than [2, 16, 15, 14, 1]
nn.conv3d(1, 8, 17).forward(volume)
// @ts-expect-error conv3d: one size for all axes, or three
nn.conv3d(1, 8, [3, 3])
// @ts-expect-error depthwiseConv2d: takes [batch, height, width, 5], not [number, 28, 28, 6]
nn.depthwiseConv2d(5, 3).forward(picture)
// @ts-expect-error conv2d: takes [batch, height, width, 6], not [number, 26, 26, 12]
picture.pipe(nn.depthwiseConv2d(6, 3, { multiplier: 2 }), nn.conv2d(6, 4, 1))
// @ts-expect-error separableConv1d: takes [batch, length, 3], not [4, 100, 8]
nn.separableConv1d(3, 3, 2).forward(sequence)
// @ts-expect-error separableConv2d: takes [batch, height, width, 6], not [32, 784]
nn.separableConv2d(6, 3, 2).forward(flat)
// @ts-expect-error convTranspose1d: takes [batch, length, 7], not [4, 100, 8]
nn.convTranspose1d(7, 4, 4).forward(sequence)
// @ts-expect-error convTranspose2d: 6 input and 3 output channels do not divide into 2 groups
nn.convTranspose2d(6, 3, 3, { groups: 2 })
// @ts-expect-error linear: takes [..., 4], not [number, 56, 56, 3]
picture.pipe(nn.convTranspose2d(6, 3, 2, { stride: 2 }), nn.linear(4, 2))
// @ts-expect-error convTranspose3d: takes [batch, depth, height, width, 2], not [2, 16, 15, 14, 1]
nn.convTranspose3d(2, 8, 2).forward(volume)

// Normalisation: the shape stays.
declare const tokens: Tensor<[8, 64, 512]>
shape(nn.batchNorm1d(784).forward(flat)).is<[32, 784]>()
shape(nn.batchNorm1d(8).forward(sequence)).is<[4, 100, 8]>()
shape(nn.batchNorm2d(6).forward(picture)).is<[number, 28, 28, 6]>()
shape(nn.batchNorm3d(1).forward(volume)).is<[2, 16, 15, 14, 1]>()
shape(nn.layerNorm(512).forward(tokens)).is<[8, 64, 512]>()
shape(nn.layerNorm([64, 512]).forward(tokens)).is<[8, 64, 512]>()
shape(nn.layerNorm([64, 512] as number[]).forward(tokens)).is<[8, 64, 512]>()
shape(nn.rmsNorm(512).forward(tokens)).is<[8, 64, 512]>()
shape(nn.groupNorm(2, 6).forward(picture)).is<[number, 28, 28, 6]>()
shape(nn.instanceNorm1d(8).forward(sequence)).is<[4, 100, 8]>()
shape(nn.instanceNorm2d(6).forward(picture)).is<[number, 28, 28, 6]>()
shape(nn.instanceNorm3d(1).forward(volume)).is<[2, 16, 15, 14, 1]>()
shape(nn.localResponseNorm(5).forward(picture)).is<[number, 28, 28, 6]>()
shape(nn.weightNorm(nn.conv2d(6, 4, 3)).forward(picture)).is<[number, 26, 26, 4]>()
shape(nn.spectralNorm(nn.linear(784, 10)).forward(flat)).is<[32, 10]>()
shape(picture.pipe(nn.conv2d(6, 4, 3), nn.batchNorm2d(4), nn.relu)).is<[number, 26, 26, 4]>()
shape(nn.sequential(nn.linear(784, 5), nn.batchNorm1d(5), nn.linear(5, 2)).forward(flat)).is<[32, 2]>()
// @ts-expect-error batchNorm1d: takes [batch, length, 700], not [32, 784]
nn.batchNorm1d(700).forward(flat)
// @ts-expect-error batchNorm1d: takes [batch, length, 6], not [number, 28, 28, 6]
nn.batchNorm1d(6).forward(picture)
// @ts-expect-error batchNorm2d: takes [batch, height, width, 5], not [number, number, number, 4]
nn.sequential(nn.conv2d(6, 4, 3), nn.batchNorm2d(5))
// @ts-expect-error batchNorm3d: takes [batch, depth, height, width, 6], not [number, 28, 28, 6]
nn.batchNorm3d(6).forward(picture)
// @ts-expect-error layerNorm: takes [..., 511], not [8, 64, 512]
nn.layerNorm(511).forward(tokens)
// @ts-expect-error layerNorm: takes [..., 63, 512], not [8, 64, 512]
nn.layerNorm([63, 512]).forward(tokens)
// @ts-expect-error layerNorm: takes [..., 1, 32, 784], not [32, 784]
nn.layerNorm([1, 32, 784]).forward(flat)
// @ts-expect-error rmsNorm: takes [..., 64], not [8, 64, 512]
nn.rmsNorm(64).forward(tokens)
// @ts-expect-error groupNorm: takes [..., 4], not [number, 28, 28, 6]
nn.groupNorm(2, 4).forward(picture)
// @ts-expect-error groupNorm: 5 input and 5 output channels do not divide into 2 groups
nn.groupNorm(2, 5)
// @ts-expect-error instanceNorm1d: takes [batch, length, 6], not [number, 28, 28, 6]
nn.instanceNorm1d(6).forward(picture)
// @ts-expect-error instanceNorm2d: takes [batch, height, width, 3], not [number, 28, 28, 6]
nn.instanceNorm2d(3).forward(picture)
// @ts-expect-error instanceNorm3d: takes [batch, depth, height, width, 2], not [2, 16, 15, 14, 1]
nn.instanceNorm3d(2).forward(volume)
// @ts-expect-error conv2d: takes [batch, height, width, 5], not [number, 28, 28, 6]
nn.weightNorm(nn.conv2d(5, 4, 3)).forward(picture)
// @ts-expect-error linear: takes [..., 11], not [..., 10]
nn.sequential(nn.spectralNorm(nn.linear(784, 10)), nn.linear(11, 2))
// @ts-expect-error no weight
nn.weightNorm(nn.relu())

// Noise.
shape(nn.spatialDropout().forward(picture)).is<[number, 28, 28, 6]>()
shape(nn.sequential(nn.alphaDropout(), nn.gaussianDropout(), nn.dropPath()).forward(flat)).is<[32, 784]>()
shape(nn.dropConnect(nn.linear(784, 10), 0.2).forward(flat)).is<[32, 10]>()
// @ts-expect-error linear: takes [..., 700], not [32, 784]
nn.dropConnect(nn.linear(700, 10)).forward(flat)
// @ts-expect-error linear: takes [..., 700], not [32, 784]
flat.pipe(nn.dropPath(), nn.linear(700, 10))

// Pooling.
shape(nn.maxPool1d(2).forward(sequence)).is<[4, 50, 8]>()
shape(nn.maxPool3d([1, 3, 2], { stride: 2, padding: [0, 1, 0] }).forward(volume)).is<[2, 8, 8, 7, 1]>()
shape(nn.avgPool1d(3, { stride: 1 }).forward(sequence)).is<[4, 98, 8]>()
shape(nn.avgPool3d(2).forward(volume)).is<[2, 8, 7, 7, 1]>()
shape(nn.lpPool1d(2, 2).forward(sequence)).is<[4, 50, 8]>()
shape(nn.lpPool2d(2, [2, 4]).forward(picture)).is<[number, 14, 7, 6]>()
shape(nn.lpPool3d(2, 2).forward(volume)).is<[2, 8, 7, 7, 1]>()
shape(nn.stochasticPool2d(2).forward(picture)).is<[number, 14, 14, 6]>()
shape(nn.depthwiseConv3d(4, 3, { multiplier: 2 }).forward(any as Tensor<[2, 8, 8, 8, 4]>)).is<[2, 6, 6, 6, 8]>()
shape(nn.separableConv3d(4, 5, [3, 1, 2]).forward(any as Tensor<[2, 8, 8, 8, 4]>)).is<[2, 6, 8, 7, 5]>()
shape(nn.maxPool1d(3, { stride: 2, ceilMode: true }).forward(any as Tensor<[4, 8, 2]>)).is<[4, 4, 2]>()
shape(nn.maxPool1d(3, { stride: 2 }).forward(any as Tensor<[4, 8, 2]>)).is<[4, 3, 2]>()
shape(nn.avgPool2d(2, { ceilMode: true }).forward(any as Tensor<[4, 3, 5, 2]>)).is<[4, 2, 3, 2]>()
shape(nn.maxPool2d(3, { stride: 3, padding: 1, ceilMode: true }).forward(any as Tensor<[4, 4, 7, 2]>)).is<
  [4, 2, 3, 2]
>()
shape(nn.maxPool3d(2, { stride: 3, padding: 1, ceilMode: true }).forward(any as Tensor<[1, 4, 5, 6, 2]>)).is<
  [1, 2, 2, 3, 2]
>()
shape(nn.maxPool1d(2, { ceilMode: any.size > 3 }).forward(any as Tensor<[4, 5, 2]>)).is<[4, number, 2]>()
shape((any as Tensor<[4, 3, 5, 2]>).maxPool(2, { ceilMode: true })).is<[4, 2, 3, 2]>()
// @ts-expect-error maxPool1d: the window 5 is larger than [4, 2]
nn.maxPool1d(5, { ceilMode: true }).forward(any as Tensor<[1, 4, 2]>)
shape(nn.adaptiveAvgPool1d(7).forward(sequence)).is<[4, 7, 8]>()
shape(nn.adaptiveAvgPool2d([7, 5]).forward(picture)).is<[number, 7, 5, 6]>()
shape(nn.adaptiveAvgPool3d(4).forward(any)).is<[number, number, number, number, number]>()
shape(nn.adaptiveMaxPool1d(7).forward(sequence)).is<[4, 7, 8]>()
shape(nn.adaptiveMaxPool2d(1).forward(picture)).is<[number, 1, 1, 6]>()
shape(nn.adaptiveMaxPool3d([1, 2, 3]).forward(volume)).is<[2, 1, 2, 3, 1]>()
shape(nn.globalAvgPool().forward(picture)).is<[number, 6]>()
shape(nn.globalMaxPool().forward(volume)).is<[2, 1]>()
shape(nn.gemPool().forward(volume)).is<[2, 1]>()
shape(nn.rmacPool().forward(picture)).is<[number, 6]>()
const pooled = nn.maxPool2d(2).forwardWithIndices(picture)
shape(pooled.values).is<[number, 14, 14, 6]>()
shape(pooled.indices).is<[number, 14, 14, 6]>()
shape(nn.maxUnpool2d(2).forward(pooled.values, pooled.indices)).is<[number, 28, 28, 6]>()
shape(nn.maxUnpool1d(3, { stride: 2, padding: 1 }).forward(sequence, any)).is<[4, 199, 8]>()
shape(nn.maxUnpool3d([1, 2, 3]).forward(volume, any)).is<[2, 16, 30, 42, 1]>()
// @ts-expect-error maxPool1d: takes [batch, length, channels], not [number, 28, 28, 6]
nn.maxPool1d(2).forward(picture)
// @ts-expect-error maxPool3d: the window 15 is larger than [2, 16, 15, 14, 1]
nn.maxPool3d(15).forward(volume)
// @ts-expect-error avgPool1d: the window 101 is larger than [4, 100, 8]
nn.avgPool1d(101).forward(sequence)
// @ts-expect-error avgPool3d: takes [batch, depth, height, width, channels], not [number, 28, 28, 6]
nn.avgPool3d(2).forward(picture)
// @ts-expect-error lpPool2d: takes [batch, height, width, channels], not [4, 100, 8]
nn.lpPool2d(2, 2).forward(sequence)
// @ts-expect-error stochasticPool2d: the window 29 is larger than [number, 28, 28, 6]
nn.stochasticPool2d(29).forward(picture)
// @ts-expect-error adaptiveAvgPool2d: takes [batch, height, width, channels], not [32, 784]
nn.adaptiveAvgPool2d(7).forward(flat)
// @ts-expect-error adaptiveMaxPool1d: takes [batch, length, channels], not [number, 28, 28, 6]
nn.adaptiveMaxPool1d(7).forward(picture)
// @ts-expect-error linear: takes [..., 7], not [number, 6]
picture.pipe(nn.globalAvgPool(), nn.linear(7, 2))
// @ts-expect-error globalMaxPool: takes [batch, ..., channels]
nn.globalMaxPool().forward(flat)
// @ts-expect-error maxUnpool2d: takes [batch, height, width, channels], not [4, 100, 8]
nn.maxUnpool2d(2).forward(sequence, any)

// Sizes, pixels and margins.
shape(nn.upsample1d(2).forward(sequence)).is<[4, 200, 8]>()
shape(nn.upsample2d([2, 3], { mode: 'bilinear' }).forward(picture)).is<[number, 56, 84, 6]>()
shape(nn.upsample3d(2).forward(volume)).is<[2, 32, 30, 28, 1]>()
shape(nn.resize1d(7).forward(sequence)).is<[4, 7, 8]>()
shape(nn.resize2d([7, 9]).forward(picture)).is<[number, 7, 9, 6]>()
shape(nn.resize3d(8).forward(volume)).is<[2, 8, 8, 8, 1]>()
shape(nn.pixelUnshuffle(2).forward(picture)).is<[number, 14, 14, 24]>()
shape(picture.pipe(nn.conv2d(6, 8, 1), nn.pixelShuffle(2))).is<[number, 56, 56, 2]>()
shape(nn.zeroPad1d([[1, 0]]).forward(sequence)).is<[4, 101, 8]>()
shape(nn.zeroPad2d(3).forward(picture)).is<[number, 34, 34, 6]>()
shape(nn.zeroPad3d([1, 0, [2, 3]]).forward(volume)).is<[2, 18, 15, 19, 1]>()
shape(nn.reflectionPad2d([1, [0, 2]]).forward(picture)).is<[number, 30, 30, 6]>()
shape(nn.replicationPad1d(2).forward(sequence)).is<[4, 104, 8]>()
shape(nn.circularPad3d(1).forward(volume)).is<[2, 18, 17, 16, 1]>()
shape(nn.constantPad2d(1, 0.5).forward(picture)).is<[number, 30, 30, 6]>()
shape(nn.sequential(nn.reflectionPad2d(1), nn.conv2d(6, 3, 3)).forward(picture)).is<[number, 28, 28, 3]>()
// @ts-expect-error upsample2d: takes [batch, height, width, channels], not [4, 100, 8]
nn.upsample2d(2).forward(sequence)
// @ts-expect-error upsample1d: one scale
nn.upsample1d([2, 2])
// @ts-expect-error linear: takes [..., 5], not [number, 7, 9, 6]
picture.pipe(nn.resize2d([7, 9]), nn.linear(5, 2))
// @ts-expect-error resize3d: takes [batch, depth, height, width, channels], not [number, 28, 28, 6]
nn.resize3d(8).forward(picture)
// @ts-expect-error pixelShuffle: 6 channels do not divide by 4
nn.pixelShuffle(2).forward(picture)
// @ts-expect-error pixelUnshuffle: 28 rows do not divide by 3
nn.pixelUnshuffle(3).forward(picture)
// @ts-expect-error zeroPad1d: takes [batch, length, channels], not [number, 28, 28, 6]
nn.zeroPad1d(1).forward(picture)
// @ts-expect-error reflectionPad2d: two margins
nn.reflectionPad2d([1, 1, 1])
// @ts-expect-error replicationPad3d: takes [batch, depth, height, width, channels], not [number, 28, 28, 6]
nn.replicationPad3d(1).forward(picture)
// @ts-expect-error conv2d: takes [batch, height, width, 7], not [number, 30, 30, 6]
picture.pipe(nn.circularPad2d(1), nn.conv2d(7, 3, 3))
// @ts-expect-error constantPad1d: takes [batch, length, channels], not [32, 784]
nn.constantPad1d(1, 0).forward(flat)

// Generic code.
class Net<C extends number> extends nn.Module {
  readonly down: nn.Conv2d<6, C, { window: 3; stride: 2; padding: 1; dilation: 1 }>
  readonly norm: nn.BatchNorm2d<C>

  constructor(channels: C) {
    super()
    this.down = nn.conv2d(6, channels, 3, { stride: 2, padding: 1 })
    this.norm = nn.batchNorm2d(channels)
  }
  forward<const B extends number>(x: Tensor<[B, 28, 28, 6]>): Tensor<[B, C]> {
    return x.pipe(this.down, this.norm, nn.relu, nn.upsample2d(2), nn.maxPool2d(2), nn.globalAvgPool())
  }
}
shape(new Net(4).forward(picture)).is<[number, 4]>()
