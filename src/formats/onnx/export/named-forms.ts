import { isFloat } from '../../../core/dtype.js'
import { isOp, type Node } from '../../../graph/node.js'
import { type Compound, flat } from './compounds.js'
import type { Emitter } from './emitter.js'
import { peeled, uniformOf } from './origins.js'
import { convolution } from './rows/windows.js'

/**
 * The operator of ONNX for a node and what it is made of, where users know that by a name: where(x ≤ 0, 0, x) is Relu. Gives the name of its
 * output, and the order of its axes; undefined where the primitives are written one by one.
 */
export function namedForm(
  node: Node,
  emitter: Emitter,
  form: 'plain' | 'first',
): { readonly name: string; readonly form: 'plain' | 'first' } | undefined {
  const of = (x: Node): string => (form === 'first' ? emitter.first(x) : emitter.plain(x))
  const rectified = rectifiedBy(node)
  if (rectified !== undefined) return { name: emitter.emit('Relu', [of(rectified)], {}, node), form }
  const compound = compoundIn(node, emitter)
  if (compound !== undefined) {
    const { operator, inputs, attributes } = compound
    // An axis is one of those that the values have here.
    const order = 'axis' in attributes ? 'plain' : form
    const given = inputs.map((x) => (order === 'plain' ? emitter.plain(x) : of(x)))
    return { name: emitter.emit(operator, given, attributes, node), form: order }
  }
  const product = biased(node, emitter, form)
  if (product !== undefined) return { name: product, form }
  const norm = normalizedBy(node, emitter)
  // ONNX has the channels at axis 1.
  if (norm === undefined || (node.rank > 2 && form === 'plain') || node.rank < 2) return undefined
  const { x, parts, epsilon } = norm
  const name = emitter.emit(
    'BatchNormalization',
    [of(x), ...parts.map((part) => emitter.plain(part))],
    { epsilon: { float: epsilon } },
    node,
  )
  return { name, form }
}

/** An operator for several primitives, if they are it for every batch size. */
function compoundIn(node: Node, { shared: { compounds, variants } }: Emitter): Compound | undefined {
  const compound = compounds.of(node)
  if (compound === undefined) return undefined
  const isSame = variants.of(node).every((other) => {
    const found = other === node ? compound : compounds.of(other)
    return (
      found?.operator === compound.operator && JSON.stringify(found.attributes) === JSON.stringify(compound.attributes)
    )
  })
  return isSame ? compound : undefined
}

/** x of where(x ≤ 0, 0, x). */
function rectifiedBy(node: Node): Node | undefined {
  if (!isOp(node, 'where') || node.dtype === 'bool') return undefined
  const [condition, zero, x] = node.inputs
  if (!isOp(condition, 'lessEqual') || condition.inputs[0] !== x) return undefined
  return uniformOf(condition.inputs[1]) === 0 && Object.is(uniformOf(zero), 0) ? x : undefined
}

/** A convolution or a product of matrices with a weight added along the last axis, which both take as an input. */
function biased(node: Node, emitter: Emitter, form: 'plain' | 'first'): string | undefined {
  if (!isOp(node, 'add')) return undefined
  const [product, term] = node.inputs
  const bias = flat(term)
  const isBias =
    bias.rank === 1 && bias.shape[0] === node.shape[node.rank - 1] && emitter.isHeld(bias) && isAlongLast(term)
  if (!isBias || product.consumers > 1) return undefined
  if (isOp(product, 'conv') && form === 'first') return convolution(product, emitter, bias, node)
  if (!isOp(product, 'dot') || node.rank !== 2 || !isFloat(node.dtype)) return undefined
  return emitter.emit(
    'Gemm',
    [...product.inputs, bias].map((each) => emitter.plain(each)),
    {},
    node,
  )
}

const isAlongLast = (node: Node): boolean =>
  peeled(node)
    .shape.slice(0, -1)
    .every((n) => n === 1)

interface Norm {
  readonly x: Node
  /** scale, shift, mean, variance: weights [channels] */
  readonly parts: readonly Node[]
  readonly epsilon: number
}

/** The parts of (x − mean) · (1/√(variance + ε) · scale) + shift along the last axis, where all of them are weights. */
function normalizedBy(node: Node, emitter: Emitter): Norm | undefined {
  if (!isOp(node, 'add')) return undefined
  const [scaled, shift] = node.inputs
  if (!isOp(scaled, 'mul')) return undefined
  const [centred, both] = scaled.inputs
  const factors = flat(both)
  if (!isOp(centred, 'sub') || !isOp(factors, 'mul') || factors.rank !== 1) return undefined
  const [inverse, scale] = factors.inputs
  if (!isOp(inverse, 'reciprocal') || !isOp(inverse.inputs[0], 'sqrt')) return undefined
  const sum = inverse.inputs[0].inputs[0]
  if (!isOp(sum, 'add')) return undefined
  const epsilon = uniformOf(sum.inputs[1])
  const channels = node.shape[node.rank - 1]
  const parts = [scale, shift, centred.inputs[1], sum.inputs[0]].map(flat)
  const areAlongLast = [shift, centred.inputs[1], both].every(isAlongLast)
  const areWeights = parts.every((part) => part.rank === 1 && part.shape[0] === channels && emitter.isHeld(part))
  return epsilon !== undefined && areAlongLast && areWeights ? { x: centred.inputs[0], parts, epsilon } : undefined
}
