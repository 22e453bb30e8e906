import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plan } from '../../src/compiler/plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import { build, type Graph, type Node, type TensorType } from '../../src/graph/index.js'
import { findFaults } from '../support/planMachine.js'
import { graphOver } from '../support/printed.js'
import { graphOf, programs } from '../support/randomGraphs.js'

const SEED = 20_241_002
const vector: TensorType = { dtype: 'float32', shape: [100] }
/** 400 bytes are seven lines of 64. */
const LINES = 448

const planned = (graph: Graph, ...donated: number[]) => {
  const made = plan(graph, new Set(donated))
  expect(findFaults(made)).toEqual([])
  expect(findFaults(made, false)).toEqual([])
  return made
}
const placesOf = (graph: Graph, ...donated: number[]): string[] =>
  planned(graph, ...donated).steps.map(({ node, inputs, outputs }) => {
    const places = (operands: typeof inputs) =>
      operands.map(({ place }) =>
        place.kind === 'arena'
          ? `@${place.offset}`
          : place.kind === 'constant'
            ? `=${place.value}`
            : `${place.kind} ${place.index}`,
      )
    return `${node.op} ${places(inputs).join(', ')} → ${places(outputs).join(', ')}`
  })

describe('lifetimes', () => {
  it('reads inputs where they are and writes outputs where they belong', () => {
    expect(placesOf(graphOver([vector, vector], (x, y) => [build.add(x, y), build.sin(y)]))).toEqual([
      'add input 0, input 1 → output 0',
      'sin input 1 → output 1',
    ])
  })

  it('writes elementwise results over operands that die', () => {
    expect(placesOf(graphOver([vector], (x) => build.exp(build.cos(build.sin(build.tanh(x))))))).toEqual([
      'tanh input 0 → @0',
      'sin @0 → @0',
      'cos @0 → @0',
      'exp @0 → output 0',
    ])
  })

  it('does not write over an operand that is read later', () => {
    const graph = graphOver([vector], (x) => {
      const shared = build.sin(x)
      return build.mul(build.exp(shared), build.neg(build.cos(shared)))
    })
    expect(placesOf(graph)).toEqual([
      'sin input 0 → @0',
      `exp @0 → @${LINES}`,
      'cos @0 → @0',
      'neg @0 → @0',
      `mul @${LINES}, @0 → output 0`,
    ])
  })

  it('does not write over the operands of what is not elementwise', () => {
    const graph = graphOver([vector], (x) => build.neg(build.cumSum(build.cumSum(build.sin(x), 0), 0)))
    expect(placesOf(graph)).toEqual([
      'sin input 0 → @0',
      `cumSum @0 → @${LINES}`,
      `cumSum @${LINES} → @0`,
      'neg @0 → output 0',
    ])
  })

  it('does not write elements over wider or narrower ones', () => {
    const graph = graphOver([vector], (x) => build.neg(build.cast(build.not(build.less(build.sin(x), x)), 'float32')))
    expect(placesOf(graph)).toEqual([
      'sin input 0 → @0',
      `less @0, input 0 → @${LINES}`,
      `not @${LINES} → @${LINES}`,
      `cast @${LINES} → @0`,
      'neg @0 → output 0',
    ])
  })

  it('reads reshaped, reread and stopped values in place', () => {
    const graph = graphOver([{ dtype: 'float32', shape: [4] }], (x) => {
      const bits = build.bitcast(build.reshape(build.stopGradient(build.sin(x)), [2, 2]), 'uint32')
      return build.add(bits, bits)
    })
    expect(placesOf(graph)).toEqual(['sin input 0 → @0', 'add @0, @0 → output 0'])
  })

  it('keeps a value as long as a view of it is read', () => {
    const graph = graphOver([vector], (x) => {
      const y = build.sin(x)
      const view = build.reshape(y, [10, 10])
      return build.dot(build.reshape(build.cumSum(y, 0), [10, 10]), view)
    })
    expect(placesOf(graph)).toEqual(
      ['sin input 0 → @0', `cumSum input 0 → @${LINES}`, `dot @${LINES}, @0 → output 0`].map((line) =>
        line.replace('cumSum input 0', 'cumSum @0'),
      ),
    )
  })

  it('frees results that nobody reads at once', () => {
    const graph = graphOver([{ dtype: 'float32', shape: [8, 4] }], (x) => {
      const [, r] = build.qr(x)
      return build.neg(build.dot(build.neg(x), r))
    })
    // Q takes 128 bytes, R 64; then the place of Q is free for −x (128 bytes).
    expect(placesOf(graph)).toEqual([
      'neg input 0 → @0',
      'qr input 0 → @128, @256',
      'dot @0, @256 → @128',
      'neg @128 → output 0',
    ])
  })

  it('gives constants no memory', () => {
    const made = planned(
      graphOver([{ dtype: 'float32', shape: [] }], (x) => build.mul(x, build.constant(3, 'float32'))),
    )
    expect(made.arenaBytes).toBe(0)
    expect(made.steps[0].inputs[1].place).toEqual({ kind: 'constant', value: 3 })
  })

  it('reads a constant as other bits only after computing them', () => {
    const graph = graphOver([{ dtype: 'uint32', shape: [] }], (x) =>
      build.add(x, build.bitcast(build.constant(1, 'float32'), 'uint32')),
    )
    expect(placesOf(graph)).toEqual(['bitcast =1 → @0', 'add input 0, @0 → output 0'])
  })

  it('counts bytes with and without sharing', () => {
    const graph = graphOver([vector], (x) => build.exp(build.cumSum(build.cumSum(build.cumSum(x, 0), 0), 0)))
    const { arenaBytes, unsharedBytes } = planned(graph)
    expect([arenaBytes, unsharedBytes]).toEqual([2 * LINES, 3 * 400])
  })
})

