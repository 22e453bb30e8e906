import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import type { Row, Rows } from '../call.js'

const reduced =
  (reduce: (x: Node, axes: readonly number[]) => Node): Row =>
  (call) => {
    const { x } = call
    const axes = call.values(1).map((axis) => (axis < 0 ? axis + x.rank : axis))
    const value = axes.length === 0 ? x : reduce(x, axes)
    if (!call.attributes.flag('keep_dims', call.attributes.flag('keepDims'))) return value
    return ops.reshape(
      value,
      x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
    )
  }

export const reductions: Rows = {
  Mean: reduced((x, axes) => ops.mean(x, axes)),
  Sum: reduced((x, axes) => ops.sum(x, axes)),
  Prod: reduced((x, axes) => ops.prod(x, axes)),
  Max: reduced((x, axes) => ops.max(x, axes)),
  Min: reduced((x, axes) => ops.min(x, axes)),
  All: reduced((x, axes) => ops.all(x, axes)),
  Any: reduced((x, axes) => ops.any(x, axes)),
  ArgMax: (call) => ops.argMax(call.x, call.inputs.length > 1 ? call.axis(1) : 0),
  ArgMin: (call) => ops.argMin(call.x, call.inputs.length > 1 ? call.axis(1) : 0),
  Cumsum: (call) => {
    const { attributes } = call
    if (attributes.flag('exclusive') || attributes.flag('reverse')) call.refuse('an exclusive or reversed sum')
    return ops.cumSum(call.x, call.axis(1))
  },
  TopKV2: (call) => {
    const { values, indices } = ops.topK(call.x, call.value(1), -1)
    return [values, indices]
  },
}
