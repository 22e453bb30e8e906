import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeSafetensors, toOnnx } from '../../src/formats/index.js'
import { backend, setBackend, Tensor, tensor, zeros } from '../../src/index.js'
import { lenet } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'
import { align, alignAll, standingOf } from '../../studio/network/graph/align.js'
import { amountsOf, type Graph } from '../../studio/network/graph/graph.js'
import { arenaOf } from '../../studio/network/models/arena.js'
import { builders } from '../../studio/network/models/builders.js'
import { distanceOf } from '../../studio/network/models/distance.js'
import { asInput, exampleInputs } from '../../studio/network/models/inputs.js'
import { openFile } from '../../studio/network/models/of-file.js'
import { moduleSource } from '../../studio/network/models/of-module.js'

const file = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>])

const first = (value: unknown): Tensor =>
  value instanceof Tensor ? value : first(Object.values(value as Record<string, unknown>)[0])

describe('what layers give', () => {
  // Larger ones take the plain loops too long.
  const small = ['lenet', 'mlp', 'tabular', 'encoder', 'lstm', 'highway10'] as const
  it.each(small)('of %s is what the library computes layer by layer', async (name) => {
    const { make, inputs } = builders[name]
    const model = make()
    const source = moduleSource(name, model, inputs)
    const given = exampleInputs(inputs, 7)
    const values = await source.activations!(given)
    const layers = source.graph.nodes.filter(({ kind, value }) => kind === 'layer' && value !== undefined)
    for (const { value } of layers) expect(values.has(value!)).toBe(true)
    // The plain loops of the reference, uncompiled.
    const before = backend().name
    setBackend('reference')
    try {
      const tensors = given.map(({ data, shape }, i) =>
        tensor(Float64Array.from(data), [...shape], inputs[i]!.dtype),
      ) as Tensor[]
      const paths = [...new Set(layers.map(({ id }) => id.replace(/~\d+$/, '')))]
      const { result, outputs } = nn.outputsOf(model, paths, () =>
        (model as unknown as { forward(...x: Tensor[]): unknown }).forward(...tensors),
      )
      const expected = new Map<string, Tensor>([['output 0', first(result)]])
      for (const path of paths) expected.set(path, first((outputs as Record<string, unknown[]>)[path]![0]))
      for (const [path, wanted] of expected) {
        const found = values.get(path)!
        expect(found.shape).toEqual(wanted.shape)
        const data = await wanted.data()
        for (let i = 0; i < data.length; i++) expect(Math.abs(found.data[i]! - Number(data[i]))).toBeLessThan(1e-4)
      }
    } finally {
      setBackend(before)
    }
  })
})

describe('files', () => {
  it('of ONNX are drawn with modules, shapes and weights, and give what the library computes', async () => {
    const model = lenet().eval()
    const x = tensor(
      Float32Array.from({ length: 784 }, (_, i) => (i % 29) / 29),
      [1, 28, 28, 1],
    )
    const source = await openFile(file(await toOnnx(model, [x])), 'lenet.onnx')
    expect(source.inputs).toMatchObject([{ shape: [1, 28, 28, 1], channels: 'last' }])
    expect(amountsOf(source.graph)).toMatchObject({ parameters: 61_706, multiplyAdds: 416_520 })
    const conv = source.graph.nodes.find(({ type }) => type === 'Conv')!
    expect(conv.weights.map(({ name }) => name)).toEqual(['layers.0.weight', 'layers.0.bias'])
    expect(conv.outputs).toEqual([[1, 6, 28, 28]])
    const values = await source.activations!([{ shape: x.shape, data: await x.data() }])
    const logits = await model.forward(x).data()
    const output = source.graph.nodes.findLast(({ value }) => value !== undefined)!
    for (const [i, value] of logits.entries()) expect(values.get(output.value!)!.data[i]).toBeCloseTo(value, 4)
    const program = await source.program!(exampleInputs(source.inputs, 1))
    expect(program.flops).toBeGreaterThan(2 * 416_520)
  })

  it('of weights are trees that can be looked into, of anything else and broken ones say what they are', async () => {
    const state = await nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 2)).state()
    const source = await openFile(file(encodeSafetensors(state)), 'small.safetensors')
    expect(source.graph.nodes.map(({ id, parameters }) => [id, parameters])).toEqual([
      ['layers', 0],
      ['layers.0', 16],
      ['layers.2', 10],
    ])
    expect((await source.weight('layers.2.weight')).shape).toEqual([4, 2])
    expect(source.activations).toBeUndefined()
    await expect(openFile(file(new TextEncoder().encode('a,b\n1,2\n')), 'table.csv')).rejects.toThrow(
      'Models are drawn from ONNX',
    )
    await expect(openFile(file(new Uint8Array()), 'nothing.onnx')).rejects.toThrow('nothing.onnx is an empty file')
    const bytes = await toOnnx(lenet().eval(), [zeros([1, 28, 28, 1])])
    await expect(openFile(file(bytes.slice(0, 2000)), 'half.onnx')).rejects.toThrow('half.onnx')
    await expect(openFile(file(encodeSafetensors({})), 'none.safetensors')).rejects.toThrow('no tensors are in it')
  })
})

describe('weights of a model of the library', () => {
  it('are recognised, and drawn as the model with these weights', async () => {
    const model = lenet()
    const source = await openFile(file(encodeSafetensors(await model.state())), 'run: model.safetensors')
    expect(source.notes.join()).toContain('LeNet-5')
    expect(source.graph.edges.length).toBe(13)
    const { data } = await source.weight('layers.3.weight')
    expect([...(data as Float32Array)]).toEqual([...(await model.layers[3].weight.value.data())])
    const { 'layers.0.bias': _, ...less } = await model.state()
    expect((await openFile(file(encodeSafetensors(less)), 'less.safetensors')).graph.edges).toEqual([])
  })
})