describe('outputs', () => {
  it('are copied if they are inputs, constants, or given already', () => {
    const graph = graphOver([vector], (x) => {
      const y = build.sin(x)
      return [x, y, build.constant(2, 'float32'), y, build.reshape(y, [10, 10]), build.reshape(x, [10, 10])]
    })
    const { copies, steps } = planned(graph)
    expect(steps.length).toBe(1)
    expect(copies.map(({ from: { shape, place }, output }) => ({ shape, place, output }))).toEqual([
      { output: 0, shape: [100], place: { kind: 'input', index: 0 } },
      { output: 2, shape: [], place: { kind: 'constant', value: 2 } },
      { output: 3, shape: [100], place: { kind: 'output', index: 1 } },
      { output: 4, shape: [10, 10], place: { kind: 'output', index: 1 } },
      { output: 5, shape: [10, 10], place: { kind: 'input', index: 0 } },
    ])
  })

  it('are read in place by later steps', () => {
    expect(placesOf(graphOver([vector], (x) => [build.cos(build.sin(x)), build.sin(x)].reverse()))).toHaveLength(3)
    const shared = graphOver([vector], (x) => {
      const y = build.sin(x)
      return [y, build.cos(y)]
    })
    expect(placesOf(shared)).toEqual(['sin input 0 → output 0', 'cos output 0 → output 1'])
  })
})

