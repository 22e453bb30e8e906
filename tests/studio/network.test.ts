import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../src/index.js'
import { lenet } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'
import { neighbour } from '../../studio/network/drawing/keys.js'
import { Seen } from '../../studio/network/drawing/seen.js'
import { dragged, fit, within, zoomed } from '../../studio/network/drawing/view.js'
import { graphOfFlow } from '../../studio/network/graph/from-flow.js'
import { graphOfNames } from '../../studio/network/graph/from-names.js'
import {
  amountsOf,
  amountsWithin,
  amountText,
  type Graph,
  type GraphNode,
  lonely,
  shapeText,
  wayTo,
} from '../../studio/network/graph/graph.js'
import { layersWithin } from '../../studio/network/graph/layers-within.js'
import { layOut } from '../../studio/network/graph/layout.js'
import { found } from '../../studio/network/graph/search.js'
import { ENTRY, EXIT, visibleLevels } from '../../studio/network/graph/visible.js'
import { builders } from '../../studio/network/models/builders.js'
import { builtIn } from '../../studio/network/models/built-in.js'
import { moduleSource } from '../../studio/network/models/of-module.js'
import { activationTiles, matrixTile, weightTiles } from '../../studio/network/models/pictures.js'
import { statisticsOf } from '../../studio/network/models/statistics.js'

const node = (id: string, parent: number, more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ id, name: id, type: 'Layer', detail: '', kind: 'layer', parent, outputs: [], weights: [] },
  ...{ parameters: 0, multiplyAdds: 0, memory: 0 },
  ...more,
})

/** a → [b → [c → d]] → e, and a past all of it to e. */
const nested: Graph = {
  title: 'nested',
  nodes: [node('a', -1), node('b', -1), node('b.x', 1), node('c', 2, { parameters: 3 }), node('d', 2), node('e', -1)],
  edges: [
    { from: 0, to: 3, shape: [1, 4] },
    { from: 3, to: 4, shape: [1, 5] },
    { from: 4, to: 5, shape: [1, 6] },
    { from: 0, to: 5, shape: [1, 4] },
  ],
}

/** Layers within layers, with edges that go forwards between those in which no others lie. */
const anyGraph: fc.Arbitrary<Graph> = fc
  .array(fc.tuple(fc.nat(), fc.nat(), fc.nat(50)), { minLength: 1, maxLength: 40 })
  .map((drawn) => {
    // The parent is the one before or one around it, so that what lies in a node comes one after the other.
    const nodes: GraphNode[] = []
    drawn.forEach(([up, , parameters], i) => {
      const way = i === 0 ? [] : wayTo({ title: '', nodes, edges: [] }, i - 1)
      nodes.push(node(`n${i}`, [-1, ...way][up % (way.length + 1)]!, { parameters }))
    })
    const inside = new Set(nodes.map(({ parent }) => parent))
    const leaves = nodes.flatMap((_, i) => (inside.has(i) ? [] : [i]))
    const edges = leaves.slice(1).flatMap((to, i) => {
      const from = leaves[drawn[to]![1] % (i + 1)]!
      return [
        { from, to, shape: [1, 2] },
        { from: leaves[i]!, to, shape: [1, 3] },
      ]
    })
    return { title: 'any', nodes, edges }
  })

const idsOf = ({ nodes }: Graph) => new Set(nodes.map(({ id }) => id))

