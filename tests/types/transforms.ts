import { grad, jvp, valueAndGrad } from '../../src/tensor/gradients.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { hessian, jacobian, vmap } from '../../src/tensor/vmap.js'
import { shape, type } from './assert.js'

declare const x: Tensor<[8, 3]>
declare const labels: Tensor<[8]>
declare const fewer: Tensor<[7]>
declare const weights: Tensor<[3]>
declare const batch: Tensor<[number, 3]>
declare const unknown: Tensor

// Gradients are of scalars.
shape(grad(weights.square().sum(), weights)).is<[3]>()
// @ts-expect-error y has shape [3]
grad(weights.square(), weights)
const loss = (w: Tensor<[3]>, x: Tensor<[3]>, y: Tensor<[]>): Tensor<[]> => w.mul(x).sum().sub(y).square()
shape(grad(loss)(weights, x.at(0), labels.at(0))).is<[3]>()
shape(valueAndGrad(loss)(weights, x.at(0), labels.at(0))[0]).is<[]>()
// @ts-expect-error not a scalar
grad((w: Tensor<[3]>) => w.square())
// @ts-expect-error not a scalar
valueAndGrad((w: Tensor<[3]>) => w.square())
grad((w: Tensor) => w.square())(unknown)
shape(jvp((w) => w.square(), weights, weights)[1]).is<[3]>()

// One axis more, for as many calls as there are.
const perExample = vmap(grad(loss), { inAxes: [null, 0, 0] })
shape(perExample(weights, x, labels)).is<[8, 3]>()
shape(perExample(weights, batch, unknown)).is<[number, 3]>()
// @ts-expect-error 8 and 7 calls
perExample(weights, x, fewer)
// @ts-expect-error vectors of 3
perExample(weights, x.transpose(), labels)
shape(vmap((x: Tensor<[3]>) => x.sum())(x)).is<[8]>()
shape(vmap((x: Tensor<[3]>) => x.sum(), { inAxes: 1 })(x.transpose())).is<[8]>()
shape(vmap((x: Tensor<[3]>) => x.mul(2), { outAxis: -1 })(x)).is<[3, 8]>()
shape(vmap((x: Tensor<[3]>) => x.mul(2), { outAxis: 0 as number })(x)).is<any>()
shape(vmap((x: Tensor) => x.sum())(unknown)).is<[number]>()
type(vmap((x: Tensor<[3]>) => ({ a: x, b: [x.sum()] as const }))(x)).is<{
  a: Tensor<[8, 3]>
  b: readonly [Tensor<[8]>]
}>()

shape(jacobian((w: Tensor<[3]>) => x.matmul(w))(weights)).is<[8, 3]>()
shape(jacobian((w) => w.mul(2))(unknown)).is<number[]>()
shape(hessian((w: Tensor<[3]>) => w.square().sum())(weights)).is<[3, 3]>()
// @ts-expect-error not a scalar
hessian((w: Tensor<[3]>) => w.square())
