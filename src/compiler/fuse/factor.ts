import { dropAxes } from '../../core/shape.js'
import * as build from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { deduplicate } from '../passes/deduplicate.js'
import { rewrite } from '../rewrite.js'

/**
 * Takes factors that are the same for a whole row out of sums over it: Σ c · x = c · Σ x. Gradients of normalizations are
 * full of sums that differ in such factors only; they become one, and what depends on them needs fewer passes over the data.
 *
 * The results are equal up to rounding, but where one side overflows; a sum that is zero may have the other sign. Sums of 16-bit floats, which overflow soon, and of
 * integers stay as they are.
 */
export function factorSums(graph: Graph): Graph {
  const rewritten = rewrite(graph, factored)
  return rewritten === graph ? graph : deduplicate(rewritten)
}

function factored(node: Node): Node {
  if (node.dtype !== 'float32' && node.dtype !== 'float64') return node
  if (isOp(node, 'reduceSum')) return sumOf(node.inputs[0], node.attributes.axes) ?? node
  return node.op === 'add' && node.inputs[0] === node.inputs[1] ? twice(node.inputs[0]) : node
}

/** x + x as a product, whose factor can be taken out; of c · x with a stretched c it is (2 · c) · x. */
function twice(x: Node): Node {
  const double = (node: Node): Node => build.mul(node, build.fill(2, node.shape, node.dtype))
  const stretched = x.op === 'mul' ? x.inputs.findIndex((input) => isOp(input, 'expand')) : -1
  if (stretched < 0) return double(x)
  const factor = build.expand(double(x.inputs[stretched].inputs[0]), x.shape)
  return build.mul(factor, x.inputs[1 - stretched])
}

/** The sum of `x` with its factors taken out; undefined if there are none. */
function sumOf(x: Node, axes: readonly number[]): Node | undefined {
  const product: Product = { rows: [], elements: [], isNegative: false }
  collect(x, axes, product, MOST_FACTORS)
  const { rows, elements, isNegative } = product
  if (elements.length === 0 || (rows.length === 0 && !isNegative)) return undefined
  const sum = build.reduceSum(elements.reduce(build.mul), axes)
  const scaled = rows.reduce(
    (result, { factor, op }) => (op === 'mul' ? build.mul(result, factor) : build.div(result, factor)),
    sum,
  )
  return isNegative ? build.neg(scaled) : scaled
}

/** More than this is no longer looked into. */
const MOST_FACTORS = 4

/** A product as what is the same for the whole row and what is not. */
interface Product {
  readonly rows: { readonly factor: Node; readonly op: 'mul' | 'div' }[]
  readonly elements: Node[]
  isNegative: boolean
}

function collect(x: Node, axes: readonly number[], product: Product, depth: number): void {
  const [a, b] = x.inputs
  const factor = perRow(x, axes)
  const divisor = x.op === 'div' ? perRow(b, axes) : undefined
  if (factor !== undefined) product.rows.push({ factor, op: 'mul' })
  else if (depth > 0 && x.op === 'neg') {
    product.isNegative = !product.isNegative
    collect(a, axes, product, depth - 1)
  } else if (depth > 0 && x.op === 'mul') {
    collect(a, axes, product, depth - 1)
    collect(b, axes, product, depth - 1)
  } else if (depth > 0 && divisor !== undefined) {
    product.rows.push({ factor: divisor, op: 'div' })
    collect(a, axes, product, depth - 1)
  } else product.elements.push(x)
}

/** One element for each row of `x`, if it is stretched along the axes. */
function perRow(x: Node, axes: readonly number[]): Node | undefined {
  if (!isOp(x, 'expand')) return undefined
  const [source] = x.inputs
  if (axes.some((axis) => source.shape[axis] !== 1 || x.shape[axis] === 0)) return undefined
  return build.expand(build.reshape(source, dropAxes(source.shape, axes)), dropAxes(x.shape, axes))
}
