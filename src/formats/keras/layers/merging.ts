import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { Build } from './layer.js'

const pairwise =
  (combine: (a: Node, b: Node) => Node): Build =>
  () => ({ run: (inputs) => inputs.reduce(combine) })

export const mergingLayers: Readonly<Record<string, Build>> = {
  Add: pairwise(ops.add),
  Subtract: pairwise(ops.sub),
  Multiply: pairwise(ops.mul),
  Maximum: pairwise(ops.maximum),
  Minimum: pairwise(ops.minimum),
  Average: () => ({ run: (inputs) => ops.div(inputs.reduce(ops.add), inputs.length) }),
  Concatenate: (config) => ({ run: (inputs) => ops.concat(inputs, config.number('axis', -1)) }),
}
