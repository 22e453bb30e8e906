import { isFloat } from '../../../core/dtype.js'
import * as build from '../../../graph/build.js'
import type { Graph } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import type { Attributes } from '../../../graph/primitives.js'
import { dependence } from '../../dependence.js'
import { type Pullback, pullback, usedBy } from './pullback.js'
import { keepCostly } from './residuals.js'
import type { GradientContext } from './rule.js'

/**
 * The gradient of a scan is a scan in the other direction. It carries the cotangents of the carries and the sums of the cotangents of the
 * captured values, reads the carries that each step started from and what it computed at some cost, and emits the cotangents of the
 * sequences.
 */
export function scanGradient(context: GradientContext<'scan'>): (Node | undefined)[] {
  const { node, inputs, attributes, grads } = context
  const { carries, sequences, length, reverse } = attributes
  const step = pullbackOfStep(context)
  if (step === undefined) return []
  const { pulled, given, active } = step

  const isSequence = (i: number): boolean => i >= carries && i < carries + sequences
  const found = pulled.gradients.map((gradient, i) => ({ gradient, i })).filter((entry) => entry.gradient !== undefined)
  const emitted = found.filter(({ i }) => isSequence(i))
  const summed = found.filter(({ i }) => i >= carries + sequences)
  const sums = summed.map(({ gradient }) => build.input(gradient!.dtype, gradient!.shape))

  // The cotangents come in the order of the outputs: those of the carries first.
  const carryCotangents = pulled.cotangents.slice(0, active.length)
  const outputCotangents = pulled.cotangents.slice(active.length)
  const steps = [
    ...active.map((carry, i) => pulled.gradients[carry] ?? build.zerosLike(carryCotangents[i])),
    ...summed.map(({ gradient }, i) => build.add(sums[i], gradient!)),
    ...emitted.map(({ gradient }) => gradient!),
  ]
  const { outputs, residuals } = keepCostly(steps, pulled, carries + sequences)
  const used = usedBy(outputs, pulled.inputs)
  const read = (from: number, to: number): number[] =>
    inputs.map((_, i) => i).filter((i) => i >= from && i < to && used[i])
  const savedCarries = read(0, carries)
  const slices = read(carries, carries + sequences)
  const captured = read(carries + sequences, inputs.length)

  const body: Graph = {
    inputs: [
      ...carryCotangents,
      ...sums,
      ...savedCarries.map((i) => pulled.inputs[i]),
      ...residuals.map(({ placeholder }) => placeholder),
      ...slices.map((i) => pulled.inputs[i]),
      ...outputCotangents,
      ...captured.map((i) => pulled.inputs[i]),
    ],
    outputs,
  }
  const swept = build.scan(
    [
      ...active.map((carry) => grads[carry] ?? build.zerosLike(inputs[carry])),
      ...sums.map(build.zerosLike),
      ...ofEveryStep(node, [
        ...savedCarries.map((carry) => attributes.body.inputs[carry]),
        ...residuals.map(({ kept }) => kept),
      ]),
      ...slices.map((i) => inputs[i]),
      ...grads.flatMap((grad, i) => (i >= carries && given[i] && grad ? [grad] : [])),
      ...captured.map((i) => inputs[i]),
    ],
    {
      body,
      carries: active.length + sums.length,
      sequences: savedCarries.length + residuals.length + slices.length + outputCotangents.length,
      length,
      reverse: !reverse,
    },
  )
  const result = new Array<Node | undefined>(inputs.length).fill(undefined)
  ;[...active, ...summed.map(({ i }) => i), ...emitted.map(({ i }) => i)].forEach((i, position) => {
    result[i] = swept[position]
  })
  return result
}

interface Step {
  readonly pulled: Pullback
  /** Which outputs of the body have a cotangent. */
  readonly given: readonly boolean[]
  /** The carries among them. */
  readonly active: readonly number[]
}

/** The gradient of the body, for all cotangents that any step may receive. */
function pullbackOfStep({ attributes, grads, needs, gradient }: GradientContext<'scan'>): Step | undefined {
  const { body, carries } = attributes
  const varying = varyingInputs(attributes, needs)
  const given = grads.map((grad, i) => grad !== undefined && (i >= carries || varying[i]))
  // A carry without a cotangent at the end may get one from a later step: ask until nothing new comes.
  for (;;) {
    if (!given.includes(true)) return undefined
    const pulled = pullback(body, varying, given, gradient)
    const active = given.map((_, i) => i).filter((i) => i < carries && given[i])
    const more = pulled.gradients.flatMap((found, i) => (i < carries && found && !given[i] ? [i] : []))
    if (more.length === 0) return { pulled, given, active }
    for (const i of more) given[i] = true
  }
}

/** The inputs of the body that depend, in some step, on what the gradient is taken with respect to. */
function varyingInputs({ body, carries }: Attributes['scan'], needs: readonly boolean[]): boolean[] {
  const varying = [...needs]
  for (;;) {
    const sources = body.inputs.filter((_, i) => varying[i])
    const { dependent } = dependence(body.outputs, sources)
    const more = body.outputs.flatMap((output, i) =>
      i < carries && !varying[i] && isFloat(output.dtype) && dependent.has(output) ? [i] : [],
    )
    if (more.length === 0) return varying
    for (const i of more) varying[i] = true
  }
}

/** Values of the body in every step, stacked: read from the scan if it emits them, else from a second one that does. */
function ofEveryStep(node: Node<'scan'>, wanted: readonly Node[]): Node[] {
  const { body, carries } = node.attributes
  const place = (value: Node): number => body.outputs.indexOf(value, carries)
  const missing = wanted.filter((value) => place(value) < 0)
  const emitting: readonly Node[] =
    missing.length === 0
      ? []
      : build.scan(node.inputs, {
          ...node.attributes,
          body: { inputs: body.inputs, outputs: [...body.outputs.slice(0, carries), ...missing] },
        })
  return wanted.map((value) => {
    const position = missing.indexOf(value)
    return position < 0 ? build.result(node, place(value)) : emitting[carries + position]
  })
}