describe('donated inputs', () => {
  const reuse = (graph: Graph, ...donated: number[]) => planned(graph, ...donated).reuse

  it('hold the results of elementwise steps that read them last', () => {
    expect(
      reuse(
        graphOver([vector, vector], (w, g) => build.sub(w, g)),
        0,
      ),
    ).toEqual([0])
    expect(
      reuse(
        graphOver([vector, vector], (w, g) => build.sub(w, g)),
        1,
      ),
    ).toEqual([1])
    expect(reuse(graphOver([vector, vector], (w, g) => build.sub(w, g)))).toEqual([undefined])
  })

  it('hold results of other steps only if they are not read there', () => {
    const summed = (x: Node, y: Node): Node => build.cumSum(build.add(x, y), 0)
    expect(
      reuse(
        graphOver([vector], (x) => build.cumSum(x, 0)),
        0,
      ),
    ).toEqual([undefined])
    expect(reuse(graphOver([vector, vector], summed), 0, 1)).toEqual([0])
  })

  it('are not written before their last reader has run', () => {
    // The update of w comes first in the list of outputs; the loss still reads w.
    const graph = graphOver([vector, vector], (w, g) => {
      const loss = build.reduceSum(build.mul(w, w), [0])
      return [build.sub(w, g), loss]
    })
    const made = planned(graph, 0)
    expect(made.reuse).toEqual([0, undefined])
    expect(made.steps.map(({ node }) => node.op)).toEqual(['mul', 'sub', 'reduceSum'])
  })

  it('keep their value if another output is a copy of it', () => {
    expect(
      reuse(
        graphOver([vector], (x) => [build.neg(x), x]),
        0,
      ),
    ).toEqual([undefined, undefined])
    expect(
      reuse(
        graphOver([vector], (x) => [x, build.neg(x)]),
        0,
      ),
    ).toEqual([undefined, undefined])
    expect(
      reuse(
        graphOver([vector], (x) => [build.reshape(x, [4, 25]), build.neg(x)]),
        0,
      ),
    ).toEqual([undefined, undefined])
  })

  it('keep their value if an inner graph reads it later', () => {
    const body = graphOver([vector], (x) => build.sin(x))
    const graph = graphOver([vector, { dtype: 'bool', shape: [] }], (x, p) => {
      const [chosen] = build.cond(p, [x], body, body)
      return [build.neg(x), build.cumSum(chosen, 0)]
    })
    expect(findFaults(plan(graph, new Set([0])))).toEqual([])
  })

  it('are given away once', () => {
    const graph = graphOver([vector], (x) => [build.neg(x), build.exp(x)])
    expect(reuse(graph, 0).filter((input) => input !== undefined)).toEqual([0])
  })

  it('swap', () => {
    const graph = graphOver([vector, vector], (x, y) => [build.neg(y), build.neg(x)])
    const made = planned(graph, 0, 1)
    // The first result may not lie in x, which the second still reads.
    expect(made.reuse[0]).not.toBe(0)
  })

  it('hold only results of their own dtype and shape', () => {
    const small: TensorType = { dtype: 'float32', shape: [2, 3] }
    expect(
      reuse(
        graphOver([small], (x) => build.reshape(build.neg(x), [3, 2])),
        0,
      ),
    ).toEqual([undefined])
    expect(
      reuse(
        graphOver([small], (x) => build.bitcast(build.neg(x), 'int32')),
        0,
      ),
    ).toEqual([undefined])
    expect(
      reuse(
        graphOver([small], (x) => build.cast(x, 'int32')),
        0,
      ),
    ).toEqual([undefined])
    expect(
      reuse(
        graphOver([small], (x) => build.reduceSum(x, [0])),
        0,
      ),
    ).toEqual([undefined])
    // Flattened on the way, but back in shape at the end.
    const graph = graphOver([small], (x) => build.reshape(build.neg(build.reshape(x, [6])), [2, 3]))
    expect(reuse(graph, 0)).toEqual([0])
  })
})

describe('random programs', () => {
  it('never read a place where their operand does not lie, whatever is donated', () => {
    fc.assert(
      fc.property(
        programs,
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        (description, donate, simplified) => {
          const graph = simplified ? simplify(graphOf(description)) : graphOf(description)
          const donated = new Set(graph.inputs.flatMap((_, i) => (donate[i] ? [i] : [])))
          const made = plan(graph, donated)
          expect(findFaults(made)).toEqual([])
          expect(findFaults(made, false)).toEqual([])
          const results = made.steps.flatMap(({ outputs }) => outputs).length
          expect(made.arenaBytes).toBeLessThanOrEqual(made.unsharedBytes + 63 * results)
          for (const input of made.reuse) if (input !== undefined) expect(donated.has(input)).toBe(true)
          for (const { inner } of made.steps) for (const body of inner) expect(findFaults(body)).toEqual([])
        },
      ),
      { numRuns: 2000, seed: SEED },
    )
  })
})
