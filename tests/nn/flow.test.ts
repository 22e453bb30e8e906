import { describe, expect, it } from 'vitest'
import { concat, type Tensor, zeros } from '../../src/index.js'
import { lenet, TabularNetwork } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'

/** Edges as text: `Linear 3 → 8 > Relu [1, 8]`. */
const lines = ({ stages, edges }: nn.Flow): string[] =>
  edges.map(({ from, to, shape }) => `${stages[from]!.title} > ${stages[to]!.title} [${shape.join(', ')}]`)

describe('flowOf', () => {
  it('goes through a chain, layer by layer', () => {
    const flow = nn.flowOf(lenet(), [null, 28, 28, 1])
    expect(flow.stages.map(({ kind }) => kind)).toEqual(['input', ...Array(13).fill('layer'), 'output'])
    expect(flow.stages[1]).toMatchObject({ path: '', around: undefined, outputs: [{ shape: [1, 10] }], parameters: 0 })
    expect(flow.stages[2]).toMatchObject({
      path: 'layers.0',
      title: expect.stringContaining('Conv2d'),
      around: 1,
      call: 0,
    })
    expect(flow.stages[2]).toMatchObject({ parameters: 156, multiplyAdds: 117_600, activationBytes: 4 * 28 * 28 * 6 })
    // From the input through the twelve layers to the output; nothing goes into the chain itself.
    const places = [0, ...Array.from({ length: 12 }, (_, i) => i + 2), 14]
    expect(flow.edges.map(({ from, to }) => [from, to])).toEqual(places.slice(1).map((to, i) => [places[i], to]))
    expect(flow.edges.slice(0, 4).map(({ shape }) => shape)).toEqual([
      [1, 28, 28, 1],
      [1, 28, 28, 6],
      [1, 28, 28, 6],
      [1, 14, 14, 6],
    ])
  })

  it('parts and joins at a shortcut, and names what is computed between layers', () => {
    const block = nn.residual(nn.sequential(nn.linear(3, 8), nn.relu, nn.linear(8, 3)))
    expect(lines(nn.flowOf(block, [5, 3]))).toEqual([
      'input > Identity [5, 3]',
      'input > Linear 3 → 8 [5, 3]',
      'Linear 3 → 8 > relu [5, 8]',
      'relu > Linear 8 → 3 [5, 8]',
      'Identity > add [5, 3]',
      'Linear 8 → 3 > add [5, 3]',
      'add > output [5, 3]',
    ])
  })

  it('follows several inputs and outputs, layers that are called twice, and layers that give what they are given', () => {
    class Twins extends nn.Module {
      readonly tower = nn.linear(4, 6)
      readonly drop = nn.dropout(0.5)
      readonly head = nn.linear(12, 2)
      forward(a: Tensor, b: Tensor) {
        const both = [a, b].map((x) => this.drop.forward(this.tower.forward(x as Tensor<[number, 4]>)) as Tensor)
        const joined = concat(both, 1) as Tensor<[number, 12]>
        return { logits: this.head.forward(joined), codes: joined }
      }
    }
    const flow = nn.flowOf(new Twins(), [
      [null, 4],
      [null, 4],
    ])
    expect(flow.stages.map(({ path, call, kind }) => `${kind} ${path} ${call}`)).toEqual([
      'input  0',
      'input  0',
      'layer  0',
      'layer tower 0',
      'layer drop 0',
      'layer tower 1',
      'layer drop 1',
      'operations  0',
      'layer head 0',
      'output  0',
      'output  0',
    ])
    expect(flow.stages.map(({ parameters }) => parameters)).toEqual([0, 0, 0, 30, 0, 0, 0, 0, 26, 0, 0])
    const ends = flow.edges.map(({ from, to }) => [from, to])
    // Results come by name: codes, then logits.
    expect(ends.sort(([a, b], [c, d]) => a! - c! || b! - d!)).toEqual([
      ...[
        [0, 3],
        [1, 5],
        [3, 4],
        [4, 7],
        [5, 6],
        [6, 7],
        [7, 8],
        [7, 9],
        [8, 10],
      ],
    ])
  })

  it('keeps a loop in the layer that has it, and shows layers that depend on no input', () => {
    const [, lstm, ...others] = nn.flowOf(nn.lstm(3, 5), [2, 7, 3]).stages
    expect(lstm).toMatchObject({ kind: 'layer', path: '', parameters: nn.lstm(3, 5).parameterCount() })
    expect(lstm!.multiplyAdds).toBe(nn.summary(nn.lstm(3, 5), [2, 7, 3]).multiplyAdds)
    expect(others.every(({ kind }) => kind === 'output')).toBe(true)
    class Shifted extends nn.Module {
      readonly table = nn.linear(1, 4)
      forward(x: Tensor<[number, 4]>) {
        return x.add(this.table.forward(zeros([1, 1])))
      }
    }
    expect(lines(nn.flowOf(new Shifted(), [3, 4]))).toEqual([
      'Linear 1 → 4 > add [1, 4]',
      'input > add [3, 4]',
      'add > output [3, 4]',
    ])
  })

  const models: readonly (readonly [string, Parameters<typeof nn.flowOf>[0], nn.SummaryInput])[] = [
    ['lenet', lenet(), [4, 28, 28, 1]],
    ['a table', new TabularNetwork({ numbers: 3, categories: [5, 4] }, 2), [4, 5]],
    ['a transformer', nn.transformerEncoder(16, 2, 3), [2, 6, 16]],
    ['one layer', nn.conv2d(3, 4, 3), [1, 8, 8, 3]],
  ]
  it.each(models)('adds up to what summary says of %s, and goes forwards only', (_, model, input) => {
    const { stages, edges } = nn.flowOf(model, input)
    const summary = nn.summary(model, input)
    for (const total of ['parameters', 'trainable', 'multiplyAdds', 'activationBytes'] as const) {
      expect(stages.reduce((sum, stage) => sum + stage[total], 0)).toBe(summary[total])
    }
    const inside = new Set(stages.map(({ around }) => around))
    for (const { from, to } of edges) {
      expect(from).toBeLessThan(to)
      expect(inside.has(from) || inside.has(to)).toBe(false)
    }
    // Nothing hangs in the air.
    stages.forEach(({ kind }, i) => {
      if (inside.has(i)) return
      if (kind !== 'output') expect(edges.some(({ from }) => from === i)).toBe(true)
      if (kind !== 'input') expect(edges.some(({ to }) => to === i)).toBe(true)
    })
    stages.forEach(({ around }, i) => {
      if (around !== undefined) expect(around).toBeLessThan(i)
    })
  })

  it('leaves the mode as it is, and refuses what summary refuses', () => {
    const model = nn.sequential(nn.linear(2, 2), nn.dropout(0.5))
    nn.flowOf(model, [1, 2])
    expect(model.training).toBe(true)
    expect(() => nn.flowOf(model, [1, 3])).toThrow('3')
    expect(() => nn.flowOf({} as never, [1])).toThrow('flowOf: the first argument is')
    expect(() => nn.flowOf(model, [-1, 2])).toThrow('flowOf: an axis of an input has the size a number (-1)')
  })
})
