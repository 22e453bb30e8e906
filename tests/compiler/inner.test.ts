import { describe, expect, it } from 'vitest'
import { deduplicate } from '../../src/compiler/passes/deduplicate.js'
import { dropUnreadOutputs, inlineCalls, simplifyInner } from '../../src/compiler/passes/inner.js'
import { rewrite } from '../../src/compiler/rewrite.js'
import { simplify } from '../../src/compiler/simplify.js'
import { build, printGraph, type TensorType } from '../../src/graph/index.js'
import { graphOver, printedAfter, text } from '../support/printed.js'

const vector: TensorType = { dtype: 'float32', shape: [2] }
const count: TensorType = { dtype: 'int32', shape: [] }

describe('deduplicate', () => {
  it('makes equal nodes one, also those made of equal nodes', () => {
    const graph = graphOver([vector], (x) => build.add(build.mul(build.sin(x), x), build.mul(build.sin(x), x)))
    expect(printedAfter(deduplicate, graph)).toBe(text`
      graph (%0: float32[2]) → %3
        %1 = sin %0 : float32[2]
        %2 = mul %1 %0 : float32[2]
        %3 = add %2 %2 : float32[2]
    `)
  })

  it('keeps apart what differs in attributes, order, or inputs', () => {
    const graph = graphOver([vector, vector], (x, y) => [
      build.cumSum(x, 0),
      build.cumSum(x, 0, true),
      build.sub(x, y),
      build.sub(y, x),
      build.constant(0, 'float32'),
      build.constant(-0, 'float32'),
      build.constant(Number.NaN, 'float32'),
      build.constant(0, 'float64'),
    ])
    expect(new Set(deduplicate(graph).outputs).size).toBe(8)
  })

  it('makes loops with equal bodies one, and keeps those with different bodies', () => {
    const doubled = (factor: number) => graphOver([vector], (x) => build.mul(x, build.fill(factor, [2], 'float32')))
    const graph = graphOver([{ dtype: 'bool', shape: [] }, vector], (p, x) =>
      [2, 2, 3].map((n) => build.cond(p, [x], doubled(n), doubled(1))[0]),
    )
    const [a, b, c] = deduplicate(graph).outputs
    expect(a).toBe(b)
    expect(c).not.toBe(a)
  })
})

describe('rewrite', () => {
  it('shares what does not change and leaves out what nothing needs', () => {
    const graph = graphOver([vector, vector], (x, y) => [build.exp(build.neg(x)), build.sin(y)])
    const changed = rewrite(graph, (node) => (node.op === 'exp' ? build.tanh(node.inputs[0]) : node))
    expect(printGraph(changed)).toBe(text`
      graph (%0: float32[2], %1: float32[2]) → %3, %4
        %2 = neg %0 : float32[2]
        %3 = tanh %2 : float32[2]
        %4 = sin %1 : float32[2]
    `)
    expect(changed.outputs[1]).toBe(graph.outputs[1])
    expect(changed.inputs).toBe(graph.inputs)
  })

  it('shows the visitor rebuilt inputs and the node as it was', () => {
    const graph = graphOver([vector], (x) => build.exp(build.neg(x)))
    const seen: string[] = []
    rewrite(graph, (node, original) => {
      seen.push(
        `${original.op}(${original.inputs.map(({ op }) => op)}) → ${node.op}(${node.inputs.map(({ op }) => op)})`,
      )
      return node.op === 'neg' ? build.sin(node.inputs[0]) : node
    })
    expect(seen).toEqual(['neg(input) → neg(input)', 'exp(neg) → exp(sin)'])
  })

  it('does not use the call stack', () => {
    const graph = graphOver([vector], (x) => Array.from({ length: 50_000 }).reduce((y: typeof x) => build.sin(y), x))
    const changed = rewrite(graph, (node) => (node.op === 'sin' ? build.cos(node.inputs[0]) : node))
    expect(changed.outputs[0].depth).toBe(graph.outputs[0].depth)
  })
})

describe('inline calls', () => {
  const squared = graphOver([vector], (x) => build.mul(x, x))
  const fourth = graphOver([vector], (x) => {
    const [y] = build.call([x], { name: 'squared', body: squared })
    return build.call([y], { name: 'squared', body: squared })
  })

  it('puts the body in place, calls within calls too', () => {
    const graph = graphOver([vector], (x) => build.neg(build.call([x], { name: 'fourth', body: fourth })[0]))
    expect(printedAfter(inlineCalls, graph)).toBe(text`
      graph (%0: float32[2]) → %3
        %1 = mul %0 %0 : float32[2]
        %2 = mul %1 %1 : float32[2]
        %3 = neg %2 : float32[2]
    `)
  })

  it('keeps those that recompute', () => {
    const graph = graphOver([vector], (x) => build.call([x], { name: 'block', body: fourth, recompute: true }))
    expect(printedAfter(inlineCalls, graph)).toContain('call %0 name=block recompute=true')
  })

  it('returns inputs that the body passes on', () => {
    const swapped = graphOver([vector, vector], (x, y) => [y, x])
    const graph = graphOver([vector, vector], (x, y) => build.call([x, y], { name: 'swap', body: swapped }))
    expect(printedAfter(inlineCalls, graph)).toBe('graph (%0: float32[2], %1: float32[2]) → %1, %0')
  })
})

