import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import type { Node } from '../../src/graph/node.js'
import type { Primitive } from '../../src/graph/primitives.js'
import { primitives } from '../../src/graph/types.js'
import { type Sample, sampleInputs, samples } from '../conformance/samples.js'
import {
  type Argument,
  all,
  batchedGraph,
  each,
  expectLoop,
  graphOf,
  type NodeFunction,
  stack,
  vmapped,
} from './loop-over-examples.js'

const functionOf =
  ({ build }: Sample): NodeFunction =>
  (inputs) => {
    const outputs = build(inputs)
    return isList(outputs) ? outputs : [outputs]
  }
const isList = (outputs: Node | readonly Node[]): outputs is readonly Node[] => Array.isArray(outputs)

/** For every choice of inputs but the one without any: which of them are mapped. */
const choices = (count: number): boolean[][] =>
  Array.from({ length: 2 ** count - 1 }, (_, choice) =>
    Array.from({ length: count }, (_, i) => ((choice + 1) & (1 << i)) !== 0),
  )

const examples = (sample: Sample, count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => sampleInputs(sample, from + i))

/** Each mapped input with a value for each of `count` examples. */
const argumentsOf = (sample: Sample, mapped: readonly boolean[], count: number): Argument[] => {
  const values = examples(sample, count)
  return mapped.map((isMapped, i) => (isMapped ? each(...values.map((value) => value[i])) : all(values[0][i])))
}

const cases = primitives.flatMap((primitive: Primitive) =>
  samples[primitive].filter(({ inputs }) => inputs.length > 0).map((sample) => ({ primitive, sample })),
)

describe.each(cases)('$primitive: $sample.name', ({ sample }) => {
  const f = functionOf(sample)
  const count = sample.inputs.length

  it('gives what a loop over the examples gives, whichever inputs are mapped', () => {
    for (const mapped of choices(count)) {
      for (const size of [1, 3]) expectLoop(f, argumentsOf(sample, mapped, 3), size)
    }
  })

  it('gives empty results for no examples', () => {
    const mapped = sample.inputs.map(() => true)
    const { graph, values } = batchedGraph(f, argumentsOf(sample, mapped, 1), 0)
    const single = graphOf(f, sampleInputs(sample, 1))
    const types = single.outputs.map(({ dtype, shape }) => ({ dtype, shape: [0, ...shape] }))
    expect(interpret(graph, values).map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(types)
  })

  it('nests: the inner map over one input, the outer map over each', () => {
    for (let inner = 0; inner < count; inner++) {
      for (let outer = 0; outer < count; outer++) {
        const g = vmapped(
          f,
          sample.inputs.map((_, i) => i === inner),
          2,
        )
        const args = sample.inputs.map((_, i): Argument => {
          const value = (from: number) => {
            const [first, second] = examples(sample, 2, from)
            return i === inner ? stack([first[i], second[i]]) : first[i]
          }
          return i === outer ? each(value(1), value(11), value(21)) : all(value(1))
        })
        expectLoop(g, args, 3)
      }
    }
  })
})
