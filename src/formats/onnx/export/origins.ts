import { sizeOf } from '../../../core/shape.js'
import { isOp, type Node } from '../../../graph/node.js'
import { type Elementwise, evaluateScalar, isElementwise } from '../../../graph/scalar.js'

// What can be said of a value by looking back: what it was moved or stretched from, and whether it is one number everywhere.

/** Nodes that are written when somebody asks for them, if at all. */
export const isLate = (node: Node): boolean =>
  isOp(node, 'constant') ||
  isOp(node, 'input') ||
  isOp(node, 'iota') ||
  isOp(node, 'expand') ||
  isOp(node, 'result') ||
  isMovement(node)

/** In words, how a value comes from another one. */
export function movementsTo(node: Node, source: Node): string {
  const steps: string[] = []
  for (let each = node; each !== source; each = each.inputs[0])
    steps.push(`${each.op} ${JSON.stringify(each.attributes)}`)
  return steps.join()
}

/** Nodes that bring elements into another order or shape. */
export const isMovement = (node: Node): boolean =>
  isOp(node, 'reshape') ||
  isOp(node, 'permute') ||
  isOp(node, 'slice') ||
  isOp(node, 'cast') ||
  isOp(node, 'stopGradient')

/** What a stretched value is made of: the same rank, or a single element in any shape. */
export function peeled(node: Node): Node {
  let source = node
  while (isOp(source, 'expand')) source = source.inputs[0]
  let single = source
  while ((isOp(single, 'expand') || isOp(single, 'reshape') || isOp(single, 'permute')) && !single.released)
    single = single.inputs[0]
  return sizeOf(single.shape) === 1 && single.rank <= node.rank && single.op !== 'result' ? single : source
}

/** The number that a value made of constants is everywhere; undefined if there are several. */
export function uniformOf(node: Node): number | undefined {
  const known = uniforms.get(node)
  if (known !== undefined) return known ?? undefined
  const value = newUniform(node)
  uniforms.set(node, value ?? null)
  return value
}
const uniforms = new WeakMap<Node, number | null>()

function newUniform(node: Node): number | undefined {
  if (isOp(node, 'constant')) return node.attributes.value
  if (node.released || node.inputs.length === 0) return undefined
  const isMoved = isOp(node, 'reshape') || isOp(node, 'expand') || isOp(node, 'permute') || isOp(node, 'slice')
  if (!isMoved && !isElementwise(node.op)) return undefined
  const values = node.inputs.map(uniformOf)
  if (!values.every((value) => value !== undefined)) return undefined
  if (isMoved) return values[0]
  return evaluateScalar(
    node.op as Elementwise,
    node.attributes as never,
    node.inputs[node.inputs.length - 1].dtype,
    node.dtype,
    values,
  )
}
