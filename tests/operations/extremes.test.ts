import { describe, expect, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import type { DType } from '../../src/core/dtype.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import * as o from '../../src/operations/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { withZeros } from '../support/checkGradients.js'
import { elements } from '../support/evaluateNodes.js'

// Truth: closed forms in double precision.

/** Value and gradient of the sum of f; −0 counts as 0. */
function valueAndGradient(f: (x: Node) => Node, x: Elements): { value: number[]; slope: number[] } {
  const input = build.input(x.dtype, x.shape)
  const output = f(input)
  const slope = withZeros(gradient([output], [build.onesLike(output)], [input]), [input])
  const [value, derivative] = interpret(makeGraph([input], [output, ...slope]), [x])
  return { value: Array.from(value.data, (v) => v + 0), slope: Array.from(derivative.data, (v) => v + 0) }
}

function expectRelative(actual: readonly number[], wanted: readonly number[], tolerance: number): void {
  wanted.forEach((value, i) => {
    if (!Number.isFinite(value)) expect(actual[i]).toBe(value)
    else if (!(Math.abs(actual[i] - value) <= tolerance * Math.abs(value))) {
      expect.fail(`element ${i} is ${actual[i]} where ${value} is expected`)
    }
  })
}

const precision: { readonly [D in DType]?: number } = { float32: 3e-7, float64: 1e-15 }
const floats = ['float32', 'float64'] as const

describe.each(floats)('far out in %s', (dtype) => {
  const tolerance = precision[dtype]!
  const x = [-80, -30, -1, 0, 1, 30, 80]
  const far = elements(dtype, [x.length], x)
  const logistic = (v: number): number => (v < 0 ? Math.exp(v) / (1 + Math.exp(v)) : 1 / (1 + Math.exp(-v)))
  const plus = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))
  // exp(−80) keeps seven digits less than its argument in float32: 80 · 6e-8.
  const slack = 20 * tolerance
  it('sigmoid', () => {
    const { value, slope } = valueAndGradient(o.sigmoid, far)
    expectRelative(value, x.map(logistic), slack)
    expectRelative(
      slope,
      x.map((v) => logistic(v) * logistic(-v)),
      slack,
    )
  })
  it('softplus and logSigmoid', () => {
    const first = valueAndGradient(o.softplus, far)
    expectRelative(first.value, x.map(plus), slack)
    expectRelative(first.slope, x.map(logistic), slack)
    const second = valueAndGradient(o.logSigmoid, far)
    expectRelative(
      second.value,
      x.map((v) => -plus(-v)),
      slack,
    )
    expectRelative(
      second.slope,
      x.map((v) => logistic(-v)),
      slack,
    )
  })
  it('nothing overflows at ±10000', () => {
    const huge = elements(dtype, [2], [-1e4, 1e4])
    const check = (f: (v: Node) => Node, value: number[], slope: number[]): void => {
      expect(valueAndGradient(f, huge)).toEqual({ value, slope })
    }
    check(o.sigmoid, [0, 1], [0, 0])
    check(o.softplus, [0, 1e4], [0, 1])
    check(o.logSigmoid, [-1e4, 0], [1, 0])
    check(o.silu, [0, 1e4], [0, 1])
    check(o.mish, [0, 1e4], [0, 1])
    check(o.gelu, [0, 1e4], [0, 1])
    check((v) => o.elu(v), [-1, 1e4], [0, 1])
    check(o.tanh, [-1, 1], [0, 0])
    check(
      o.erfc,
      [2, 0],
      [0, 0].map((zero) => -zero || 0),
    )
    const loss = (v: Node): Node => o.binaryCrossEntropyWithLogits(v, 0, { reduction: 'none' })
    check(loss, [0, 1e4], [0, 1])
  })
  it('softmax and its logarithm do not overflow', () => {
    const logits = elements(dtype, [3], [1e4, -1e4, 1e4])
    const pick = (v: Node): Node => o.at(o.logSoftmax(v), 1)
    const { value, slope } = valueAndGradient(pick, logits)
    expectRelative(value, [-2e4 - Math.LN2], tolerance)
    expectRelative(slope, [-0.5, 1, -0.5], tolerance)
    expectRelative(valueAndGradient(o.softmax, logits).value, [0.5, 0, 0.5], tolerance)
  })
})

