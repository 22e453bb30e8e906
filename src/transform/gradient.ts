import { isFloat } from '../core/dtype.js'
import { fail, failDType, failShape } from '../core/errors.js'
import { formatShape, sameShape } from '../core/shape.js'
import * as build from '../graph/build.js'
import { isOp, type Node, nextNodeId } from '../graph/node.js'
import { currentOrigins, gradientOf } from '../graph/origins.js'
import type { Primitive, TensorType } from '../graph/primitives.js'
import { formatType } from '../graph/print.js'
import { type Dependence, dependence } from './dependence.js'
import { noteDerivatives } from './derivatives.js'
import { gradients } from './gradients.js'
import type { InputGradient } from './rules/gradient/rule.js'
import { substitute } from './substitute.js'

/**
 * Reverse accumulation: the cotangents of `wrt` for given cotangents of `outputs`, as nodes that can be differentiated again.
 * `undefined` where no gradient flows: the output does not depend on it, or only through steps, integers or stopGradient.
 */
export function gradient(
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
): (Node | undefined)[] {
  for (const node of wrt) {
    if (!isFloat(node.dtype)) {
      failDType(
        'grad',
        `there is no gradient with respect to ${formatType(node)}`,
        "Convert with cast('float32') first.",
      )
    }
  }
  const since = nextNodeId()
  const paths = dependence(outputs, wrt)
  const cotangentsOf = new Map<Node, (Node | undefined)[]>()
  const accumulate = (node: Node, index: number, cotangent: Node, from: string): void => {
    expectLike(cotangent, node.outputs[index], from)
    const slots = cotangentsOf.get(node) ?? new Array<Node | undefined>(node.outputs.length).fill(undefined)
    const known = slots[index]
    slots[index] = known === undefined ? cotangent : build.add(known, cotangent)
    cotangentsOf.set(node, slots)
  }
  outputs.forEach((output, i) => {
    if (paths.dependent.has(output)) accumulate(output, 0, cotangents[i], 'the cotangent of the output')
  })

  const origins = currentOrigins()
  const before = origins?.now
  for (let i = paths.order.length - 1; i >= 0; i--) {
    const node = paths.order[i]
    origins?.mark(gradientOf(origins.of(node.id)))
    const grads = cotangentsOf.get(node)
    if (grads === undefined) continue
    if (isOp(node, 'result')) {
      const [source] = node.inputs
      if (paths.dependent.has(source)) accumulate(source, node.attributes.index, grads[0]!, 'result')
      continue
    }
    const needs = node.inputs.map((input) => paths.dependent.has(input))
    if (!needs.includes(true)) continue
    rowOf(node, grads, needs).forEach((entry, position) => {
      const found = needs[position] ? entry?.() : undefined
      if (found !== undefined) accumulate(node.inputs[position], 0, found, nameOf(node))
    })
  }
  origins?.mark(before)
  noteDerivatives(since)
  refuseForgotten(paths, wrt)
  return wrt.map((node) => cotangentsOf.get(node)?.[0])
}

/** The row of the table for a node. */
function rowOf<P extends Primitive>(
  node: Node<P>,
  grads: readonly (Node | undefined)[],
  needs: readonly boolean[],
): readonly InputGradient[] {
  const grad = grads.find((one) => one !== undefined)!
  const { inputs, attributes } = node
  return gradients[node.op]({ node, inputs, attributes, grad, grads, needs, gradient })
}

const nameOf = (node: Node): string => (isOp(node, 'call') ? node.attributes.name : node.op)

function expectLike(cotangent: Node, type: TensorType, from: string): void {
  if (cotangent.dtype !== type.dtype || !sameShape(cotangent.shape, type.shape)) {
    failShape(
      'grad',
      `${from} gives a cotangent ${formatType(cotangent)} for a value ${formatType(type)}`,
      'A cotangent has the shape and dtype of its value.',
    )
  }
}

/** A forgotten past may have held a path: then a gradient without it, missing or not, is not known to be right. */
function refuseForgotten({ order }: Dependence, wrt: readonly Node[]): void {
  // Through the past of a stopGradient (a variable is one) or of another value in `wrt` nothing would have been missed.
  const cut = order.filter(
    (node) =>
      node.released &&
      node.op !== 'stopGradient' &&
      node.outputs.some(({ dtype }) => isFloat(dtype)) &&
      !wrt.includes(node),
  )
  if (cut.length === 0) return
  for (const node of wrt) {
    const forgotten = cut.find(({ id, origins }) => id > node.id && (origins?.includes(node.id) ?? true))
    if (forgotten !== undefined) failForgotten(node, forgotten)
  }
}

function failForgotten(node: Node, forgotten: Node): never {
  const value = `the value of shape ${formatShape(node.shape)}`
  if (isOp(forgotten, 'call')) {
    fail(
      `grad: y was computed from a result of the compiled function '${forgotten.attributes.name}', which has forgotten how it came about ` +
        `from ${value}: the call has overwritten what it was computed from, or was so long ago that its history has been let go`,
      'Take the gradient inside the compiled function, or at once, without `donate` and without assigning what it reads; if no gradient should pass there, wrap the result in stopGradient.',
    )
  }
  fail(
    `grad: y was evaluated so long ago that its history has been let go: the path from y back to ${value} ` +
      `ends at a ${formatType(forgotten)} (${forgotten.op}) that has only its value left`,
    'Take the gradient before reading values many times, keep both in one compiled function, or, if no gradient should pass there, wrap that value in stopGradient.',
  )
}

/**
 * Forward mode: the derivative of `outputs` when `wrt` move along `tangents`.
 *
 * The reverse gradient is linear in the cotangents, and its own gradient with respect to them is the forward derivative
 * (Townsend, "A new trick for calculating Jacobian vector products", 2017).
 */
export function jvp(outputs: readonly Node[], wrt: readonly Node[], tangents: readonly Node[]): Node[] {
  wrt.forEach((node, i) => {
    if (tangents[i].dtype !== node.dtype || !sameShape(tangents[i].shape, node.shape)) {
      failShape(
        'jvp',
        `tangent ${i} is ${formatType(tangents[i])} for a value ${formatType(node)}`,
        'A tangent has the shape and dtype of its value.',
      )
    }
  })
  const smooth = outputs.filter(({ dtype }) => isFloat(dtype))
  const dummies = smooth.map(({ dtype, shape }) => build.input(dtype, shape, 'cotangent'))
  const pulled = gradient(smooth, dummies, wrt)
  const moving = pulled.flatMap((node, i) => (node === undefined ? [] : [{ node, tangent: tangents[i] }]))
  const pushed = gradient(
    moving.map(({ node }) => node),
    moving.map(({ tangent }) => tangent),
    dummies,
  )
  // Linear in the dummies, the derivative holds for any value of them, also where a loop still mentions them.
  const zeros = new Map<Node, Node>(dummies.map((dummy) => [dummy, build.zerosLike(dummy)]))
  let next = 0
  return outputs.map((output) => {
    const derivative = isFloat(output.dtype) ? pushed[next++] : undefined
    return derivative === undefined ? build.zerosLike(output) : substitute([derivative], zeros)[0]
  })
}
