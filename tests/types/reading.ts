import type { NestedArray } from '../../src/core/elements.js'
import { tensor } from '../../src/tensor/create.js'
import { full, ones, zeros } from '../../src/tensor/fill.js'
import * as random from '../../src/tensor/random.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape, type } from './assert.js'

declare const x: Tensor<[8, 16]>
declare const batch: Tensor<[number, 16]>
declare const scalar: Tensor<[]>
declare const unknown: Tensor

// Nested arrays are as deep as the tensor.
async function arrays(): Promise<void> {
  type(await x.array()).is<number[][]>()
  type(await batch.array()).is<number[][]>()
  type(await scalar.array()).is<number>()
  type(await unknown.array()).is<NestedArray>()
}
void arrays
type(x.sum(0).arraySync()).is<number[]>()
type(x.arraySync()[0][3]).is<number>()

type(x.dim(0)).is<8>()
type(x.dim(-1)).is<16>()
type(batch.dim(0)).is<number>()
type(unknown.dim(3)).is<number>()
// @ts-expect-error dim: axis 2 is out of range for rank 2
x.dim(2)

// What is made with the sizes of another tensor has its shape.
shape(zeros(x.shape)).is<[8, 16]>()
shape(ones(batch.shape)).is<[number, 16]>()
shape(full(unknown.shape, 1)).is<any>()
shape(random.normal(x.shape)).is<[8, 16]>()
shape(random.uniform(scalar.shape)).is<[]>()
shape(tensor(new Float32Array(128), x.shape)).is<[8, 16]>()
shape(zeros([...x.shape])).is<number[]>()
shape(zeros(x.shape.slice(1))).is<number[]>()
const sizes: readonly number[] = x.shape
const [rows, columns] = x.shape
shape(zeros([rows, columns])).is<[number, number]>()

function noise<S extends readonly number[]>(x: Tensor<S>): Tensor<S> {
  return x.add(random.normal(x.shape).mul(0.1))
}
shape(noise(x)).is<[8, 16]>()
function images<B extends number>(x: Tensor<[B, 784]>): Tensor<[B, 28, 28]> {
  return x.reshape([x.dim(0), 28, 28])
}
shape(images(zeros([4, 784]))).is<[4, 28, 28]>()

shape(tensor([])).is<[0]>()
shape(tensor([new Float32Array(3), new Float32Array(3)])).is<[2, number]>()
shape(tensor(new Float32Array(3))).is<[number]>()
shape(tensor([[[[[[[1, 2]]]]]]])).is<[1, 1, 1, 1, 1, 1, 2]>()
shape(
  tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]),
).is<[3, 2]>()
shape(
  tensor(
    [
      [1, 2],
      [3, 4],
    ],
    undefined,
    'int32',
  ),
).is<[2, 2]>()
shape(tensor([[1], [2]] as number[][])).is<[number, number]>()
// @ts-expect-error tensor: the rows are of different lengths; all need the same
tensor([[1, 2], [3]])
// @ts-expect-error tensor: the rows are of different lengths; all need the same
tensor([[[1, 2]], [[3]]])

export { sizes }
