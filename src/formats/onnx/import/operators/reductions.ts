import { isFloat } from '../../../../core/dtype.js'
import { keepAxes, range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { inFloat32, like } from '../../../../operations/operand.js'
import type { Call, Row } from '../call.js'

type Reduce = (x: Node, axes: readonly number[]) => Node

const reduction =
  (reduce: Reduce): Row =>
  (call: Call) => {
    const { x, attributes } = call
    const given = call.numbersOf('axes', 1)
    const isNothing = given === undefined || given.length === 0
    if (isNothing && attributes.int('noop_with_empty_axes', 0) !== 0) return reduce(x, [])
    const axes = isNothing ? range(x.rank) : given.map((axis) => call.axis(axis))
    const reduced = build.cast(reduce(x, axes), x.dtype)
    return attributes.int('keepdims', 1) === 0 ? reduced : build.reshape(reduced, keepAxes(x.shape, axes))
  }

/** In the dtype of x: sums of whole numbers are whole. */
const sum: Reduce = (x, axes) => build.reduceSum(x, axes)

/** The extremum of nothing is the end of the range. */
const extremum = (reduce: Reduce, ofNothing: number): Reduce => {
  return (x, axes) => {
    if (!axes.some((axis) => x.shape[axis] === 0)) return reduce(x, axes)
    return build.fill(
      ofNothing,
      x.shape.filter((_, axis) => !axes.includes(axis)),
      x.dtype,
    )
  }
}

const inFloats = (reduce: Reduce): Reduce => {
  const wide = inFloat32((x: Node, axes: readonly number[]) => reduce(x as Node, axes))
  return (x, axes) => (isFloat(x.dtype) ? wide(x, axes) : reduce(build.cast(x, 'float64'), axes))
}

const logSumExp = inFloats((x, axes) => {
  if (axes.length === 0) return x
  if (axes.some((axis) => x.shape[axis] === 0)) return build.log(build.reduceSum(build.exp(x), axes))
  return ops.logSumExp(x, axes)
})

const extremeIndex =
  (find: (x: Node, axis: number) => Node): Row =>
  (call) => {
    const { x, attributes } = call
    const axis = call.axis(attributes.int('axis', 0))
    const isLast = attributes.int('select_last_index', 0) !== 0
    const found = find(isLast ? ops.flip(x, axis) : x, axis)
    const index = isLast ? build.sub(like(found, x.shape[axis] - 1), found) : found
    return attributes.int('keepdims', 1) === 0 ? index : ops.unsqueeze(index, axis)
  }

const cumulativeSum: Row = (call) => {
  const { x, attributes } = call
  const axis = call.axis(call.numbers(1)[0])
  const isReverse = attributes.int('reverse', 0) !== 0
  if (attributes.int('exclusive', 0) === 0 || x.shape[axis] === 0) return build.cumSum(x, axis, isReverse)
  const one = range(x.rank).map((i) => (i === axis ? 1 : 0))
  const none = one.map(() => 0)
  const padded = isReverse ? build.pad(x, none, one) : build.pad(x, one, none)
  return build.cumSum(build.slice(padded, isReverse ? one : none, x.shape), axis, isReverse)
}

export const reductionOperators = {
  ArgMax: extremeIndex(build.argMax),
  ArgMin: extremeIndex(build.argMin),
  CumSum: cumulativeSum,
  ReduceL1: reduction((x, axes) => sum(ops.abs(x), axes)),
  ReduceL2: reduction(inFloats((x, axes) => build.sqrt(sum(build.mul(x, x), axes)))),
  ReduceLogSum: reduction(inFloats((x, axes) => build.log(sum(x, axes)))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction(extremum(build.reduceMax, -Infinity)),
  ReduceMean: reduction(
    inFloats((x, axes) => {
      const total = sum(x, axes)
      return build.div(
        total,
        like(
          total,
          axes.reduce((count, axis) => count * x.shape[axis], 1),
        ),
      )
    }),
  ),
  ReduceMin: reduction(extremum(build.reduceMin, Infinity)),
  ReduceProd: reduction((x, axes) => build.reduceProd(x, axes)),
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((x, axes) => sum(build.mul(x, x), axes)),
} as const satisfies { readonly [operator: string]: Row }
