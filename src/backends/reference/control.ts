import { allocate, type TypedArray } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { sizeOf } from '../../core/shape.js'
import type { Primitive } from '../../graph/primitives.js'
import type { Elements, Evaluation } from './elements.js'

/** A copy, so that what a later run of the same body writes cannot reach it. */
function copyOf({ dtype, shape, data }: Elements): Elements {
  const copy = allocate(dtype, data.length)
  copy.set(data)
  return { dtype, shape, data: copy }
}

const copyAll = (values: readonly Elements[], outputs: readonly Elements[]): void =>
  outputs.forEach((output, i) => {
    output.data.set(values[i].data)
  })

/** The part of a sequence that belongs to one step, without a copy. */
function stepOf(data: TypedArray, step: number, size: number): TypedArray {
  return data.subarray(step * size, (step + 1) * size)
}

/** Structure: what runs other graphs, and what belongs to the graph itself. */
export const controlEvaluations = {
  input: (_, __, { name }) =>
    fail(`input: no value was given for ${name ?? 'an input'}`, 'Pass one value for each input of the graph.'),
  /** Its inputs are all outputs of its source. */
  result: (inputs, [out], { index }) => out.data.set(inputs[index].data),
  scan: (inputs, outputs, { body, carries, sequences, length, reverse }, run) => {
    let state = inputs.slice(0, carries)
    const inputSequences = inputs.slice(carries, carries + sequences)
    const captured = inputs.slice(carries + sequences)
    const stacked = outputs.slice(carries)
    for (let i = 0; i < length; i++) {
      const step = reverse ? length - 1 - i : i
      const slices = inputSequences.map(({ dtype, shape, data }) => {
        const sliceShape = shape.slice(1)
        return { dtype, shape: sliceShape, data: stepOf(data, step, sizeOf(sliceShape)) }
      })
      const results = run(body, [...state, ...slices, ...captured])
      state = results.slice(0, carries).map(copyOf)
      stacked.forEach(({ data, shape }, k) => {
        stepOf(data, step, sizeOf(shape.slice(1))).set(results[carries + k].data)
      })
    }
    copyAll(state, outputs.slice(0, carries))
  },
  whileLoop: (inputs, outputs, { condition, body, carries }, run) => {
    let state = inputs.slice(0, carries)
    const captured = inputs.slice(carries)
    while (run(condition, [...state, ...captured])[0].data[0] !== 0) {
      state = run(body, [...state, ...captured]).map(copyOf)
    }
    copyAll(state, outputs)
  },
  cond: ([predicate, ...operands], outputs, { whenTrue, whenFalse }, run) =>
    copyAll(run(predicate.data[0] !== 0 ? whenTrue : whenFalse, operands), outputs),
  call: (inputs, outputs, { body }, run) => copyAll(run(body, inputs), outputs),
} as const satisfies { readonly [P in Primitive]?: Evaluation<P> }