describe('kinks and edges', () => {
  const at = (...values: number[]): Elements => elements('float64', [values.length], values)
  it('absolute value, relu and norm have slope 0 at 0', () => {
    expect(valueAndGradient(o.abs, at(0, -2)).slope).toEqual([0, -1])
    expect(valueAndGradient(o.relu, at(0, -2, 3)).slope).toEqual([0, 0, 1])
    expect(valueAndGradient((x) => o.norm(x), at(0, 0))).toEqual({ value: [0], slope: [0, 0] })
    expect(valueAndGradient((x) => o.std(x), at(3, 3))).toEqual({ value: [0], slope: [0, 0] })
  })
  it('sigmoid, softplus and asinh are smooth at 0', () => {
    expect(valueAndGradient(o.sigmoid, at(0)).slope).toEqual([0.25])
    expect(valueAndGradient(o.softplus, at(0)).slope).toEqual([0.5])
    expect(valueAndGradient(o.asinh, at(0)).slope).toEqual([1])
    expect(valueAndGradient(o.erfInv, at(0)).slope[0]).toBeCloseTo(Math.sqrt(Math.PI) / 2, 12)
  })
  it('logSumExp of nothing but −∞ is −∞ with slope 0', () => {
    expect(valueAndGradient((x) => o.logSumExp(x), at(-Infinity, -Infinity))).toEqual({
      value: [-Infinity],
      slope: [0, 0],
    })
    expect(valueAndGradient((x) => o.logSumExp(x), at(-Infinity, 2))).toEqual({ value: [2], slope: [0, 1] })
  })
  it('NaN of the side that is not taken stays out of the gradient', () => {
    const safe = (x: Node): Node => o.where(o.greater(x, 0), o.log(o.where(o.greater(x, 0), x, 1)), 0)
    expect(valueAndGradient(safe, at(-1, 2)).slope).toEqual([0, 0.5])
  })
  it('NaN passes through rectifiers and rounding', () => {
    const nan = at(Number.NaN)
    for (const f of [o.relu, o.abs, o.sign, o.floor, o.round, o.trunc, o.sigmoid, o.softplus, o.relu6, o.hardTanh]) {
      expect(valueAndGradient(f, nan).value).toEqual([Number.NaN])
    }
  })
  it('inverse functions end where they should', () => {
    expect(valueAndGradient(o.asin, at(-1, 1)).value).toEqual([-Math.PI / 2, Math.PI / 2])
    expect(valueAndGradient(o.acos, at(-1, 1)).value).toEqual([Math.PI, 0])
    expect(valueAndGradient(o.acos, at(-1, 1)).slope).toEqual([-Infinity, -Infinity])
    expect(valueAndGradient(o.asin, at(-1, 1)).slope).toEqual([Infinity, Infinity])
    expect(valueAndGradient(o.atanh, at(-1, 1)).value).toEqual([-Infinity, Infinity])
    expect(valueAndGradient(o.erfInv, at(-1, 1)).value).toEqual([-Infinity, Infinity])
  })
  it('erfc keeps its digits in the tail', () => {
    // erfc(5), erfc(10) and erfc(2) by mpmath.
    expectRelative(valueAndGradient(o.erfc, at(5, 10)).value, [1.5374597944280349e-12, 2.088487583762545e-45], 1e-14)
    const single = elements('float32', [2], [2, 5])
    expectRelative(valueAndGradient(o.erfc, single).value, [0.004677734981047266, 1.5374597944280349e-12], 3e-6)
  })
  it('erfInv in float32', () => {
    const single = elements('float32', [2], [0.5, -0.8427007929497149])
    expectRelative(valueAndGradient(o.erfInv, single).value, [0.4769362762044699, -1], 5e-7)
  })
})
