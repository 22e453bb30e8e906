import { describe, expect, it, test } from 'vitest'
import { costOf, explainPlan, explainTimings, quantity } from '../../src/compiler/explain.js'
import { plan } from '../../src/compiler/plan.js'
import { build, type Graph } from '../../src/graph/index.js'
import { graphOver } from '../support/printed.js'

const cost = (graph: Graph) => costOf(plan(graph))
const float32 = (...shape: number[]) => ({ dtype: 'float32', shape }) as const

describe('costs, counted by hand', () => {
  it('of a product of matrices: 2·m·k·n operations', () => {
    const { flops, bytesMoved, kernels } = cost(graphOver([float32(5, 7), float32(7, 11)], (a, b) => build.dot(a, b)))
    expect({ flops, bytesMoved, kernels }).toEqual({
      flops: 2 * 5 * 7 * 11,
      bytesMoved: 4 * (35 + 77 + 55),
      kernels: 1,
    })
  })

  it('of a batch of them', () => {
    const { flops } = cost(graphOver([float32(3, 5, 7), float32(3, 7, 11)], (a, b) => build.dot(a, b)))
    expect(flops).toBe(3 * 2 * 5 * 7 * 11)
  })

  it('of the first layer of LeNet: 28·28·6 outputs of 5·5 products each', () => {
    const attributes = { strides: [1, 1], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1 }
    const padding = [
      [2, 2],
      [2, 2],
    ] as const
    const graph = graphOver([float32(1, 28, 28, 1), float32(5, 5, 1, 6)], (x, kernel) =>
      build.conv(x, kernel, { ...attributes, padding }),
    )
    const { flops, bytesMoved } = cost(graph)
    expect(flops).toBe(2 * 28 * 28 * 6 * 25)
    expect(bytesMoved).toBe(4 * (784 + 150 + 4704))
  })

  it('of a grouped convolution: only the channels of the group count', () => {
    const attributes = {
      strides: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
      inputDilation: [1, 1],
      kernelDilation: [1, 1],
      groups: 4,
    } as const
    const graph = graphOver([float32(2, 9, 9, 8), float32(3, 3, 2, 4)], (x, kernel) =>
      build.conv(x, kernel, attributes),
    )
    expect(cost(graph).flops).toBe(2 * (2 * 4 * 4 * 4) * (3 * 3 * 2))
  })

  it('of elementwise steps and sums: one per element', () => {
    const { flops, kernels, bytesMoved } = cost(graphOver([float32(10, 10)], (x) => build.reduceSum(build.exp(x), [0])))
    expect({ flops, kernels, bytesMoved }).toEqual({ flops: 200, kernels: 2, bytesMoved: 4 * (100 + 100 + 100 + 10) })
  })

  it('of movements: no operations, but bytes', () => {
    const { flops, bytesMoved } = cost(graphOver([float32(10, 20)], (x) => build.permute(x, [1, 0])))
    expect({ flops, bytesMoved }).toEqual({ flops: 0, bytesMoved: 2 * 4 * 200 })
  })

  it('of narrow elements: fewer bytes', () => {
    const graph = graphOver([{ dtype: 'float16', shape: [100] }], (x) => build.less(x, build.neg(x)))
    expect(cost(graph).bytesMoved).toBe(2 * (100 + 100) + 2 * (100 + 100) + 100)
  })

  it('of a scan: its body once per step', () => {
    const body = graphOver([float32(4, 4), float32(4, 4)], (state, x) => build.dot(state, x))
    const graph = graphOver([float32(4, 4), float32(10, 4, 4)], (start, xs) =>
      build.scan([start, xs], { body, carries: 1, sequences: 1, length: 10, reverse: false }),
    )
    expect(cost(graph).flops).toBe(10 * 2 * 4 * 4 * 4)
  })
})

it('prints a line per kernel, bodies indented, and the totals', () => {
  const branch = graphOver([float32(2)], (x) => build.sin(x))
  const graph = graphOver([{ dtype: 'bool', shape: [] }, float32(2)], (p, x) => {
    const [y] = build.cond(p, [build.neg(x)], branch, branch)
    return [build.mul(y, build.neg(x)), x]
  })
  expect(explainPlan(plan(graph))).toBe(
    [
      'neg              float32[2]@input 1 → float32[2]@0',
      'cond             bool[]@input 0, float32[2]@0 → float32[2]@64',
      '  | sin              float32[2]@input 0 → float32[2]@output 0',
      '  | 1 kernels, 2 flop, 16 B moved, arena 0 B (0 B without sharing)',
      '  | sin              float32[2]@input 0 → float32[2]@output 0',
      '  | 1 kernels, 2 flop, 16 B moved, arena 0 B (0 B without sharing)',
      'neg              float32[2]@input 1 → float32[2]@0',
      'mul              float32[2]@64, float32[2]@0 → float32[2]@output 0',
      'copy float32[2]@input 1 → output 1',
      '6 kernels, 10 flop, 105 B moved, arena 128 B (24 B without sharing)',
    ].join('\n'),
  )
})

it('adds up the phases of compiling behind the time of tracing', () => {
  const phases: [string, number][] = [
    ['trace', 1.25],
    ['simplify', 2],
    ['fuse', 10.5],
  ]
  expect(explainTimings(phases.map(([phase, milliseconds]) => ({ phase, milliseconds })))).toBe(
    'in 1.3 ms, compiled in 12.5 ms (simplify 2.0, fuse 10.5)',
  )
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [1234, '1.23 kB'],
  [12_345_678, '12.3 MB'],
  [999_999, '1 MB'],
  [1e9, '1 GB'],
  [4.56e12, '4.56 TB'],
  [7e20, '700000 PB'],
])('%d is %s', (value, text) => {
  expect(quantity(value, 'B')).toBe(text)
})
