import { expect, test } from 'vitest'
import { ones } from '../../src/operations/creation.js'
import { concat, einsum, stack, where } from '../../src/tensor/functions.js'
import { Tensor } from '../../src/tensor/tensor.js'
import type { Shape, Writable } from '../../src/tensor/types/index.js'

const make = <const S extends Shape>(...shape: S): Tensor<Writable<S>> => new Tensor(ones(shape))

/** The shape that the type claims, which the compiler holds the second argument to, is the shape at run time. */
function agree<S extends Shape>(tensor: Tensor<S>, claimed: NoInfer<S>): void {
  expect(tensor.shape).toEqual(claimed)
}

const x = make(6, 4)
const vector = make(4)
const column = make(6, 1)
const images = make(2, 8, 8, 3)
const square = make(5, 3, 3)
const indices = make(2, 5).mul(0).cast('int32')

test('elementwise', () => {
  agree(x.add(vector), [6, 4])
  agree(vector.mul(column), [6, 4])
  agree(column.sub(1).div(2), [6, 1])
  agree(images.less(make(8, 1, 3)), [2, 8, 8, 3])
  agree(where(column.greater(0), vector, 0), [6, 4])
  agree(column.greater(0).where(1, vector), [6, 4])
  agree(x.relu().clip(0, 1).sigmoid(), [6, 4])
  agree(x.allClose(x), [])
})

test('reductions', () => {
  agree(images.sum(), [])
  agree(images.mean([1, 2]), [2, 3])
  agree(images.max(-1), [2, 8, 8])
  agree(images.variance([0, -1], { keepDims: true }), [1, 8, 8, 1])
  agree(images.logSumExp(undefined, { keepDims: true }), [1, 1, 1, 1])
  agree(images.argMax(3), [2, 8, 8])
  agree(images.argMin(), [])
  agree(images.cumSum(1).softmax(), [2, 8, 8, 3])
})

test('products', () => {
  agree(x.matmul(make(4, 7)), [6, 7])
  agree(x.matmul(vector), [6])
  agree(vector.matmul(make(4, 7)), [7])
  agree(vector.matmul(vector), [])
  agree(vector.matmul(make(2, 4, 7)), [2, 7])
  agree(make(2, 1, 6, 4).matmul(make(3, 4, 5)), [2, 3, 6, 5])
  agree(vector.dot(vector), [])
  agree(x.outer(vector), [24, 4])
  agree(einsum('bhwc,cd->bdwh', images, make(3, 5)), [2, 5, 8, 8])
  agree(einsum('bii->b', square), [5])
})

test('movement', () => {
  agree(images.reshape([2, 64, -1]), [2, 64, 3])
  agree(images.reshape([-1]), [384])
  agree(images.flatten(), [384])
  agree(images.flatten(1), [2, 192])
  agree(images.flatten(-3, 2), [2, 64, 3])
  agree(make().flatten(), [1])
  agree(images.permute([3, 0, -2, 1]), [3, 2, 8, 8])
  agree(images.transpose(), [2, 8, 3, 8])
  agree(images.transpose(0, -1), [3, 8, 8, 2])
  agree(column.expand([2, -1, 4]), [2, 6, 4])
  agree(column.squeeze(), [6])
  agree(make(1, 2, 1).squeeze([0, -1]), [2])
  agree(x.unsqueeze(0), [1, 6, 4])
  agree(x.unsqueeze(-1), [6, 4, 1])
  agree(x.unsqueeze(-2), [6, 1, 4])
  agree(images.slice(0, '...', 1), [8, 8])
  agree(images.slice(':', 3, null), [2, 8, 3])
  agree(images.at(0, -1), [2, 8, 8])
  agree(x.flip().roll(1), [6, 4])
  agree(x.tile([2, 3]), [12, 12])
  agree(x.repeat(3, 0), [18, 4])
  agree(x.repeat(3), [72])
  agree(concat([x, make(6, 3), column], 1), [6, 8])
  agree(concat([x, x], -2), [12, 4])
  agree(stack([x, x, x]), [3, 6, 4])
  agree(stack([x, x, x], -1), [6, 4, 3])
  agree(x.split(3)[1], [2, 4])
  const [left, right] = x.split([1, 3], -1)
  agree(left, [6, 1])
  agree(right, [6, 3])
})

test('indexing', () => {
  agree(x.take(indices), [2, 5, 4])
  agree(x.take(indices, -1), [6, 2, 5])
  agree(x.take(3), [4])
  agree(make(2, 9).takeAlongAxis(indices), [2, 5])
  agree(make(2, 9).takeAlongAxis(indices.slice(null, [0, 1]).reshape([2, 1]), 1), [2, 1])
  agree(make(1, 5).takeAlongAxis(indices, 0), [2, 5])
  agree(x.scatterAdd(make(3).mul(0).cast('int32'), 1), [6, 4])
  agree(x.sort().argSort(0), [6, 4])
  agree(x.topK(2).values, [6, 2])
  agree(x.topK(2, 0).indices, [2, 4])
  agree(vector.searchSorted(x), [6, 4])
  agree(indices.oneHot(7), [2, 5, 7])
})

test('linear algebra', () => {
  agree(square.tril().triu(), [5, 3, 3])
  agree(square.diagonal(), [5, 3])
  agree(vector.diagonalMatrix(), [4, 4])
  agree(square.trace(), [5])
  agree(square.determinant(), [5])
  agree(square.qr().q, [5, 3, 3])
  agree(square.qr().r, [5, 3, 3])
  agree(square.eigh().values, [5, 3])
  agree(square.svd().s, [5, 3])
  agree(square.lu().permutation, [5, 3])
  agree(square.solve(make(5, 3)), [5, 3])
  agree(x.rfft().irfft(4), [6, 4])
  agree(x.rfft(0).irfft(6, 0), [6, 4])
})

test('sizes that follow by arithmetic', () => {
  agree(x.slice([1, 3]), [2, 4])
  agree(x.rfft(), [6, 3, 2])
  agree(x.qr().q, [6, 4])
  agree(x.svd().vt, [4, 4])
  agree(x.pad(1), [8, 6])
  agree(square.solve(make(3)), [5, 3])
})
