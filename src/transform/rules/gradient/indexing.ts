import { type Shape, sizeOf } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { Attributes, Primitive } from '../../../graph/primitives.js'
import { indicator, keep } from './arithmetic.js'
import { type GradientRule, type InputGradient, none, once } from './rule.js'

/** Whether each update is the one that stays: of several to one place, a set keeps only one. */
function winners(x: Node, indices: Node, batchDims: number, shape: Shape): Node {
  const places = x.shape.slice(0, batchDims + 1)
  const count = sizeOf(indices.shape)
  const number = build.reshape(build.iota('int32', [count], 0), indices.shape)
  const written = build.scatter(build.fill(-1, places, 'int32'), indices, number, 'set', batchDims)
  const won = build.equal(build.gather(written, indices, batchDims), number)
  const rest = shape.slice(indices.rank)
  return build.expand(build.reshape(won, [...indices.shape, ...rest.map(() => 1)]), shape)
}

type ScatterMode = Attributes['scatter']['mode']

interface Scatter {
  readonly mode: ScatterMode
  readonly inputs: readonly Node[]
  readonly grad: Node
  readonly batchDims: number
  readonly operation: string | undefined
}

/** The largest (smallest) of the old value and the updates, found once more as for `reduceMax`, share the cotangent equally. */
function scatterExtremum({
  mode,
  inputs: [x, indices, updates],
  grad,
  batchDims,
  operation,
}: Scatter): readonly InputGradient[] {
  const shares = once(() => {
    const extreme = build.scatter(x, indices, updates, mode, batchDims, operation)
    const keepsOld = build.equal(x, extreme)
    const takesUpdate = build.equal(updates, build.gather(extreme, indices, batchDims, operation))
    const old = indicator(keepsOld, x.dtype)
    const ties = build.scatter(old, indices, indicator(takesUpdate, x.dtype), 'add', batchDims, operation)
    return { keepsOld, takesUpdate, share: build.div(grad, ties) }
  })
  return [
    () => keep(shares().keepsOld, shares().share),
    undefined,
    () => keep(shares().takesUpdate, build.gather(shares().share, indices, batchDims, operation)),
  ]
}

const scatterGradients: { readonly [M in ScatterMode]: (scatter: Scatter) => readonly InputGradient[] } = {
  add: ({ inputs: [, indices], grad, batchDims, operation }) => [
    () => grad,
    undefined,
    () => build.gather(grad, indices, batchDims, operation),
  ],
  set: ({ inputs: [x, indices, updates], grad, batchDims, operation }) => [
    () => build.scatter(grad, indices, build.zerosLike(updates), 'set', batchDims, operation),
    undefined,
    () => keep(winners(x, indices, batchDims, updates.shape), build.gather(grad, indices, batchDims, operation)),
  ],
  max: scatterExtremum,
  min: scatterExtremum,
}

export const indexingGradients = {
  /** every element adds to where it was read */
  gather: ({ inputs: [x, indices], attributes: { batchDims, operation }, grad }) => [
    () => build.scatter(build.zerosLike(x), indices, grad, 'add', batchDims, operation),
  ],
  /** the cotangent is read where updates were written, and passes where nothing was */
  scatter: ({ inputs, attributes: { mode, batchDims, operation }, grad }) =>
    scatterGradients[mode]({ mode, inputs, grad, batchDims, operation }),
  argSort: none,
} as const satisfies { readonly [P in Primitive]?: GradientRule<P> }