describe('the graph of a network', () => {
  it('shows what lies in closed nodes as edges of these, and where edges enter and leave opened ones', () => {
    const of = (...opened: string[]) =>
      visibleLevels(nested, { opened: new Set(opened) }).map(({ of, children, edges }) => ({
        ...{ of, children },
        edges: edges.map(({ from, to, label }) => `${from} ${to} ${label}`),
      }))
    expect(of()).toEqual([{ of: -1, children: [0, 1, 5], edges: ['0 1 4', '1 5 6', '0 5 4'] }])
    // What is opened inside of something closed is not seen.
    expect(of('b.x')).toEqual(of())
    expect(of('b', 'b.x')).toEqual([
      { of: -1, children: [0, 1, 5], edges: ['0 1 4', '1 5 6', '0 5 4'] },
      { of: 1, children: [2], edges: [`${ENTRY} 2 4`, `2 ${EXIT} 6`] },
      { of: 2, children: [3, 4], edges: [`${ENTRY} 3 4`, '3 4 5', `4 ${EXIT} 6`] },
    ])
  })

  it('leaves repeated calls out on demand', () => {
    const shared: Graph = {
      ...nested,
      nodes: nested.nodes.map((one, i) => (i === 4 ? { ...one, sharedWith: 3 } : one)),
    }
    const levels = visibleLevels(shared, { opened: new Set(['b', 'b.x']), hidesShared: true })
    expect(levels.at(-1)).toMatchObject({ children: [3], edges: [{ from: ENTRY, to: 3 }] })
  })

  it('opens what stands alone', () => {
    expect(lonely(nested)).toEqual([])
    const alone = {
      title: '',
      nodes: [node('in', -1, { kind: 'input' }), node('a', -1), node('b', 1), node('c', 2), node('d', 2)],
    }
    expect(lonely({ ...alone, edges: [] })).toEqual(['a', 'b'])
    expect(lonely({ title: '', nodes: [], edges: [] })).toEqual([])
  })

  it('adds up what lies in a node', () => {
    expect(amountsWithin(nested).map(({ parameters }) => parameters)).toEqual([0, 3, 3, 3, 0, 0])
    expect(layersWithin(nested)).toEqual([0, 2, 2, 0, 0, 0])
    expect(wayTo(nested, 4)).toEqual([1, 2, 4])
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const onPaper = graph.nodes.flatMap(({ parent }, i) => (parent < 0 ? [amountsWithin(graph)[i]!] : []))
        expect(onPaper.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(amountsOf(graph).parameters)
      }),
    )
  })

  it('is laid out so that nothing lies on another, everything within what it lies in, and edges from end to end', () => {
    fc.assert(
      fc.property(anyGraph, fc.boolean(), (graph, all) => {
        const layout = layOut(visibleLevels(graph, { opened: all ? idsOf(graph) : new Set(['n0', 'n3', 'n7']) }))
        const frame = (i: number) => new Seen(layout).boxFrame(i)
        const placeOf = new Map([...layout.nodes].map((place, i) => [place, i]))
        for (let i = 0; i < layout.nodes.length; i++) {
          const { parent } = graph.nodes[layout.nodes[i]!]!
          const own = frame(i)
          const around =
            parent < 0 ? { left: 0, top: 0, right: layout.width, bottom: layout.height } : frame(placeOf.get(parent)!)
          expect(own.left).toBeGreaterThanOrEqual(around.left - 0.01)
          expect(own.top).toBeGreaterThanOrEqual(around.top - 0.01)
          expect(own.right).toBeLessThanOrEqual(around.right + 0.01)
          expect(own.bottom).toBeLessThanOrEqual(around.bottom + 0.01)
          for (let k = 0; k < i; k++) {
            if (graph.nodes[layout.nodes[k]!]!.parent !== parent) continue
            const other = frame(k)
            const apart =
              own.left >= other.right || other.left >= own.right || own.top >= other.bottom || other.top >= own.bottom
            expect(apart).toBe(true)
          }
        }
        for (const { way, to, ends } of layout.edges) {
          expect(way.every(Number.isFinite)).toBe(true)
          if (ends) expect(way.at(-1)).toBeCloseTo(frame(placeOf.get(to)!).top, 1)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is laid out quickly where it is large, above below what it takes from', () => {
    const count = 10_000
    const chain: Graph = {
      title: 'long',
      nodes: Array.from({ length: count }, (_, i) => node(`n${i}`, -1)),
      edges: Array.from({ length: count - 1 }, (_, i) => [
        { from: i, to: i + 1, shape: [] },
        ...(i % 3 === 0 && i + 5 < count ? [{ from: i, to: i + 5, shape: [] }] : []),
      ]).flat(),
    }
    const start = performance.now()
    const layout = layOut(visibleLevels(chain, { opened: new Set() }))
    expect(performance.now() - start).toBeLessThan(3000)
    for (const { from, to } of layout.edges) {
      expect(layout.boxes[4 * to + 1]).toBeGreaterThan(layout.boxes[4 * from + 1]!)
    }
    // Only what lies there is found, wherever one looks.
    const seen = new Seen(layout)
    const middle = layout.height / 2
    const { boxes } = seen.in({ left: 0, top: middle, right: layout.width, bottom: middle + 1000 })
    expect(boxes.length).toBeGreaterThan(5)
    expect(boxes.length).toBeLessThan(30)
  })

  it('finds what is in a frame as looking at everything does', () => {
    const frames = fc.tuple(
      fc.integer({ min: -500, max: 4000 }),
      fc.integer({ min: -500, max: 4000 }),
      fc.nat(900),
      fc.nat(900),
    )
    fc.assert(
      fc.property(anyGraph, frames, (graph, [left, top, width, height]) => {
        const layout = layOut(visibleLevels(graph, { opened: idsOf(graph) }))
        const seen = new Seen(layout)
        const frame = { left, top, right: left + width, bottom: top + height }
        const expected = [...layout.nodes.keys()].filter((i) => {
          const box = seen.boxFrame(i)
          return (
            box.right >= frame.left && box.left <= frame.right && box.bottom >= frame.top && box.top <= frame.bottom
          )
        })
        expect(seen.in(frame).boxes).toEqual(expected)
      }),
    )
  })

  it('finds layers by words in names, types and sizes', () => {
    const graph = moduleSource('LeNet', lenet(), builders.lenet.inputs).graph
    const titles = (text: string) =>
      found(graph, text).map((place) => `${graph.nodes[place]!.type} ${graph.nodes[place]!.id}`)
    expect(titles('conv')).toEqual(['Conv2d layers.0', 'Conv2d layers.3'])
    expect(titles('linear 84')).toEqual(['Linear layers.11', 'Linear layers.9'])
    expect(titles('layers.11')[0]).toBe('Linear layers.11')
    expect(titles('nothing')).toEqual([])
    expect(found(graph, '')).toHaveLength(graph.nodes.length)
  })
})

describe('the drawing', () => {
  const view = { x: 10, y: 20, scale: 2 }
  it('zooms around the pointer, and is dragged with it', () => {
    const at = { x: 30, y: 50 }
    const larger = zoomed(view, 1.7, at)
    expect(larger.x + at.x / larger.scale).toBeCloseTo(view.x + at.x / view.scale)
    expect(larger.y + at.y / larger.scale).toBeCloseTo(view.y + at.y / view.scale)
    expect(dragged(view, 8, -4)).toEqual({ x: 6, y: 22, scale: 2 })
  })

  it('shows everything at once, and is never lost', () => {
    const size = fc.record({ width: fc.integer({ min: 1, max: 30_000 }), height: fc.integer({ min: 1, max: 30_000 }) })
    const screen = { width: 600, height: 400 }
    fc.assert(
      fc.property(size, fc.integer(), fc.integer(), (paper, right, down) => {
        const { x, y, scale } = fit(paper, screen)
        expect(x).toBeLessThanOrEqual(0)
        expect(x + screen.width / scale).toBeGreaterThanOrEqual(paper.width)
        const far = within(dragged({ x, y, scale }, right, down), paper, screen)
        expect(far.x).toBeLessThan(paper.width)
        expect(far.x + screen.width / scale).toBeGreaterThan(0)
        expect(far.y + screen.height / scale).toBeGreaterThan(0)
      }),
    )
  })

  it('is walked through by keys', () => {
    const layout = layOut(visibleLevels(nested, { opened: new Set() }))
    const next = (of: number, direction: 'up' | 'down' | 'left' | 'right') =>
      layout.nodes[neighbour(layout, layout.nodes.indexOf(of), direction)]
    expect([next(0, 'down'), next(1, 'down'), next(5, 'up'), next(0, 'up')]).toEqual([1, 5, 1, undefined])
    expect(next(-1, 'down')).toBe(0)
  })
})

describe('models of the library', () => {
  it.each(Object.keys(builtIn) as (keyof typeof builtIn)[])(
    '%s is drawn with all its weights, and runs',
    async (name) => {
      const { make, inputs } = builders[name]
      const model = make()
      const { graph, weight } = moduleSource(name, model, inputs)
      expect(amountsOf(graph).parameters).toBe(model.parameterCount())
      const weights = graph.nodes.flatMap((one) => one.weights.map((each) => each.name))
      expect(weights.sort()).toEqual([...model.variables().keys()].sort())
      expect(new Set(graph.nodes.map(({ id }) => id)).size).toBe(graph.nodes.length)
      const [first] = weights
      if (first !== undefined) expect((await weight(first)).data.length).toBeGreaterThan(0)
      graph.nodes.forEach(({ parent }, i) => {
        expect(parent).toBeLessThan(i)
      })
    },
  )

  it('draws calls of a layer with the same weights as shared', () => {
    class Twice extends nn.Module {
      readonly layer = nn.linear(4, 4)
      forward(x: Parameters<typeof this.layer.forward>[0]) {
        return this.layer.forward(this.layer.forward(x as never) as never)
      }
    }
    const model = new Twice()
    const flow = nn.flowOf(model, [1, 4])
    const { nodes } = graphOfFlow('twice', flow, [{ name: 'layer.weight', shape: [4, 4] }])
    expect(nodes.map(({ id, sharedWith, weights }) => [id, sharedWith, weights.length])).toEqual([
      ['input', undefined, 0],
      ['layer', undefined, 1],
      ['layer~1', 1, 0],
      ['output', undefined, 0],
    ])
  })
})

describe('files of weights', () => {
  it('are a tree of their names', () => {
    const list = ['encoder.0.weight', 'encoder.0.bias', 'encoder.1.inner.weight', 'head.weight', 'scale']
    const { nodes, edges } = graphOfNames(
      'weights',
      list.map((name, i) => ({ name, shape: name.endsWith('weight') ? [2, i + 1] : [3] })),
    )
    expect(edges).toEqual([])
    expect(nodes.map(({ id, parent, type, weights }) => [id, parent, type, weights.length])).toEqual([
      ['encoder', -1, 'Module', 0],
      ['encoder.0', 0, 'Matrix', 2],
      ['encoder.1.inner', 0, 'Matrix', 1],
      ['head', -1, 'Matrix', 1],
      ['weights', -1, 'Vector', 1],
    ])
    expect(nodes.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(2 + 3 + 6 + 8 + 3)
  })
})

describe('numbers', () => {
  it('have figures that leave out what is no number', () => {
    const of = statisticsOf([1, 3, Number.NaN, 0, Number.POSITIVE_INFINITY, 0], 3)
    expect(of).toMatchObject({ count: 6, least: 0, most: 3, mean: 1, notFinite: 2, histogram: [2, 1, 1] })
    expect(of.deviation).toBeCloseTo(Math.sqrt(6 / 4))
    expect(of.norm).toBeCloseTo(Math.sqrt(10))
    expect(of.zeros).toBeCloseTo(2 / 6)
    expect(statisticsOf([])).toMatchObject({ count: 0, least: 0, most: 0, mean: 0, norm: 0 })
    expect(statisticsOf([5, 5]).histogram.reduce((a, b) => a + b)).toBe(2)
  })

  it('are pictures, whichever axis the channels are', async () => {
    // One window of 2 × 2 for two inputs and three outputs.
    const last = tensor(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [2, 2, 2, 3],
    )
    const first = last.permute([3, 2, 0, 1])
    for (const channel of [0, 1]) {
      const tiles = weightTiles(await last.data(), [2, 2, 2, 3], 'last', channel)!
      expect(tiles).toMatchObject({ width: 2, height: 2, of: 3 })
      expect([...tiles.values.subarray(0, 4)]).toEqual([0, 6, 12, 18].map((at) => at + 3 * channel))
      expect(weightTiles(await first.data(), [3, 2, 2, 2], 'first', channel)).toEqual(tiles)
    }
    const maps = tensor(
      Float32Array.from({ length: 12 }, (_, i) => i),
      [1, 2, 2, 3],
    )
    const tiles = activationTiles(await maps.data(), [1, 2, 2, 3], 'last')
    expect([...tiles.values.subarray(0, 4)]).toEqual([0, 3, 6, 9])
    expect(activationTiles(await maps.permute([0, 3, 1, 2]).data(), [1, 3, 2, 2], 'first')).toEqual(tiles)
  })

  it('of large matrices are shown by means', () => {
    const { width, height, values } = matrixTile(new Float32Array(640 * 3).fill(2), 640, 3)
    expect([width, height]).toEqual([3, 160])
    expect(values.every((value) => value === 2)).toBe(true)
  })

  it('are written short', () => {
    expect([0, 999, 999_999, 61_706, 1.5e9].map((n) => amountText(n))).toEqual(['0', '999', '1 M', '61.7 k', '1.5 G'])
    expect([shapeText([1, 28, 28, 6]), shapeText([7]), shapeText([])]).toEqual(['28 × 28 × 6', '7', 'scalar'])
  })
})
