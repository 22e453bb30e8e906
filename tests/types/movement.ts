import { concat, stack } from '../../src/tensor/functions.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape, type } from './assert.js'

declare const x: Tensor<[128, 784]>
declare const vector: Tensor<[784]>
declare const images: Tensor<[32, 28, 28, 1]>
declare const batch: Tensor<[number, 784]>
declare const unknown: Tensor

shape(x.reshape([128, 28, 28])).is<[128, 28, 28]>()
shape(x.reshape([128, 28, -1])).is<[128, 28, 28]>()
shape(x.reshape([-1])).is<[100352]>()
shape(images.reshape([32, -1])).is<[32, 784]>()
shape(batch.reshape([-1, 28, 28])).is<[number, 28, 28]>()
shape(batch.reshape([x.shape[0], 28, 28, 1])).is<[number, 28, 28, 1]>()
shape(unknown.reshape([3, 4])).is<[3, 4]>()
shape(unknown.reshape([3, -1])).is<[3, number]>()
shape(x.reshape(unknown.shape)).is<any>()
// @ts-expect-error reshape: 100352 elements do not fit [128, 28, 29]
x.reshape([128, 28, 29])
// @ts-expect-error reshape: 784 elements do not fit [10, -1]
vector.reshape([10, -1])
// @ts-expect-error reshape: only one size can be -1
x.reshape([-1, -1])

shape(x.flatten()).is<[100352]>()
shape(images.flatten(1)).is<[32, 784]>()
shape(images.flatten(1, 2)).is<[32, 784, 1]>()
shape(images.flatten(0, -2)).is<[25088, 1]>()
shape(batch.flatten()).is<[number]>()
shape(unknown.flatten()).is<any>()
// @ts-expect-error flatten: axis 2 is out of range for rank 2
x.flatten(2)

shape(x.permute([1, 0])).is<[784, 128]>()
shape(images.permute([0, 3, 1, 2])).is<[32, 1, 28, 28]>()
shape(images.permute([-1, 0, 1, -2])).is<[1, 32, 28, 28]>()
shape(unknown.permute([1, 0])).is<any>()
// @ts-expect-error permute: [0, 0] does not name each of 2 axes once
x.permute([0, 0])
// @ts-expect-error permute: [0] does not name each of 2 axes once
x.permute([0])
// @ts-expect-error permute: [0, 2] does not name each of 2 axes once
x.permute([0, 2])

shape(x.transpose()).is<[784, 128]>()
shape(images.transpose(0, -1)).is<[1, 28, 28, 32]>()
// @ts-expect-error transpose: axis 4 is out of range for rank 4
images.transpose(0, 4)

shape(images.squeeze()).is<[32, 28, 28]>()
shape(images.squeeze(-1)).is<[32, 28, 28]>()
shape(batch.squeeze()).is<any>()
shape(batch.squeeze(0)).is<[784]>()
// @ts-expect-error squeeze: axis 1 has size 28, not 1
images.squeeze(1)
// @ts-expect-error squeeze: axis 4 is out of range for rank 4
images.squeeze(4)
shape(vector.unsqueeze(0)).is<[1, 784]>()
shape(vector.unsqueeze(-1)).is<[784, 1]>()
shape(x.unsqueeze(2)).is<[128, 784, 1]>()
shape(x.unsqueeze(1)).is<[128, 1, 784]>()
// @ts-expect-error unsqueeze: axis 3 is out of range for rank 3
x.unsqueeze(3)

shape(vector.expand([5, 784])).is<[5, 784]>()
shape(vector.expand([5, -1])).is<[5, 784]>()
shape(images.expand([32, 28, 28, 3])).is<[32, 28, 28, 3]>()
// @ts-expect-error expand: [784] does not expand to [784, 5]
vector.expand([784, 5])
// @ts-expect-error expand: [128, 784] does not expand to [784]
x.expand([784])

shape(x.at(3)).is<[784]>()
shape(x.at(3, 1)).is<[128]>()
shape(x.slice(3)).is<[784]>()
shape(x.slice(null, 4)).is<[128]>()
shape(x.slice([2, 5])).is<[3, 784]>()
shape(x.slice([2, -1], [0, 784, 3])).is<[125, 262]>()
shape(x.slice([120, 200], [null, null, -1])).is<[8, 784]>()
shape(x.slice([-3], [5, 2])).is<[3, 0]>()
shape(x.slice([1, 5, -1])).is<[0, 784]>()
shape(x.slice([5, 1, -2], [-2, null, -100])).is<[2, 8]>()
shape(batch.slice([2, 5])).is<[number, 784]>()
shape(x.slice([2 as number, 5])).is<[number, 784]>()
shape(x.slice(0 as number | null)).is<any>()
// @ts-expect-error slice: index 128 is outside axis 0 of [128, 784]
x.slice(128)
// @ts-expect-error slice: index -785 is outside axis 1 of [128, 784]
x.slice('...', -785)
shape(images.slice('...', 0)).is<[32, 28, 28]>()
shape(images.slice(0, '...', [null, null, -1])).is<[28, 28, 1]>()
shape(images.slice(':', [1, -1], [1, -1])).is<[32, 26, 26, 1]>()
shape(unknown.slice(0)).is<any>()
// @ts-expect-error slice: 3 specs for rank 2
x.slice(1, 2, 3)
// @ts-expect-error at: index 128 is outside axis 0 of [128, 784]
x.at(128)
// @ts-expect-error at: axis 2 is out of range for rank 2
x.at(0, 2)

