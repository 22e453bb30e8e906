import { sameShape } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import { isOp, type Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { AttributeValue } from './emitter.js'
import { uniformOf } from './origins.js'

/** An operator of ONNX that a value is the result of, and what that operator takes. */
export interface Compound {
  readonly operator: string
  readonly inputs: readonly Node[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

interface Activation {
  readonly operator: string
  readonly of: (x: Node) => Node
  readonly attributes?: Compound['attributes']
  /** The version of the operators that it came with, where that is a late one. */
  readonly since?: number
}

/** What Shapewise makes of each, so that a change there is one here. */
const activations: readonly Activation[] = [
  { operator: 'Sigmoid', of: ops.sigmoid },
  { operator: 'Softplus', of: ops.softplus },
  { operator: 'Softsign', of: ops.softsign },
  { operator: 'LeakyRelu', of: (x) => ops.leakyRelu(x) },
  { operator: 'Elu', of: (x) => ops.elu(x) },
  { operator: 'Selu', of: ops.selu },
  { operator: 'Mish', of: ops.mish },
  { operator: 'HardSigmoid', of: ops.hardSigmoid, attributes: { alpha: { float: 1 / 6 }, beta: { float: 0.5 } } },
  { operator: 'HardSwish', of: ops.hardSwish },
  { operator: 'Gelu', of: (x) => ops.gelu(x), since: 20 },
  { operator: 'Gelu', of: (x) => ops.gelu(x, 'tanh'), attributes: { approximate: 'tanh' }, since: 20 },
]

/** Finds operators of ONNX that are several primitives here. */
export class Compounds {
  /** The activations on a placeholder, for each type of values that there was. */
  readonly #templates = new Map<string, readonly (Activation & { readonly x: Node; readonly result: Node })[]>()

  /** @param version of the operators of ONNX */
  constructor(readonly version: number) {}

  /** The operator that calculates a node and all between it and what it takes; undefined if there is none. */
  of(node: Node): Compound | undefined {
    if (node.dtype !== 'float32' && node.dtype !== 'float64') return undefined
    for (const { operator, x, result, attributes = {} } of this.#activationsOn(node)) {
      const inputs = matched(result, node, [x])
      if (inputs !== undefined) return { operator, inputs, attributes }
    }
    return softmaxOf(node) ?? layerNormOf(node)
  }

  #activationsOn({ dtype, shape }: Node) {
    const key = `${dtype} ${shape}`
    const known = this.#templates.get(key)
    if (known !== undefined) return known
    const x = build.input(dtype, shape)
    const templates = activations
      .filter(({ since = 0 }) => since <= this.version)
      .map((activation) => ({ ...activation, x, result: activation.of(x) }))
    this.#templates.set(key, templates)
    return templates
  }
}

/** Softmax and its logarithm, along one axis. */
function softmaxOf(node: Node): Compound | undefined {
  if (!isOp(node, 'div') && !isOp(node, 'sub')) return undefined
  let total = node.inputs[1]
  while (isOp(total, 'expand') || isOp(total, 'reshape') || isOp(total, 'log')) [total] = total.inputs
  if (!isOp(total, 'reduceSum') || total.attributes.axes.length !== 1) return undefined
  const [axis] = total.attributes.axes
  const x = build.input(node.dtype, node.shape)
  if (axis >= node.rank) return undefined
  const isPlain = isOp(node, 'div')
  const inputs = matched(isPlain ? ops.softmax(x, axis) : ops.logSoftmax(x, axis), node, [x])
  return inputs && { operator: isPlain ? 'Softmax' : 'LogSoftmax', inputs, attributes: { axis } }
}

/** Layer normalization with a scale, and perhaps a shift, of the last axes. */
function layerNormOf(node: Node): Compound | undefined {
  const scaled = isOp(node, 'add') ? node.inputs[0] : node
  if (!isOp(scaled, 'mul')) return undefined
  const [normal, stretched] = scaled.inputs
  const epsilon = isOp(normal, 'mul') ? epsilonOf(normal.inputs[1]) : undefined
  if (epsilon === undefined) return undefined
  const { shape } = flat(stretched)
  const axis = node.rank - shape.length
  const axes = shape.map((_, i) => axis + i)
  if (axes.length === 0 || !sameShape(node.shape.slice(axis), shape)) return undefined
  const [x, scale, shift] = [node.shape, shape, shape].map((each) => build.input(node.dtype, each))
  const inputs =
    node === scaled
      ? matched(ops.layerNorm(x, scale, undefined, { axes, epsilon }), node, [x, scale])
      : matched(ops.layerNorm(x, scale, shift, { axes, epsilon }), node, [x, scale, shift])
  return inputs && { operator: 'LayerNormalization', inputs, attributes: { axis, epsilon: { float: epsilon } } }
}

/** ε of 1 / √(variance + ε). */
function epsilonOf(stretched: Node): number | undefined {
  const inverse = flat(stretched)
  if (!isOp(inverse, 'reciprocal') || !isOp(inverse.inputs[0], 'sqrt')) return undefined
  const [sum] = inverse.inputs[0].inputs
  return isOp(sum, 'add') ? uniformOf(sum.inputs[1]) : undefined
}

/** What was reshaped and stretched. */
export function flat(node: Node): Node {
  let source = node
  while (isOp(source, 'expand') || isOp(source, 'reshape')) [source] = source.inputs
  return source
}

/** The nodes that stand for the placeholders of a template, if a node is made as the template is. */
function matched(template: Node, node: Node, placeholders: readonly Node[]): Node[] | undefined {
  const found = new Map<Node, Node>()
  const isSame = (pattern: Node, other: Node): boolean => {
    const known = found.get(pattern)
    if (known !== undefined) return known === other
    found.set(pattern, other)
    const { op, dtype, shape, inputs } = pattern
    if (other.dtype !== dtype || !sameShape(other.shape, shape)) return false
    if (op === 'input') return true
    if (other.op !== op || inputs.length !== other.inputs.length) return false
    return textOf(pattern) === textOf(other) && inputs.every((each, i) => isSame(each, other.inputs[i]))
  }
  if (!isSame(template, node)) return undefined
  return placeholders.map((each) => found.get(each) as Node)
}

const textOf = ({ attributes }: Node): string =>
  JSON.stringify(attributes, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
