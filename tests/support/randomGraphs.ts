import fc from 'fast-check'
import type { Elements } from '../../src/backends/reference/interpret.js'
import { allocate, type DType, encodeAll } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, type Graph, makeGraph, type Node, type TensorType } from '../../src/graph/index.js'
import { controlProductions } from './randomControl.js'
import { productions, smoothProductions } from './randomProductions.js'

/** Values that grow larger are left out of a program. */
const SIZE_LIMIT = 64

/** One production and what it works on: whole numbers, of which any will do, so that every list of choices is a program. */
export type Choice = readonly [production: number, first: number, second: number, detail: number]

/** A program that can be printed, shrunk and built as often as needed. */
export interface Description {
  readonly inputs: readonly TensorType[]
  readonly choices: readonly Choice[]
  /** Which values the program returns; inputs, constants and repetitions occur. */
  readonly outputs: readonly number[]
  readonly smooth: boolean
}

const shape = fc.array(fc.constantFrom(0, 1, 1, 2, 3), { maxLength: 3 })
const filledShape = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 3 })
const choice = fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000), fc.nat(10_000))

const typesOf = (shapes: fc.Arbitrary<number[]>, ...dtypes: DType[]): fc.Arbitrary<TensorType[]> =>
  fc.array(fc.record({ dtype: fc.constantFrom(...dtypes), shape: shapes }), { minLength: 1, maxLength: 3 })

/** Programs over float64, int32 and bool with everything in them, shapes with sizes 0 and 1 included. */
export const programs: fc.Arbitrary<Description> = fc.record({
  inputs: typesOf(shape, 'float64', 'float64', 'int32', 'bool'),
  choices: fc.array(choice, { minLength: 1, maxLength: 14 }),
  outputs: fc.array(fc.nat(10_000), { minLength: 1, maxLength: 4 }),
  smooth: fc.constant(false),
})

/** Programs that are differentiable everywhere, over float64. */
export const smoothPrograms: fc.Arbitrary<Description> = fc.record({
  inputs: typesOf(filledShape, 'float64'),
  choices: fc.array(choice, { minLength: 1, maxLength: 8 }),
  outputs: fc.array(fc.nat(10_000), { minLength: 1, maxLength: 2 }),
  smooth: fc.constant(true),
})

/** The program as a function of its inputs: each choice makes a value from earlier ones. */
export function functionOf({ choices, outputs, smooth }: Description): (inputs: readonly Node[]) => Node[] {
  const table = smooth ? smoothProductions : [...productions, ...controlProductions]
  return (inputs) => {
    const values = [...inputs]
    for (const [production, first, second, detail] of choices) {
      const value = table[production % table.length](
        values[first % values.length],
        values[second % values.length],
        detail,
      )
      if (sizeOf(value.shape) <= SIZE_LIMIT) values.push(value)
    }
    // Counted from the end: late values need more of the program.
    return outputs.map((output) => values[values.length - 1 - (output % values.length)])
  }
}

/** The program as a graph of new nodes. */
export function graphOf(description: Description): Graph {
  const inputs = description.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
  return makeGraph(inputs, functionOf(description)(inputs))
}

/** Random values of the given types: floats around 0, small integers of both signs. */
export function randomValues(types: readonly TensorType[], seed: number): Elements[] {
  return types.map(({ dtype, shape }, i) => {
    const random = new RandomStream(seed, i)
    const values = Float64Array.from({ length: sizeOf(shape) }, () => randomValue(dtype, random))
    return { dtype, shape, data: encodeAll(dtype, values, allocate(dtype, values.length)) }
  })
}

function randomValue(dtype: DType, random: RandomStream): number {
  if (dtype === 'bool') return random.integer(2)
  return dtype === 'int32' ? random.integer(11) - 5 : random.uniform(-2, 2)
}
