import { concat, einsum, stack, where } from '../../src/tensor/functions.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import type { Shape } from '../../src/tensor/types/index.js'
import { shape } from './assert.js'

declare const weights: Tensor<[784, 10]>
declare const narrow: Tensor<[700, 10]>
declare const bias: Tensor<[10]>
declare const scalar: Tensor<[]>

// A size that is a type parameter is carried through.
function classify<N extends number>(x: Tensor<[N, 784]>): Tensor<[N, 10]> {
  const logits = x.matmul(weights).add(bias).relu()
  shape(logits).is<[N, 10]>()
  shape(logits.add(logits)).is<[N, 10]>()
  shape(logits.sub(logits.max(1, { keepDims: true }))).is<[N, 10]>()
  shape(logits.sum(-1)).is<[N]>()
  shape(logits.transpose()).is<[10, N]>()
  shape(logits.transpose().matmul(logits)).is<[10, 10]>()
  shape(x.unsqueeze(1)).is<[N, 1, 784]>()
  shape(x.at(0)).is<[784]>()
  // @ts-expect-error matmul: inner sizes 784 and 700 differ
  x.matmul(narrow)
  return logits
}
declare const x: Tensor<[128, 784]>
declare const batch: Tensor<[number, 784]>
shape(classify(x)).is<[128, 10]>()
shape(classify(batch)).is<[number, 10]>()
// @ts-expect-error another number of features
classify(narrow)

// A shape that is a type parameter: elementwise work keeps it.
function normalize<S extends Shape>(x: Tensor<S>): Tensor<S> {
  const centred = x.sub(x.mean())
  return centred.div(centred.square().mean().sqrt().add(1e-5)).mul(2).add(scalar)
}
shape(normalize(x)).is<[128, 784]>()
function residual<S extends Shape>(x: Tensor<S>, f: (x: Tensor<S>) => Tensor<S>): Tensor<S> {
  return x.add(f(x)).relu()
}
shape(residual(x, (y) => y.tanh())).is<[128, 784]>()

// Everything else stays usable, and is known where the function is called.
function everything<S extends Shape, T extends Shape, N extends number>(a: Tensor<S>, b: Tensor<T>, c: Tensor<[N, 4]>) {
  const results: Tensor[] = [
    a.add(b),
    a.add(x),
    x.add(a),
    a.matmul(b),
    a.matmul(weights),
    a.sum(1),
    a.sum([0, 1]),
    a.mean(-1, { keepDims: true }),
    a.reshape([3, 4]),
    a.reshape([-1]),
    a.flatten(),
    a.permute([1, 0]),
    a.transpose(),
    a.expand([3, 4]),
    a.squeeze(),
    a.squeeze(0),
    a.unsqueeze(0),
    a.slice(0, [1, 2]),
    a.at(0),
    a.argMax(-1),
    a.cumSum(0),
    concat([a, b]),
    concat([a, a], 1),
    stack([a, a]),
    einsum('ij,jk->ik', a, b),
    where(a.less(b), a, 0),
    c.reshape([-1, 2, 2]),
    c.flatten(),
    c.add(x.reshape([-1, 4])),
    // @ts-expect-error shapes [number, 4] and [128, 784] do not broadcast
    c.add(x),
    c.matmul(c.transpose()),
    concat([c, c]),
    concat([c, c], 1),
    ...a.split(2),
    ...a.split([1, 2], 1),
  ]
  return results
}
everything(x, batch, weights.reshape([-1, 4]))

function rowSums<S extends Shape>(a: Tensor<S>) {
  return a.sum(-1)
}
shape(rowSums(x)).is<[128]>()

// By way of the plain Tensor, code that knows more than its types can say so.
function asserted<N extends number>(x: Tensor<[N, 784]>): Tensor<[N, 28, 28]> {
  const images: Tensor = x.reshape([-1, 28, 28])
  return images
}
shape(asserted(x)).is<[128, 28, 28]>()

// A size is one size: two uses of a type parameter that disagree are refused, not solved by a union.
function dense<I extends number>(x: Tensor<[number, I]>, w: Tensor<[I, 10]>): Tensor<[number, 10]> {
  return x.matmul(w)
}
declare const unknown: Tensor
declare const someFeatures: Tensor<[number, number]>
shape(dense(x, weights)).is<[number, 10]>()
dense(batch, weights)
dense(unknown, weights)
dense(x, unknown)
dense(someFeatures, weights)
// @ts-expect-error 784 features, 700 rows
dense(x, narrow)
// @ts-expect-error 784 features, 700 rows
dense(batch, narrow)
declare function same<S extends Shape>(a: Tensor<S>, b: Tensor<S>): Tensor<S>
shape(same(x, x)).is<[128, 784]>()
same(x, batch)
same(x, unknown)
// @ts-expect-error two shapes
same(x, narrow)

// Types of one's own over sizes follow the same rule: what is unknown fits.
interface State<H extends number> {
  readonly h: Tensor<[number, H]>
  readonly c: Tensor<[number, H]>
}
declare const state: State<32>, someState: State<number>, otherState: State<16>
const narrowed: State<32> = someState
const widened: State<number> = state
// @ts-expect-error sizes differ
const wrongState: State<32> = otherState
class Cell<H extends number> {
  declare weight: Tensor<[H, H]>
  step(x: Tensor<[number, H]>): Tensor<[number, H]> {
    return x.matmul(this.weight)
  }
}
declare const cell: Cell<32>, someCell: Cell<number>, otherCell: Cell<16>
const cells: Cell<32>[] = [cell, someCell]
const anyCells: Cell<number>[] = [cell, otherCell]
// @ts-expect-error sizes differ
const wrongCells: Cell<32>[] = [otherCell]

// One of two shapes can be used: what they agree on is not known, and whatever does not depend on it is.
declare const coin: boolean, wide: Tensor<[8, 16]>, tall: Tensor<[8, 1]>
const either = coin ? wide : tall
shape(either.relu().add(1)).is<any>()
shape(either.sum()).is<[]>()
shape(wide.add(either)).is<any>()
shape(either.matmul(either.transpose())).is<any>()
const used: Tensor[] = [
  either.reshape([-1]),
  either.split(2)[0],
  concat([either, wide]),
  where(either.less(0), either, 0),
]
const passed: Tensor = either
declare const known: Tensor<[8, 16]> | Tensor<[number, 16]>
shape(known.sum(1)).is<[number]>()
// @ts-expect-error one of the two does not fit
const misfit: Tensor<[8, 16]> = either

export { anyCells, cells, misfit, narrowed, passed, used, widened, wrongCells, wrongState }

// Two reshapes in a row with sizes that are type parameters.
function heads<B extends number, H extends number>(x: Tensor<[B, 16, H]>, batch: B, hidden: H): Tensor<[B, 16, H]> {
  return x.reshape([batch, 4, 4, hidden]).reshape([batch, 16, hidden])
}
heads(x.reshape([2, 16, -1]), 2, 3136)
