import { conv, convTranspose, gridSample, interpolate1d } from '../../src/tensor/functions/convolutions.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

// Operations on sequences, pictures and volumes.

declare const sequence: Tensor<[4, 100, 8]>
declare const picture: Tensor<[number, 28, 28, 6]>
declare const matrix: Tensor<[32, 784]>
declare const unknown: Tensor
declare const kernel: Tensor<[3, 5, 6, 9]>
declare const grid: Tensor<[8, 5, 7, 2]>

shape(picture.maxPool(2)).is<[number, 14, 14, 6]>()
shape(picture.maxPool([2, 3], { stride: 1, padding: 'same' })).is<[number, 28, 28, 6]>()
shape(picture.avgPool(3, { stride: 2, padding: 1, countPadding: false })).is<[number, 14, 14, 6]>()
shape(sequence.sumPool(4)).is<[4, 25, 8]>()
shape(sequence.lpPool(2, 3, { stride: 1 })).is<[4, 98, 8]>()
shape(unknown.maxPool(2)).is<any>()
shape(picture.maxPoolWithIndices(2).indices).is<[number, 14, 14, 6]>()
shape(picture.maxUnpool(unknown, [56, 57])).is<[number, 56, 57, 6]>()
shape(picture.adaptiveAvgPool(7)).is<[number, 7, 7, 6]>()
shape(sequence.adaptiveMaxPool([3])).is<[4, 3, 8]>()
shape(picture.resize([7, 9], { mode: 'bicubic' })).is<[number, 7, 9, 6]>()
shape(picture.resize(7 as number)).is<[number, number, number, 6]>()
shape(picture.unfold([3, 2])).is<[number, 26, 27, 3, 2, 6]>()
shape(sequence.unfold(3, { stride: 2, dilation: 2 })).is<[4, 48, 3, 8]>()
shape(conv(picture, kernel)).is<[number, 26, 24, 9]>()
shape(conv(picture, kernel, { padding: 'same', stride: 2 })).is<[number, 14, 14, 9]>()
shape(conv(unknown, kernel)).is<any>()
shape(conv(picture, unknown)).is<any>()
shape(convTranspose(picture, kernel, { stride: 2 })).is<[number, 57, 59, 9]>()
shape(convTranspose(picture, kernel, { stride: [2, 1], padding: 1, outputPadding: [1, 0] })).is<[number, 56, 30, 9]>()
shape(convTranspose(picture, kernel, { padding: 'same', stride: 3 })).is<[number, 84, 84, 9]>()
shape(convTranspose(picture, unknown)).is<any>()
shape(picture.unfold([3, 2]).fold([28, 28])).is<[number, 28, 28, 6]>()
shape(picture.unfold([3, 2]).fold(28)).is<[number, 28, 28, 6]>()
shape(sequence.unfold(3).fold(100 as number)).is<[4, number, 8]>()
shape(unknown.fold([28, 28])).is<any>()
// @ts-expect-error fold: takes [batch, ...places, ...window, channels], not [32, 784]
matrix.fold(28)
// @ts-expect-error fold: takes [batch, ...places, ...window, channels], not [4, 98, 3, 8]
sequence.unfold(3).fold([28, 28])
// @ts-expect-error convTranspose: 9 outputs do not divide into 2 groups
convTranspose(picture, unknown as Tensor<[3, 3, 3, 9]>, { groups: 2 })
shape(gridSample(picture, grid)).is<[8, 5, 7, 6]>()
shape(interpolate1d(matrix, unknown, unknown)).is<[32, 784]>()
// @ts-expect-error maxPool: takes [batch, ...spatial axes, channels], not [32, 784]
matrix.maxPool(2)
// @ts-expect-error avgPool: a window is larger than [number, 28, 28, 6]
picture.avgPool([2, 29])
// @ts-expect-error resize: takes [batch, ...spatial axes, channels], not [32, 784]
matrix.resize(3)
// @ts-expect-error unfold: a window is larger than [4, 100, 8]
sequence.unfold(101)
// @ts-expect-error conv: [4, 100, 8] and [3, 5, 6, 9] have different ranks
conv(sequence, kernel)
// @ts-expect-error conv: 6 channels, the kernel takes others
conv(picture, kernel, { groups: 3 })
// @ts-expect-error conv: 9 outputs do not divide into 2 groups
conv(picture, unknown as Tensor<[3, 3, 3, 9]>, { groups: 2 })
