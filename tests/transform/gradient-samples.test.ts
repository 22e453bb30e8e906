import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { isFloat } from '../../src/core/dtype.js'
import { build, makeGraph, type Node, type Primitive } from '../../src/graph/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { inDType, type Sample, sampleInputs, samples } from '../conformance/samples.js'
import { checkGradients, withZeros } from '../support/checkGradients.js'

/** Differences of factorizations lose digits where values come close. */
const tolerances: { readonly [P in Primitive]?: number } = {
  svd: 1e-6,
  eigh: 1e-6,
  lu: 1e-6,
  qr: 1e-6,
  triangularSolve: 1e-6,
}

/** Primitives of which no sample is smooth: their results are discrete, or their rule is an error. */
const discrete: readonly Primitive[] = [
  ...(['and', 'or', 'xor', 'not', 'shiftLeft', 'shiftRight', 'less', 'lessEqual', 'equal'] as const),
  ...(['argMax', 'argMin', 'bitcast', 'cast', 'randomBits', 'whileLoop'] as const),
]

const moves = (sample: Sample): boolean => sample.inputs.some(({ dtype, fixed }) => dtype === 'float64' && !fixed)

/** The gradient of the sum of the outputs. */
function gradients(sample: Sample): Float64Array[] {
  const inputs = sample.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
  const outputs = [sample.build(inputs)].flat().filter(({ dtype }) => isFloat(dtype))
  const wrt: Node[] = inputs.filter(({ dtype }, i) => isFloat(dtype) && !sample.inputs[i].fixed)
  const found = withZeros(gradient(outputs, outputs.map(build.onesLike), wrt), wrt)
  expect(found.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(wrt.map(({ dtype, shape }) => ({ dtype, shape })))
  const wide = found.map((node) => build.cast(node, 'float64'))
  return interpret(makeGraph(inputs, wide), sampleInputs(sample, 7)).map(({ data }) => Float64Array.from(data))
}

describe.each(Object.entries(samples) as [Primitive, readonly Sample[]][])('%s', (op, list) => {
  const smooth = list.filter((sample) => sample.notDifferentiable === undefined && moves(sample))
  it('has the gradients that differences show', () => {
    expect(smooth.length > 0).toBe(!discrete.includes(op))
    for (const sample of smooth) {
      try {
        checkGradients(sample.build, sampleInputs(sample, 7), {
          fixed: sample.inputs.map(({ fixed }) => fixed === true),
          tolerance: tolerances[op],
        })
      } catch (error) {
        throw new Error(`${sample.name}: ${error instanceof Error ? error.message : error}`, { cause: error })
      }
    }
  })
  it('has gradients of float32 and bfloat16 of the same types, and about the same values', () => {
    for (const sample of smooth) {
      const exact = gradients(sample)
      for (const [dtype, digits] of [
        ['float32', 1e-4],
        ['bfloat16', Number.POSITIVE_INFINITY],
      ] as const) {
        gradients(inDType(sample, dtype)).forEach((values, k) => {
          const scale = Math.max(1, ...exact[k].map(Math.abs))
          values.forEach((value, i) => {
            if (!(Math.abs(value - exact[k][i]) <= digits * scale)) {
              expect.fail(`${sample.name} (${dtype}): element ${i} of ${k} is ${value}, in float64 ${exact[k][i]}`)
            }
          })
        })
      }
    }
  })
})