describe('examples', () => {
  it('are the same for the same seed, within what a model takes', () => {
    const inputs = builders.lstm.inputs
    expect(exampleInputs(inputs, 3)).toEqual(exampleInputs(inputs, 3))
    expect(exampleInputs(inputs, 3)).not.toEqual(exampleInputs(inputs, 4))
    for (const token of Array.from(exampleInputs(inputs, 3)[0]!.data)) {
      expect(Number.isInteger(token) && token >= 0 && token < 64).toBe(true)
    }
  })

  it('bring pictures to the size, channels and order of an input', () => {
    const picture = { width: 2, height: 2, channels: 1, values: Float32Array.of(0, 1, 0.5, 0.25) }
    expect([...asInput(picture, [1, 2, 2, 1], 'last')]).toEqual([0, 1, 0.5, 0.25])
    expect([...asInput(picture, [1, 1, 1, 1], 'last')]).toEqual([0.4375])
    expect([...asInput(picture, [1, 3, 2, 2], 'first')]).toEqual([0, 1, 0.5, 0.25, 0, 1, 0.5, 0.25, 0, 1, 0.5, 0.25])
    const large = asInput(picture, [1, 8, 8, 3], 'last')
    expect(large).toHaveLength(192)
    expect(Math.max(...large)).toBe(1)
  })
})

describe('models side by side', () => {
  const graphOf = (...links: nn.Link[]): Graph =>
    moduleSource('', new nn.Sequential(links) as never, [{ name: 'x', shape: [1, 8], dtype: 'float32' }]).graph
  const names = (graph: Graph, place: number | undefined) => (place === undefined ? '' : graph.nodes[place]!.type)

  it('have the layers aligned that are the same, in their order', () => {
    const a = graphOf(nn.linear(8, 8), nn.relu(), nn.linear(8, 4))
    const b = graphOf(nn.linear(8, 8), nn.layerNorm(8), nn.relu(), nn.dropout(0.1), nn.linear(8, 4))
    const rows = alignAll([a, b])
    expect(rows.map(([x, y]) => [names(a, x), names(b, y)])).toEqual([
      ['input', 'input'],
      ['Linear', 'Linear'],
      ['', 'LayerNorm'],
      ['relu', 'relu'],
      ['', 'Dropout'],
      ['Linear', 'Linear'],
      ['output', 'output'],
    ])
    expect(rows.map((row) => standingOf(row, [a, b]))).toEqual([
      ...['same', 'same', 'alone', 'same', 'alone', 'same', 'same'],
    ])
    const wide = graphOf(nn.linear(8, 16), nn.relu(), nn.linear(16, 4))
    expect(alignAll([a, wide]).map((row) => standingOf(row, [a, wide]))).toEqual([
      ...['same', 'changed', 'changed', 'changed', 'same'],
    ])
    // A third one stands beside both.
    const three = alignAll([a, b, wide])
    expect(three.every((row) => row.length === 3)).toBe(true)
    expect(three.filter((row) => row[2] !== undefined)).toHaveLength(5)
  })

  it('do not take layers for the same only because they have the same place in a list', () => {
    const rows = alignAll([graphOf(nn.linear(8, 8)), graphOf(nn.layerNorm(8))])
    expect(rows.filter((row) => row.includes(undefined))).toHaveLength(2)
  })

  it('are aligned one to one and in order, whatever they are; with themselves, all of it', () => {
    const links = [() => nn.linear(8, 8), () => nn.relu(), () => nn.layerNorm(8), () => nn.dropout(0.1)]
    const anyModel = fc
      .array(fc.nat(3), { minLength: 1, maxLength: 9 })
      .map((picks) => graphOf(...picks.map((i) => links[i]!())))
    fc.assert(
      fc.property(anyModel, anyModel, (a, b) => {
        const pairs = align(a, b)
        for (const [k, [x, y]] of pairs.entries()) {
          const before = pairs[k - 1]
          if (before !== undefined) expect(before[0] < x && before[1] < y).toBe(true)
          expect(a.nodes[x]!.type).toBe(b.nodes[y]!.type)
        }
        expect(align(a, a)).toEqual(a.nodes.map((_, i) => [i, i]))
      }),
      { numRuns: 15 },
    )
  })

  it('have distances between their weights', () => {
    const of = (...data: number[]) => ({ shape: [data.length], data })
    expect(distanceOf([[of(3, 4), of(3, 4)]])).toBe(0)
    expect(distanceOf([[of(3, 4), of(0, 0)]])).toBe(1)
    expect(distanceOf([[of(3, 4), of(3, 5)]])).toBeCloseTo(0.2)
    expect(distanceOf([[of(3, 4), of(3)]])).toBeUndefined()
    expect(distanceOf([[of(0), of(0)]])).toBe(0)
  })
})

describe('the arena', () => {
  it('holds each value from the kernel that writes it to the last that reads it', () => {
    const at = (offset: number) => ({ dtype: 'float32', shape: [4], place: { kind: 'arena', offset } }) as const
    const input = { dtype: 'float32', shape: [4], place: { kind: 'input', index: 0 } } as const
    expect(
      arenaOf([
        { inputs: [input], outputs: [at(0)] },
        { inputs: [at(0)], outputs: [at(16)] },
        { inputs: [at(0), at(16)], outputs: [at(0)] },
        { inputs: [at(0)], outputs: [] },
      ]),
    ).toEqual([
      { offset: 0, bytes: 16, from: 0, to: 2 },
      { offset: 16, bytes: 16, from: 1, to: 2 },
      { offset: 0, bytes: 16, from: 2, to: 3 },
    ])
  })
})
