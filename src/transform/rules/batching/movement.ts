import { fail } from '../../../core/errors.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { Primitive } from '../../../graph/primitives.js'
import { type Batchable, type BatchingRules, batched, expanded } from './rule.js'

/** Sources have no inputs, so nothing about them is ever batched. */
const source = <P extends Primitive>({ op }: Node<P>): never => fail(`batch: ${op} has no inputs that could be batched`)

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'

/** The batch axis comes first: every other axis moves up by one. */
const shifted = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1)

const reduction = <P extends Reduction>(node: Node<P>, [x]: readonly Batchable[]): Node =>
  build.create<Reduction>(node.op, [x.value], { axes: shifted(node.attributes.axes) })

export const movementBatchings = {
  constant: source,
  input: source,
  iota: source,
  /** Each key gives its own stream from the start, as it does in a loop: no single draw has these numbers. */
  randomBits: ({ attributes: { shape } }, [keys], { size }) => {
    const key = build.input('uint32', [2], 'key')
    const body = { inputs: [key], outputs: [build.randomBits(key, shape)] }
    return build.scan([keys.value], { body, carries: 0, sequences: 1, length: size, reverse: false }).map(batched)
  },

  reshape: ({ attributes: { shape } }, [x], { size }) => build.reshape(x.value, [size, ...shape]),
  permute: ({ attributes: { axes } }, [x]) => build.permute(x.value, [0, ...shifted(axes)]),
  expand: ({ attributes: { shape } }, [x], { size }) => build.expand(x.value, [size, ...shape]),
  slice: ({ attributes: { starts, sizes, steps } }, [x], { size }) =>
    build.slice(x.value, [0, ...starts], [size, ...sizes], [1, ...steps]),
  pad: ({ attributes: { low, high, interior, value } }, [x]) =>
    build.pad(x.value, [0, ...low], [0, ...high], [0, ...interior], value),
  concat: ({ attributes: { axis } }, inputs, { size }) =>
    build.concat(
      inputs.map((input) => expanded(input, size)),
      axis + 1,
    ),

  reduceSum: reduction,
  reduceProd: reduction,
  reduceMax: reduction,
  reduceMin: reduction,
  argMax: ({ attributes: { axis } }, [x]) => build.argMax(x.value, axis + 1),
  argMin: ({ attributes: { axis } }, [x]) => build.argMin(x.value, axis + 1),
  cumSum: ({ attributes: { axis, reverse } }, [x]) => build.cumSum(x.value, axis + 1, reverse),
} as const satisfies BatchingRules