describe('drop unread outputs', () => {
  it('of a branch', () => {
    const both = graphOver([vector], (x) => [build.sin(x), build.cos(x), build.exp(x)])
    const graph = graphOver([{ dtype: 'bool', shape: [] }, vector], (p, x) => build.cond(p, [x], both, both)[1])
    expect(printedAfter(dropUnreadOutputs, graph)).toBe(text`
      graph (%0: bool[], %1: float32[2]) → %3
        %2 = cond %0 %1 : float32[2]
          graph (%0: float32[2]) → %1
            %1 = cos %0 : float32[2]
          graph (%0: float32[2]) → %1
            %1 = cos %0 : float32[2]
        %3 = result %2 index=0 : float32[2]
    `)
  })

  it('of a scan, but never a carry', () => {
    const body = graphOver([vector, vector], (state, x) => [build.add(state, x), build.sin(x), build.cos(x)])
    const graph = graphOver([vector, { dtype: 'float32', shape: [3, 2] }], (start, xs) => {
      const attributes = { body, carries: 1, sequences: 1, length: 3, reverse: false }
      return build.scan([start, xs], attributes)[2]
    })
    expect(printedAfter(dropUnreadOutputs, graph)).toBe(text`
      graph (%0: float32[2], %1: float32[3, 2]) → %3
        %2 = scan %0 %1 carries=1 sequences=1 length=3 reverse=false : float32[2], float32[3, 2]
          graph (%0: float32[2], %1: float32[2]) → %2, %3
            %2 = add %0 %1 : float32[2]
            %3 = cos %1 : float32[2]
        %3 = result %2 index=1 : float32[3, 2]
    `)
  })

  it('of a call that stays', () => {
    const body = graphOver([vector], (x) => [build.sin(x), build.cos(x)])
    const graph = graphOver([vector], (x) => build.call([x], { name: 'both', body, recompute: true })[1])
    expect(printedAfter(dropUnreadOutputs, graph)).toBe(text`
      graph (%0: float32[2]) → %2
        %1 = call %0 name=both recompute=true : float32[2]
          graph (%0: float32[2]) → %1
            %1 = cos %0 : float32[2]
        %2 = result %1 index=0 : float32[2]
    `)
  })

  it('keeps all carries of a loop', () => {
    const graph = graphOver([count, vector], (i, x) => {
      const condition = graphOver([count, vector], (k) => build.less(k, build.constant(3, 'int32')))
      const body = graphOver([count, vector], (k, y) => [build.add(k, build.constant(1, 'int32')), build.sin(y)])
      return build.whileLoop([i, x], { condition, body, carries: 2 })[1]
    })
    expect(printedAfter(dropUnreadOutputs, graph)).toBe(printGraph(graph))
  })
})

describe('simplify inner graphs', () => {
  it('simplifies bodies, conditions and branches, also inside each other', () => {
    const zero = build.constant(0, 'int32')
    const condition = graphOver([count], (k) =>
      build.less(build.add(k, build.constant(0, 'int32')), build.constant(3, 'int32')),
    )
    const body = graphOver([count], (k) =>
      build.add(k, build.add(build.constant(0, 'int32'), build.constant(1, 'int32'))),
    )
    const whenTrue = graphOver([count], (k) => build.whileLoop([k], { condition, body, carries: 1 }))
    const whenFalse = graphOver([count], (k) => build.neg(build.neg(k)))
    const graph = graphOver([{ dtype: 'bool', shape: [] }], (p) => build.cond(p, [zero], whenTrue, whenFalse))
    expect(printedAfter((given) => simplifyInner(given, simplify), graph)).toBe(text`
      graph (%0: bool[]) → %3
        %1 = constant value=0 : int32[]
        %2 = cond %0 %1 : int32[]
          graph (%0: int32[]) → %2
            %1 = whileLoop %0 carries=1 : int32[]
              graph (%0: int32[]) → %2
                %1 = constant value=3 : int32[]
                %2 = less %0 %1 : bool[]
              graph (%0: int32[]) → %2
                %1 = constant value=1 : int32[]
                %2 = add %0 %1 : int32[]
            %2 = result %1 index=0 : int32[]
          graph (%0: int32[]) → %0
        %3 = result %2 index=0 : int32[]
    `)
  })
})

describe('all passes together', () => {
  it('reduce a call with dead outputs and constants to what is left', () => {
    const body = graphOver([vector], (x) => [build.mul(x, build.fill(1, [2], 'float32')), build.exp(x)])
    const graph = graphOver([vector], (x) => {
      const [kept] = build.call([x], { name: 'unit', body })
      const two = build.add(build.fill(1, [2], 'float32'), build.fill(1, [2], 'float32'))
      return build.pow(build.sub(kept, build.sub(two, build.fill(2, [2], 'float32'))), two)
    })
    expect(printedAfter(simplify, graph)).toBe(text`
      graph (%0: float32[2]) → %1
        %1 = mul %0 %0 : float32[2]
    `)
  })
})
