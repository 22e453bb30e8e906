import { interpret } from '../../../backends/reference/interpret.js'
import { decodeAll } from '../../../core/dtype.js'
import { fail } from '../../../core/errors.js'
import { sizeOf } from '../../../core/shape.js'
import { topologicalOrder } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import { readDataSync } from '../../../tensor/reading/values.js'
import { dataNode, downloadSync, storageOf } from '../../../tensor/runtime.js'

/** More elements are computed by the backend rather than in plain loops. */
const FEW = 4096

/** Values of models that do not depend on their inputs, nor on their weights: shapes, and what is calculated from them. */
const constants = new WeakSet<Node>()

export function markConstant<N extends Node>(node: N): N {
  constants.add(node)
  return node
}
export const isConstant = (node: Node): boolean => constants.has(node) || node.op === 'constant'

/** A result that depends on constants only, as a constant, if it is small. */
export function folded(node: Node): Node {
  if (sizeOf(node.shape) > FEW) return node
  const values = smallValues(node)
  return values === undefined ? node : markConstant(dataNode({ dtype: node.dtype, shape: node.shape }, values))
}

/** The elements, as they are stored, of a value that is made of few constants. */
function smallValues(node: Node): ReturnType<typeof downloadSync> | undefined {
  const order = topologicalOrder([node], ({ storage }) => storage !== undefined)
  const leaves = order.filter(({ storage }) => storage !== undefined)
  const isSimple = ({ op, shape, storage }: Node): boolean =>
    sizeOf(shape) <= FEW && (storage === undefined ? op !== 'input' : op === 'input')
  if (order.length > 100 || !order.every(isSimple)) return undefined
  const inputs = leaves as Node<'input'>[]
  const given = inputs.map(({ dtype, shape, ...leaf }) => ({
    dtype,
    shape,
    data: downloadSync(storageOf(leaf as Node)),
  }))
  return interpret({ inputs, outputs: [node] }, given)[0].data
}

/**
 * The elements of a value that has to be known now. Outside of compiled functions every value can be had; inside only what does not
 * depend on arguments and variables.
 */
export function valuesNow(node: Node, label: string, what: string): number[] {
  const leaves = topologicalOrder([node], ({ storage }) => storage !== undefined)
  if (leaves.some(({ op, storage, released }) => (op === 'input' || released) && storage === undefined)) {
    return fail(
      `${label}: ${what} depends on values that are known only when the compiled function runs`,
      'Shapes and the like must follow from the shapes of the inputs; call the model outside of compile and grad.',
    )
  }
  const small = smallValues(node)
  return [...(small === undefined ? readDataSync(node) : decodeAll(node.dtype, small))]
}

/** Whether {@link valuesNow} can be had. */
export const isKnown = (node: Node): boolean =>
  topologicalOrder([node], ({ storage }) => storage !== undefined).every(
    ({ op, storage, released }) => storage !== undefined || (op !== 'input' && !released),
  )
