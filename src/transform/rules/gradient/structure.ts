import { fail } from '../../../core/errors.js'
import * as build from '../../../graph/build.js'
import type { Graph } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import type { Primitive } from '../../../graph/primitives.js'
import { apply, type Pullback, pullback, spread, usedBy } from './pullback.js'
import { type GradientContext, type GradientRule, type InputGradient, none, once } from './rule.js'
import { scanGradient } from './scan.js'

/** The gradients of all inputs, which can only be made together. */
function together<P extends Primitive>(
  make: (context: GradientContext<P>) => readonly (Node | undefined)[],
): GradientRule<P> {
  return (context) => {
    const all = once(() => make(context))
    return context.inputs.map(
      (_, i): InputGradient =>
        () =>
          all()[i],
    )
  }
}

const isGiven = (grad: Node | undefined): grad is Node => grad !== undefined

/** The gradient that the caller wrote. */
function handWritten({ node, inputs, attributes, grads }: GradientContext<'call'>): readonly (Node | undefined)[] {
  const outputs = build.results(node)
  const cotangents = outputs.map((output, i) => grads[i] ?? build.zerosLike(output))
  const gradients = attributes.gradient!(inputs, outputs, cotangents)
  if (gradients.length > inputs.length) {
    fail(
      `${attributes.name}: its gradient returns ${gradients.length} cotangents for ${inputs.length} inputs`,
      'Return one per input, in order; undefined where there is none.',
    )
  }
  return gradients
}

/** The body computed again inside one call, so that nothing of the first run needs to be kept. */
function recomputed(
  pulled: Pullback,
  name: string,
  inputs: readonly Node[],
  grads: readonly Node[],
): (Node | undefined)[] {
  const all = [...pulled.inputs, ...pulled.cotangents]
  return spread(pulled.gradients, (outputs) => {
    const used = usedBy(outputs, all)
    const body: Graph = { inputs: all.filter((_, i) => used[i]), outputs }
    const values = [...inputs, ...grads].filter((_, i) => used[i])
    return build.call(values, { name: `${name} gradient`, body, recompute: true })
  })
}

function callGradient(context: GradientContext<'call'>): readonly (Node | undefined)[] {
  const { inputs, attributes, grads, needs, gradient } = context
  if (attributes.gradient !== undefined) return handWritten(context)
  const pulled = pullback(attributes.body, needs, grads.map(isGiven), gradient)
  const given = grads.filter(isGiven)
  return attributes.recompute ? recomputed(pulled, attributes.name, inputs, given) : apply(pulled, inputs, given)
}

/** The gradient of the branch that was taken. */
function condGradient({ inputs, attributes, grads, needs, gradient }: GradientContext<'cond'>): (Node | undefined)[] {
  const [predicate, ...operands] = inputs
  const given = grads.map(isGiven)
  const pulled = [attributes.whenTrue, attributes.whenFalse].map((branch) =>
    pullback(branch, needs.slice(1), given, gradient),
  )
  const reached = operands.map((_, i) => pulled.some(({ gradients }) => gradients[i] !== undefined))
  if (!reached.includes(true)) return []
  const [whenTrue, whenFalse] = pulled.map(
    (branch): Graph => ({
      inputs: [...branch.inputs, ...branch.cotangents],
      outputs: branch.gradients.flatMap((found, i) => (reached[i] ? [found ?? build.zerosLike(branch.inputs[i])] : [])),
    }),
  )
  const taken = build.cond(predicate, [...operands, ...grads.filter(isGiven)], whenTrue, whenFalse)
  let next = 0
  return [undefined, ...reached.map((flows) => (flows ? taken[next++] : undefined))]
}

export const structureGradients = {
  /** The reverse sweep hands the cotangent of a result to its place among the outputs of the source. */
  result: none,
  /** the gradient of the body, applied; or the one given by hand; or one that computes the body again */
  call: together(callGradient),
  /** the gradient of the branch that was taken */
  cond: together(condGradient),
  /** a scan in the other direction */
  scan: together(scanGradient),
  /** the carries of all steps would have to be kept */
  whileLoop: together(() =>
    fail(
      'grad: reverse-mode gradient of whileLoop is not defined: its number of steps is not known',
      'Use scan with a fixed length, or stopGradient on what the loop returns.',
    ),
  ),
} as const satisfies { readonly [P in Primitive]?: GradientRule<P> }