shape(x.flip(0).roll(1, 0)).is<[128, 784]>()
shape(x.tile([2, 3])).is<[256, 2352]>()
shape(x.repeat(2, 1)).is<[128, 1568]>()
shape(vector.repeat(3)).is<[2352]>()
shape(x.pad(1)).is<[130, 786]>()
shape(x.pad([0, [1, 2]])).is<[128, 787]>()
shape(batch.pad(1)).is<[number, 786]>()
shape(x.pad(1 as number)).is<[number, number]>()
// @ts-expect-error pad: 1 paddings for rank 2
x.pad([1])
shape(images.moveAxis(-1, 1)).is<[32, 1, 28, 28]>()
shape(images.moveAxis([0, -1], [-1, 0])).is<[1, 28, 28, 32]>()
shape(unknown.moveAxis(0, 1)).is<any>()
// @ts-expect-error moveAxis: axis 4 is out of range for rank 4
images.moveAxis(4, 0)
// @ts-expect-error moveAxis: 2 axes for 1 places
images.moveAxis([0, 1], [0])

shape(concat([x, x])).is<[256, 784]>()
shape(concat([x, batch])).is<[number, 784]>()
shape(concat([x, x, x], 1)).is<[128, 2352]>()
shape(concat([images, images.expand([32, 28, 28, 3])], -1)).is<[32, 28, 28, 4]>()
shape(concat([x, unknown])).is<any>()
shape(concat([] as Tensor<[3, 4]>[])).is<[number, 4]>()
shape(concat([] as Tensor<[3, 4]>[], -1)).is<[3, number]>()
// @ts-expect-error concat: axis 2 is out of range for rank 2
concat([x, x], 2)
// @ts-expect-error concat: sizes 784 and 128 differ on axis 1
concat([x, x.transpose()])
// @ts-expect-error concat: ranks 2 and 1 differ
concat([x, vector])

shape(stack([vector, vector])).is<[2, 784]>()
shape(stack([vector, vector, vector], -1)).is<[784, 3]>()
shape(stack([x, batch], 1)).is<[128, 2, 784]>()
shape(stack([] as Tensor<[3, 4]>[])).is<[number, 3, 4]>()
shape(stack([] as Tensor<[3, 4]>[], -1)).is<[3, 4, number]>()
// @ts-expect-error stack: axis 2 is out of range for rank 2
stack([vector, vector], 2)
// @ts-expect-error stack: ranks 1 and 2 differ
stack([vector, x])
// @ts-expect-error stack: sizes 128 and 784 differ on axis 0
stack([x, x.transpose()])

const [query, key, value] = x.split([384, 384, 16], 1)
shape(query).is<[128, 384]>()
shape(key).is<[128, 384]>()
shape(value).is<[128, 16]>()
type(x.split(4)).is<Tensor<[32, 784]>[]>()
type(x.split(2, -1)).is<Tensor<[128, 392]>[]>()
// @ts-expect-error split: axis 1 of size 784 does not divide into 3 equal parts
x.split(3, 1)
// @ts-expect-error split: sizes [100, 100] do not add up to 128, the size of axis 0
x.split([100, 100])
// @ts-expect-error split: sizes [100, 100, -1] do not add up to 128, the size of axis 0
x.split([100, 100, -1])
const [front, back] = x.split([100, -1])
shape(front).is<[100, 784]>()
shape(back).is<[28, 784]>()
shape(x.split([1, 2] as number[])[0]).is<[number, 784]>()

// One axis or another: nothing is claimed.
const someAxis: 0 | 1 = 0 as 0 | 1
shape(x.sum(someAxis)).is<any>()
shape(x.transpose(someAxis, 1)).is<any>()
shape(x.unsqueeze(someAxis)).is<any>()
shape(concat([x, x], someAxis)).is<any>()
shape(vector.unsqueeze([0, -1])).is<[1, 784, 1]>()
// @ts-expect-error roll: axis 2 is out of range for rank 2
x.roll(1, 2)
// @ts-expect-error flatten: axis 1 lies behind axis 0
x.flatten(1, 0)

// Ranks above the usual ones.
declare const deep: Tensor<[2, 3, 4, 5, 6, 7, 8]>
shape(deep.sum(-1)).is<[2, 3, 4, 5, 6, 7]>()
shape(deep.sum([0, 6], { keepDims: true })).is<[1, 3, 4, 5, 6, 7, 1]>()
shape(concat([deep, deep], -2)).is<[2, 3, 4, 5, 6, 14, 8]>()
shape(stack([deep, deep], 7)).is<[2, 3, 4, 5, 6, 7, 8, 2]>()
shape(deep.flatten(5)).is<[2, 3, 4, 5, 6, 56]>()
shape(deep.permute([6, 5, 4, 3, 2, 1, 0])).is<[8, 7, 6, 5, 4, 3, 2]>()
// @ts-expect-error sum: axis 7 is out of range for rank 7
deep.sum(7)
// @ts-expect-error permute: [6, 5, 4, 3, 2, 1, 1] does not name each of 7 axes once
deep.permute([6, 5, 4, 3, 2, 1, 1])

shape(vector.tile([2, 3])).is<[2, 2352]>()
shape(x.tile(3)).is<[128, 2352]>()
shape(unknown.repeat(2)).is<[number]>()
// @ts-expect-error sum: axis 0 is named twice
x.sum([0, -2])
// @ts-expect-error reshape: beside a size 0 a -1 could be anything; write it out
x.slice([0, 0]).reshape([0, -1])
shape(x.sum().flatten(0)).is<[1]>()
shape(x.slice([0, 0]).reshape([784, 0])).is<[784, 0]>()
