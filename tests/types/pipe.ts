import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const x: Tensor<[128, 784]>
declare const narrow: Tensor<[128, 700]>
declare const weights: Tensor<[784, 10]>
declare const linear: { forward(x: Tensor<[number, 784]>): Tensor<[number, 10]> }
declare const softmax: (x: Tensor<[number, 10]>) => Tensor<[number, 10]>

shape(x.pipe((y) => y.matmul(weights))).is<[128, 10]>()
shape(x.pipe(linear)).is<[number, 10]>()
shape(x.pipe(linear, softmax)).is<[number, 10]>()
shape(
  x.pipe(
    linear,
    softmax,
    (y) => y.sum(-1),
    (y) => y.mean(),
  ),
).is<[]>()
// @ts-expect-error 700 features for 784
narrow.pipe(linear)
// @ts-expect-error softmax takes 10
x.pipe(softmax)
// @ts-expect-error matmul: inner sizes 784 and 700 differ
x.pipe((y) => y.matmul(narrow.transpose()))
