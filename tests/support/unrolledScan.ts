import { build, type Node } from '../../src/graph/index.js'
import type { Attributes } from '../../src/graph/primitives.js'
import { inline } from '../../src/transform/substitute.js'

/** The outputs of a scan of at least one step, written out: no loop, the steps one after the other. */
export function unrolledScan(inputs: readonly Node[], attributes: Attributes['scan']): Node[] {
  const { body, carries, sequences, length, reverse } = attributes
  const steps = Array.from({ length }, (_, i) => (reverse ? length - 1 - i : i))
  const captured = inputs.slice(carries + sequences)
  let state = inputs.slice(0, carries)
  const collected: Node[][] = []
  for (const step of steps) {
    const slices = inputs.slice(carries, carries + sequences).map((sequence) => {
      const rest = sequence.shape.slice(1)
      const still = rest.map(() => 0)
      return build.reshape(build.slice(sequence, [step, ...still], [1, ...rest]), rest)
    })
    const outputs = inline(body, [...state, ...slices, ...captured])
    state = outputs.slice(0, carries)
    collected[step] = outputs.slice(carries)
  }
  const stacks = body.outputs.slice(carries).map((_, i) =>
    build.concat(
      collected.map((values) => build.reshape(values[i], [1, ...values[i].shape])),
      0,
    ),
  )
  return [...state, ...stacks]
}
