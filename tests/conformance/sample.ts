import type { Elements } from '../../src/backends/reference/interpret.js'
import { allocate, type DType, encodeAll, isFloat } from '../../src/core/dtype.js'
import { type Shape, sizeOf } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import type { Node } from '../../src/graph/node.js'

/** An input of a sample: random unless `values` are given. */
export interface SampleInput {
  readonly dtype: DType
  readonly shape: Shape
  /** Range of random values: −2 … 2 for floats, −5 … 5 for int32 and 0 … 10 for unsigned. */
  readonly low?: number
  readonly high?: number
  readonly values?: readonly number[]
  /** Distinct, well separated values (max, sort). */
  readonly distinct?: boolean
  /** Well conditioned matrices: symmetric positive definite, diagonally heavy (either triangle may be used), or rectangular. */
  readonly matrix?: 'spd' | 'lower' | 'general'
  /** Not differentiated. */
  readonly fixed?: boolean
}

/** A small use of one primitive, for every test that walks through all of them. */
export interface Sample {
  readonly name: string
  readonly inputs: readonly SampleInput[]
  build(inputs: readonly Node[]): Node | readonly Node[]
  /** Why not checked by finite differences. */
  readonly notDifferentiable?: string
}

/** Why samples of zeros of both signs, infinities, NaN and the like are not differentiated, nor compared between dtypes. */
export const SPECIAL = 'special values'

/** A float64 input. */
export const float = (shape: Shape, options: Omit<SampleInput, 'dtype' | 'shape'> = {}): SampleInput => ({
  dtype: 'float64',
  shape,
  ...options,
})
/** Indices, or integers that are not differentiated. */
export const int = (shape: Shape, options: Omit<SampleInput, 'dtype' | 'shape'> = {}): SampleInput => ({
  dtype: 'int32',
  shape,
  fixed: true,
  ...options,
})
export const bool = (shape: Shape, options: Omit<SampleInput, 'dtype' | 'shape'> = {}): SampleInput => ({
  dtype: 'bool',
  shape,
  fixed: true,
  ...options,
})
export const sample = (
  name: string,
  inputs: readonly SampleInput[],
  build: Sample['build'],
  notDifferentiable?: string,
): Sample => ({ name, inputs, build, notDifferentiable })

/** The same sample with its float64 inputs in another floating-point dtype. */
export const inDType = (original: Sample, dtype: DType): Sample => ({
  ...original,
  name: `${original.name} (${dtype})`,
  inputs: original.inputs.map((input) => (input.dtype === 'float64' ? { ...input, dtype } : input)),
})

/** The values of the inputs, equal for equal seeds. */
export function sampleInputs(sample: Sample, seed: number): Elements[] {
  return sample.inputs.map((input, i) => {
    const { dtype, shape } = input
    const values = input.values ?? randomValues(input, new RandomStream(seed, i))
    return { dtype, shape, data: encodeAll(dtype, values, allocate(dtype, sizeOf(shape))) }
  })
}

function randomValues(input: SampleInput, random: RandomStream): number[] {
  const { dtype, shape } = input
  const size = sizeOf(shape)
  if (input.matrix !== undefined) return matrices(input.matrix, shape, random)
  if (dtype === 'bool') return Array.from({ length: size }, () => random.integer(2))
  const [low, high] = [input.low ?? defaultLow(dtype), input.high ?? defaultHigh(dtype)]
  if (input.distinct) {
    const places = random.shuffle(Array.from({ length: size }, (_, i) => i))
    // A little noise within each place keeps the values from being special without bringing them together.
    return places.map((place) => low + ((high - low) * (place + random.uniform(0.3, 0.7))) / size)
  }
  if (!isFloat(dtype)) return Array.from({ length: size }, () => low + random.integer(high - low + 1))
  return Array.from({ length: size }, () => random.uniform(low, high))
}

const defaultLow = (dtype: DType): number => (isFloat(dtype) ? -2 : dtype === 'int32' ? -5 : 0)
const defaultHigh = (dtype: DType): number => (isFloat(dtype) ? 2 : dtype === 'int32' ? 5 : 10)

function matrices(kind: 'spd' | 'lower' | 'general', shape: Shape, random: RandomStream): number[] {
  const [m, n] = shape.slice(-2)
  const all: number[] = []
  for (let batch = 0; batch < sizeOf(shape.slice(0, -2)); batch++) {
    const noise = Array.from({ length: m * n }, () => random.uniform(-0.5, 0.5))
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const off = kind === 'spd' ? (noise[i * n + j] + noise[j * n + i]) / 2 : noise[i * n + j]
        // Different diagonal elements keep eigenvalues and singular values apart, where gradients need them to be.
        all.push(i === j ? 1.5 + 0.8 * i + 0.2 * off : off / (kind === 'general' ? 1 : n))
      }
    }
  }
  return all
}
