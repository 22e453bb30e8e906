import * as build from '../../../graph/build.js'
import { makeGraph } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import { anyOf, close, conform, evaluateInline, flagsOf, type Trace, trace, withMask } from './inner.js'
import {
  type Batchable,
  type BatchingContext,
  type BatchingRules,
  batched,
  expanded,
  moveAxis,
  select,
} from './rule.js'

export const loopBatchings = {
  /** All examples take each step together. A carry becomes batched once anything batched flows into it. */
  scan: (node, inputs, context) => {
    const { attributes } = node
    const { carries, sequences } = attributes
    const { size } = context
    const flags = flagsOf(inputs)
    let step: Trace
    for (;;) {
      step = trace(attributes.body, flags, context)
      const grown = anyOf(flags.slice(0, carries), flagsOf(step.outputs))
      if (grown.every((flag, i) => flag === flags[i])) break
      flags.splice(0, carries, ...grown)
    }
    const values = conform(inputs, flags, size).map((value, i) => {
      const isSequence = i >= carries && i < carries + sequences
      // Steps stay in front.
      return isSequence && flags[i] ? moveAxis(value, 0, 1) : value
    })
    const given = flagsOf(step.outputs).map((flag, i) => (i < carries ? flags[i] : flag))
    const body = close(step, given, size)
    const outputs = build.scan(withMask(values, context), { ...attributes, body })
    return outputs.map((output, i) => ({
      value: given[i] && i >= carries ? moveAxis(output, 1, 0) : output,
      batched: given[i],
    }))
  },

  /** A condition that is one for all examples stays; else the loop runs until the last example is done. */
  whileLoop: (node, inputs, context) => {
    const { condition, body, carries } = node.attributes
    const { size } = context
    const flags = flagsOf(inputs)
    for (;;) {
      const test = trace(condition, flags, context)
      if (context.mask !== undefined || test.outputs[0].batched) return whileAny(node, inputs, context)
      const step = trace(body, flags, context)
      const carried = anyOf(flags.slice(0, carries), flagsOf(step.outputs))
      if (carried.every((flag, i) => flag === flags[i])) {
        const loop = { condition: close(test, [], size), body: close(step, carried, size), carries }
        const outputs = build.whileLoop(conform(inputs, flags, size), loop)
        return outputs.map((value, i) => ({ value, batched: carried[i] }))
      }
      flags.splice(0, carries, ...carried)
    }
  },
} as const satisfies BatchingRules

/**
 * Runs until no example is active, and keeps the carries of those that are done. The first carry says who is active,
 * so that the condition is computed once a step.
 */
function whileAny(node: Node<'whileLoop'>, inputs: readonly Batchable[], context: BatchingContext): Batchable[] {
  const { condition, body, carries } = node.attributes
  const { size, mask } = context
  const holds = (values: readonly Batchable[], among: Node | undefined): Node => {
    const answer = expanded(evaluateInline(condition, values, among, context)[0], size)
    return among === undefined ? answer : build.and(among, answer)
  }

  const start = [holds(inputs, mask), ...inputs.map((input, i) => (i < carries ? expanded(input, size) : input.value))]
  const placeholders = start.map(({ dtype, shape }) => build.input(dtype, shape))
  const [active, ...rest] = placeholders
  const values = rest.map((value, i) => ({ value, batched: i < carries || inputs[i].batched }))
  const next = evaluateInline(body, values, active, context).map((output, i) =>
    batched(select(active, expanded(output, size), values[i].value)),
  )
  const still = holds([...next, ...values.slice(carries)], active)

  const loop = {
    condition: makeGraph(placeholders, [build.reduceMax(active, [0])]),
    body: makeGraph(placeholders, [still, ...next.map(({ value }) => value)]),
    carries: carries + 1,
  }
  return build.whileLoop(start, loop).slice(1).map(batched)
}
