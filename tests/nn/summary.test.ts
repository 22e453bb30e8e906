import { describe, expect, it } from 'vitest'
import { compile, Parameter, random, scan, seed, type Tensor, zeros } from '../../src/index.js'
import { lenet } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'

describe('summary', () => {
  it('of LeNet-5 has the figures of the paper’s sizes', () => {
    const found = nn.summary(lenet(), [null, 28, 28, 1])
    expect(found.parameters).toBe(61_706)
    expect(found.trainable).toBe(61_706)
    expect(found.parameterBytes).toBe(4 * 61_706)
    // 28² · 6 · 25 + 10² · 16 · 150 + 400 · 120 + 120 · 84 + 84 · 10
    expect(found.multiplyAdds).toBe(117_600 + 240_000 + 48_000 + 10_080 + 840)
    const [model, first] = found.layers
    expect(model).toMatchObject({ path: '', kind: 'Sequential', level: 0, outputs: [[[1, 10]]], parameters: 0 })
    expect(first).toMatchObject({ path: 'layers.0', kind: 'Conv2d', outputs: [[[1, 28, 28, 6]]], parameters: 156 })
    expect(first.activationBytes).toBe(4 * 28 * 28 * 6)
    // The batch counts; parameters stay.
    const batch = nn.summary(lenet(), [64, 28, 28, 1])
    expect([batch.parameters, batch.multiplyAdds]).toEqual([61_706, 64 * found.multiplyAdds])
    expect(batch.activationBytes).toBe(64 * found.activationBytes)
  })

  it('of ResNet-18 has the figures that everybody gives', () => {
    const light = { bias: false, initializer: nn.initializers.zeros() }
    const conv = (inputs: number, outputs: number, size: number, stride = 1) => [
      nn.conv2d(inputs, outputs, size, { ...light, stride, padding: (size - 1) / 2 }),
      nn.batchNorm2d(outputs),
    ]
    const chain = (...links: nn.Link[]): nn.Layer => (nn.sequential as (...links: nn.Link[]) => nn.Layer)(...links)
    const block = (inputs: number, outputs: number, stride: number) =>
      chain(
        nn.residual(
          chain(...conv(inputs, outputs, 3, stride), nn.relu(), ...conv(outputs, outputs, 3)),
          stride === 1 ? nn.identity() : chain(...conv(inputs, outputs, 1, stride)),
        ),
        nn.relu(),
      )
    const stage = (inputs: number, outputs: number, stride: number) => [
      block(inputs, outputs, stride),
      block(outputs, outputs, 1),
    ]
    const model = chain(
      ...conv(3, 64, 7, 2),
      nn.relu(),
      nn.maxPool2d(3, { stride: 2, padding: 1 }),
      ...stage(64, 64, 1),
      ...stage(64, 128, 2),
      ...stage(128, 256, 2),
      ...stage(256, 512, 2),
      nn.globalAvgPool(),
      nn.linear(512, 1000, { initializer: nn.initializers.zeros() }),
    )
    const found = nn.summary(model, [null, 224, 224, 3])
    expect(found.parameters).toBe(11_689_512)
    expect(found.multiplyAdds).toBe(1_814_073_344)
    // Per level the same numbers, added up.
    for (const depth of [0, 1, 2]) {
      const folded = nn.summary(model, [null, 224, 224, 3], { depth })
      expect(Math.max(...folded.layers.map(({ level }) => level))).toBe(depth)
      for (const total of ['parameters', 'trainable', 'multiplyAdds', 'activationBytes'] as const) {
        expect(folded[total]).toBe(found[total])
      }
    }
  })

  it('counts grouped, depthwise, transposed and attending layers by their formulas', () => {
    const count = (layer: Parameters<typeof nn.summary>[0], ...inputs: nn.InputShape[]) =>
      nn.summary(layer, inputs).multiplyAdds
    expect(count(nn.conv2d(8, 16, 3, { groups: 4 }), [2, 10, 10, 8])).toBe(2 * 8 * 8 * 16 * 9 * 2)
    expect(count(nn.depthwiseConv2d(8, 3), [1, 10, 10, 8])).toBe(8 * 8 * 8 * 9)
    expect(count(nn.conv1d(4, 5, 3, { dilation: 2, stride: 2 }), [1, 21, 4])).toBe(9 * 5 * 3 * 4)
    // Every input times the whole window.
    expect(count(nn.convTranspose2d(6, 3, 2, { stride: 2 }), [1, 7, 7, 6])).toBe(7 * 7 * 6 * 3 * 4)
    expect(count(nn.bilinear(5, 4, 3), [2, 5], [2, 4])).toBeGreaterThan(0)
    const [time, width] = [12, 16]
    const attention = 4 * time * width * width + 2 * time * time * width
    expect(count(nn.multiHeadAttention(width, 2), [1, time, width])).toBe(attention)
  })

  it('counts what runs in loops once a step', () => {
    const memory = nn.lstm(16, 8, { layers: 2, bidirectional: true })
    const found = nn.summary(memory, [3, 12, 16])
    const ofCell = 3 * 12 * (16 * 32 + 8 * 32)
    expect(found.multiplyAdds).toBe(4 * ofCell)
    expect(found.parameters).toBe(4 * (16 * 32 + 8 * 32 + 2 * 32))
    // Cells have no forward, so no lines.
    expect(found.layers.map(({ path }) => path)).toEqual([''])
    class Loop extends nn.Module {
      readonly step = nn.linear(4, 4)
      forward(x: Tensor): Tensor {
        return scan(
          (state: Tensor, row: Tensor) => [this.step.forward(state.add(row) as never) as Tensor, null],
          x.sum(0).unsqueeze(0) as Tensor,
          x.unsqueeze(1) as Tensor,
        )[0]
      }
    }
    const loop = nn.summary(new Loop(), [10, 4])
    expect(loop.multiplyAdds).toBe(10 * 16)
    expect(loop.layers[1]).toMatchObject({ path: 'step', outputs: [[[1, 4]]] })
  })

  it('takes several inputs, tokens and tensors', () => {
    class Pair extends nn.Module {
      readonly tokens = nn.embedding(50, 8)
      readonly join = nn.bilinear(8, 3, 5)
      forward(words: Tensor<[number]>, x: Tensor): { joined: Tensor; words: Tensor } {
        const vectors = this.tokens.forward(words) as Tensor
        return { joined: this.join.forward(vectors as never, x as never), words: vectors }
      }
    }
    const found = nn.summary(new Pair(), [{ shape: [null], dtype: 'int32' }, zeros([1, 3])])
    expect(found.layers[0].outputs).toEqual([
      [
        [1, 5],
        [1, 8],
      ],
    ])
    expect(found.parameters).toBe(50 * 8 + 8 * 3 * 5 + 5)
    expect(String(found)).toMatch(/^input +int32\[1\], \[1, 3\]$/m)
  })

  it('knows what is frozen, shared and does not run', () => {
    const shared = nn.linear(4, 4)
    const model = nn.sequential(shared, nn.relu(), shared, nn.linear(4, 2))
    shared.freeze()
    const found = nn.summary(model, [8, 4])
    expect([found.parameters, found.trainable]).toEqual([20 + 10, 10])
    const line = found.layers.find(({ path }) => path === 'layers.0')
    expect(line).toMatchObject({
      outputs: [[[8, 4]], [[8, 4]]],
      parameters: 20,
      trainable: 0,
      multiplyAdds: 2 * 8 * 16,
    })
    expect(String(found)).toMatch(/\[8, 4\] × 2/)
    expect(String(found)).toMatch(/^parameters +30 \(10 trained, 20 frozen\), 120 B$/m)
    class Spare extends nn.Module {
      readonly used = nn.linear(4, 2)
      readonly spare = nn.linear(4, 3)
      readonly scale = new Parameter(zeros([2]), 'scale')
      forward(x: Tensor): Tensor {
        return (this.used.forward(x as never) as Tensor).mul(this.scale.value)
      }
    }
    const spare = nn.summary(new Spare(), [1, 4])
    expect(spare.layers.map(({ parameters }) => parameters)).toEqual([2, 10, 15])
    expect(String(spare)).toMatch(/spare +Linear 4 → 3 +does not run/)
  })

  it('runs, assigns and changes nothing', async () => {
    seed(5)
    const model = nn.sequential(nn.linear(4, 3), nn.batchNorm1d(3), nn.dropout(0.5), nn.linear(3, 1))
    model.layers[2].eval()
    const before = await model.state()
    seed(5)
    const next = await random.uniform([]).item()
    seed(5)
    // A batch of one, which training would refuse.
    nn.summary(model, [null, 4])
    expect(await random.uniform([]).item()).toBe(next)
    expect(await model.state()).toEqual(before)
    expect([...model.modules().values()].map(({ training }) => training)).toEqual([true, true, true, false, true])
    expect(() => nn.summary(model, [null, 5])).toThrow(/linear/)
    expect([...model.modules().values()].map(({ training }) => training)).toEqual([true, true, true, false, true])
    const step = compile((x: Tensor<[2, 4]>) => model.forward(x))
    await step(zeros([2, 4])).data()
    nn.summary(model, [null, 4])
    await step(zeros([2, 4])).data()
    expect(step.traces).toHaveLength(1)
  })

  it('is a table', () => {
    const found = nn.summary(nn.sequential(nn.linear(20, 100), nn.relu(), nn.linear(100, 10)), [null, 20])
    expect(String(found)).toBe(
      [
        'layer                        output    parameters  multiply-adds  memory',
        'Sequential                   [1, 10]',
        '  layers.0  Linear 20 → 100  [1, 100]       2,100          2,000   400 B',
        '  layers.1  Activation relu  [1, 100]                              400 B',
        '  layers.2  Linear 100 → 10  [1, 10]        1,010          1,000    40 B',
        '',
        'input          [1, 20]',
        'parameters     3,110, 12.4 kB',
        'multiply-adds  3,000',
        'memory         840 B of activations',
      ].join('\n'),
    )
  })

  it('says what is wrong with the arguments', () => {
    const model = nn.linear(3, 2)
    expect(() => nn.summary({} as never, [1])).toThrow(/no module/)
    expect(() => nn.summary(model, 'x' as never)).toThrow(/an input is/)
    expect(() => nn.summary(model, [-1, 3])).toThrow(/size a number \(-1\)/)
    expect(() => nn.summary(model, { shape: [1, 3], dtype: 'float' as never })).toThrow(/an input is/)
    expect(() => nn.summary(model, [1, 3], { depth: 0.5 })).toThrow(/depth/)
    expect(() => nn.summary(model, [1, 3], { depth: -1 })).toThrow(/a depth of -1/)
    expect(() => nn.summary(model, [1, 3], { levels: 1 } as never)).toThrow(/levels/)
    class Bare extends nn.Module {}
    expect(() => nn.summary(new Bare() as never, [1])).toThrow(/no forward method/)
  })
})
