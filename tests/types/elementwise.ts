import { where } from '../../src/tensor/functions.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import type { Parameter, Variable } from '../../src/tensor/variable.js'
import { shape } from './assert.js'

declare const a: Tensor<[128, 784]>
declare const vector: Tensor<[784]>
declare const column: Tensor<[128, 1]>
declare const scalar: Tensor<[]>
declare const batch: Tensor<[number, 784]>
declare const unknown: Tensor
declare const eleven: Tensor<[11]>
declare const images: Tensor<[32, 28, 28, 3]>
declare const channels: Tensor<[3]>

shape(a.add(a)).is<[128, 784]>()
shape(a.add(vector)).is<[128, 784]>()
shape(vector.add(a)).is<[128, 784]>()
shape(a.mul(column)).is<[128, 784]>()
shape(column.mul(vector)).is<[128, 784]>()
shape(a.sub(1)).is<[128, 784]>()
shape(a.sub(scalar)).is<[128, 784]>()
shape(scalar.div(a)).is<[128, 784]>()
shape(images.sub(channels).div(channels)).is<[32, 28, 28, 3]>()
shape(a.relu().exp().neg()).is<[128, 784]>()
shape(a.cast('int32')).is<[128, 784]>()
shape(a.clip(0, 1)).is<[128, 784]>()

// Unknown sizes: a known one wins, but 1 may stretch to anything.
shape(batch.add(a)).is<[128, 784]>()
shape(a.add(batch)).is<[128, 784]>()
shape(batch.add(batch)).is<[number, 784]>()
shape(batch.add(vector)).is<[number, 784]>()
shape(column.add(batch)).is<[128, 784]>()
declare const someColumns: Tensor<[128, number]>
shape(column.add(someColumns)).is<[128, number]>()
shape(someColumns.add(column)).is<[128, number]>()
shape(a.add(unknown)).is<any>()
shape(unknown.add(a)).is<any>()
shape(unknown.add(1)).is<any>()

// @ts-expect-error shapes [128, 784] and [11] do not broadcast
a.add(eleven)
// @ts-expect-error shapes [number, 784] and [11] do not broadcast
batch.add(eleven)
// @ts-expect-error not an operand
a.add('1')
// @ts-expect-error not an operand
a.add([1, 2])

shape(a.less(vector)).is<[128, 784]>()
shape(a.equal(0).logicalNot()).is<[128, 784]>()
shape(a.allClose(a)).is<[]>()
shape(where(a.less(0), 0, a)).is<[128, 784]>()
shape(where(column.less(0), vector, 0)).is<[128, 784]>()
shape(column.less(0).where(vector, scalar)).is<[128, 784]>()
// @ts-expect-error shapes [128, 784] and [11] do not broadcast
where(a.less(0), eleven, 0)
// @ts-expect-error shapes [128, 784] and [11] do not broadcast
where(column.less(0), vector, eleven)

// Variables and parameters are operands as their values are.
declare const weight: Parameter<[784, 10]>, bias: Variable<[784]>
shape(a.add(bias)).is<[128, 784]>()
shape(a.matmul(weight)).is<[128, 10]>()
shape(where(a.less(bias), bias, 0)).is<[128, 784]>()
shape(a.outer(bias)).is<[100352, 784]>()
// @ts-expect-error shapes [128, 784] and [784, 10] do not broadcast
a.add(weight)
// @ts-expect-error matmul: inner sizes 784 and 128 differ
a.matmul(a)
// A number or a tensor: what comes out depends on it.
shape(scalar.add(vector as Tensor<[784]> | number)).is<any>()

// What is expected of a result does not decide what it is.
declare function takesScalar(x: Tensor<[]>): void
// @ts-expect-error [784] is not []
takesScalar(vector.square())
// @ts-expect-error [784] is not []
takesScalar(vector.mul(2))
// @ts-expect-error [128] is not []
takesScalar(a.sum(1))
// @ts-expect-error [784, 128] is not [784]
const turned: Tensor<[784]> = a.transpose()

export { turned }
