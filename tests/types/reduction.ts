import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const x: Tensor<[128, 784]>
declare const images: Tensor<[32, 28, 28, 3]>
declare const batch: Tensor<[number, 784]>
declare const scalar: Tensor<[]>
declare const unknown: Tensor

shape(x.sum()).is<[]>()
shape(x.sum(0)).is<[784]>()
shape(x.mean(-1)).is<[128]>()
shape(x.max(1, { keepDims: true })).is<[128, 1]>()
shape(x.sum(undefined, { keepDims: true })).is<[1, 1]>()
shape(images.mean([1, 2])).is<[32, 3]>()
shape(images.variance([0, 1, -2], { keepDims: true, correction: 1 })).is<[1, 1, 1, 3]>()
shape(images.std([0, 1, 2, 3])).is<[]>()
shape(batch.logSumExp(1)).is<[number]>()
shape(batch.norm(1, { order: 1, keepDims: true })).is<[number, 1]>()
shape(x.any().all()).is<[]>()
shape(x.prod(0).min()).is<[]>()
shape(unknown.sum()).is<[]>()
shape(unknown.sum(0)).is<any>()
shape(x.sum(0 as number)).is<any>()
shape(x.sum([0, 1] as number[])).is<any>()
shape(x.sum(0, { keepDims: true as boolean })).is<any>()

// @ts-expect-error sum: axis 3 is out of range for rank 2
x.sum(3)
// @ts-expect-error mean: axis -3 is out of range for rank 2
x.mean(-3)
// @ts-expect-error max: axis 2 is out of range for rank 2
x.max([0, 2])
// @ts-expect-error sum: axis 0 is out of range for rank 0
scalar.sum(0)
// @ts-expect-error an axis is a number
x.sum('0')
// @ts-expect-error no such option
x.sum(0, { keepdims: true })

shape(x.argMax(-1)).is<[128]>()
shape(x.argMax()).is<[]>()
shape(x.argMin(0, { keepDims: true })).is<[1, 784]>()
// @ts-expect-error argMax: axis 2 is out of range for rank 2
x.argMax(2)

shape(x.cumSum(0)).is<[128, 784]>()
shape(x.cumMax(-1, { reverse: true })).is<[128, 784]>()
// @ts-expect-error cumSum: axis 2 is out of range for rank 2
x.cumSum(2)
