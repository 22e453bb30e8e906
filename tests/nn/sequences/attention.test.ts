import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../../src/core/dtype.js'
import * as build from '../../../src/graph/build.js'
import { compile, concat, grad, ones, Parameter, random, Tensor, tensor, vmap, zeros } from '../../../src/index.js'
import * as nn from '../../../src/nn/index.js'
import * as ops from '../../../src/operations/index.js'
import { adam } from '../../../src/optim/index.js'
import { expectValues, type LayerTruth, runLayerTest, toTensor } from '../../support/runLayerTest.js'

// Truth: PyTorch, by scripts/fixtures/nn_sequences.py; what takes one tensor only is in the table of layers.

interface Case extends LayerTruth {
  readonly call: readonly [name: keyof typeof makers, ...numbers: number[]]
  /** How many elements of each memory are there. */
  readonly counts?: readonly number[]
}

const file = new URL('../../fixtures/nn-sequences.json', import.meta.url)
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8')).memory

type Numbers = readonly [number, number, number]

/** A layer, and how it looks at a memory of which a part is there. */
const makers = {
  crossAttention: ([width, heads]: Numbers, options: object) => {
    const layer = nn.crossAttention<number, number>(width, heads, options)
    return [
      layer,
      (x: Tensor, memory: Tensor, keyMask?: Tensor) => layer.forward(x, memory, { ...(keyMask && { keyMask }) }),
    ]
  },
  additiveAttention: ([queries, keys, units]: Numbers, options: object) => {
    const layer = nn.additiveAttention<number, number>(queries, keys, units, options)
    const run = (x: Tensor, memory: Tensor, keyMask?: Tensor) =>
      layer.forward(x, memory, { ...(keyMask && { keyMask }) }).context
    return [layer, run]
  },
  transformerDecoderBlock: ([width, heads]: Numbers, options: object) => {
    const layer = nn.transformerDecoderBlock<number>(width, heads, options)
    const run = (x: Tensor, memory: Tensor, mask?: Tensor) =>
      layer.forward(x, memory, { ...(mask && { memoryMask: mask }) })
    return [layer, run]
  },
} as const satisfies Record<
  string,
  (numbers: Numbers, options: object) => readonly [nn.Module, (...args: never) => Tensor]
>

class WithMemory extends nn.Module {
  readonly layer: nn.Module
  readonly memory: Parameter
  readonly #run: (x: Tensor, memory: Tensor, mask?: Tensor) => Tensor

  constructor({ call: [name, ...args], parameters, counts }: Case, dtype: DType) {
    super()
    const numbers = args.filter((arg) => typeof arg === 'number') as unknown as Numbers
    const options = args.find((arg) => typeof arg === 'object') ?? {}
    const [layer, run] = makers[name](numbers, { ...(options as object), dtype })
    this.layer = layer
    this.memory = new Parameter(toTensor(parameters.memory).cast(dtype), 'memory')
    const elements = this.memory.shape[1]
    const rows = (counts ?? []).map((count) => ops.less(build.iota('int32', [elements], 0), count))
    this.#run = (x, memory) => run(x, memory, counts && new Tensor(ops.stack(rows)))
  }

  forward(x: Tensor): Tensor {
    return this.#run(x, this.memory.value)
  }
}

describe('layers with a memory are those of PyTorch', () => {
  for (const each of cases) {
    it(`${JSON.stringify(each.call)} with ${each.counts ?? 'all'}`, () => {
      runLayerTest((dtype) => new WithMemory(each, dtype), each)
    })
  }
})

describe('masks', () => {
  const layer = nn.multiHeadAttention(8, 2)
  const x = random.normal([2, 5, 8])

  it('of keys hide what is behind the end', () => {
    const keyMask = tensor([
      [true, true, true, false, false],
      [true, true, true, true, true],
    ])
    const masked = layer.forward(x, { keyMask })
    const short = layer.forward(x.slice([0, 1], [0, 3]))
    expectValues('start', masked.slice([0, 1], [0, 3]).dataSync(), short.dataSync(), 1e-6)
    expectValues('whole', masked.at(1).dataSync(), layer.forward(x).at(1).dataSync(), 1e-6)
  })

  it('that hide all give 0 and no NaN, in gradients neither', () => {
    const [q, k, v] = [random.normal([2, 3, 4]), random.normal([2, 5, 4]), random.normal([2, 5, 6])]
    const mask = tensor([[false], [true], [false]])
    const f = (a: Tensor, b: Tensor, c: Tensor) => nn.scaledDotProductAttention(a, b, c, { mask })
    const y = f(q, k, v)
    expect(y.shape).toEqual([2, 3, 6])
    expect(y.at(0, 1).abs().sum().itemSync()).toBe(0)
    expect(y.at(1, 1).abs().sum().itemSync()).toBeGreaterThan(0)
    for (const gradient of grad(y.square().sum(), [q, k, v])) {
      expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true)
    }
  })

  it('that are causal hide what comes later: the mask written out', () => {
    const [q, k, v] = [random.normal([2, 4, 3, 4]), random.normal([2, 4, 5, 4]), random.normal([2, 4, 5, 4])]
    const mask = tensor([
      [true, true, true, false, false],
      [true, true, true, true, false],
      [true, true, true, true, true],
    ])
    const causal = nn.scaledDotProductAttention(q, k, v, { causal: true })
    expectValues('causal', causal.dataSync(), nn.scaledDotProductAttention(q, k, v, { mask }).dataSync(), 0)
    const bias = mask.logicalNot().cast('float32').mul(-1e9)
    expectValues('bias', nn.scaledDotProductAttention(q, k, v, { bias }).dataSync(), causal.dataSync(), 1e-6)
  })

  it('run under vmap', () => {
    const causal = nn.multiHeadAttention(8, 2, { causal: true, rotary: true })
    const many = random.normal([3, 2, 5, 8])
    const mapped = vmap((one: Tensor) => causal.forward(one))(many)
    expectValues('vmap', mapped.at(1).dataSync(), causal.forward(many.at(1)).dataSync(), 1e-6)
  })
})

describe('generation', () => {
  /** A small language model. */
  class Language extends nn.Module {
    readonly table = nn.embedding(11, 16)
    readonly positions = nn.learnedPositions(12, 16)
    readonly encoder: nn.TransformerEncoder<16>
    readonly output = nn.tiedOutput(this.table)

    constructor(options: nn.TransformerOptions) {
      super()
      this.encoder = nn.transformerEncoder(16, 4, 2, { causal: true, ...options })
    }

    forward(tokens: Tensor<[2, number]>) {
      return this.output.forward(this.encoder.forward(this.positions.forward(this.table.forward(tokens))))
    }

    step(tokens: Tensor<[2, number]>, cache: readonly nn.KeyValueCache[]) {
      const x = this.positions.forward(this.table.forward(tokens), cache[0].length)
      const [y, next] = this.encoder.step(x, cache)
      return [this.output.forward(y), next] as const
    }
  }

  const variants: readonly nn.TransformerOptions[] = [
    {},
    { norm: 'pre', activation: nn.silu, gated: true, rotary: true, keyValueHeads: 2, normalization: nn.rmsNorm },
  ]
  for (const options of variants) {
    it(`with a cache gives the logits of the whole text: ${Object.keys(options)}`, () => {
      random.seed(4)
      const model = new Language(options).eval() as Language
      const tokens = random.randint([2, 12], 0, 11)
      const whole = model.forward(tokens)
      const plain = (part: Tensor, cache: readonly nn.KeyValueCache[]) => model.step(part as Tensor<[2, number]>, cache)
      for (const step of [plain, compile(plain)]) {
        let cache: readonly nn.KeyValueCache[] = model.encoder.cache(2, 12)
        const parts: Tensor[] = []
        // A text to start with, then one by one.
        for (const part of tokens.split([4, 1, 1, 2, 1, 1, 1, 1], 1)) {
          const [logits, next] = step(part as Tensor, cache)
          parts.push(logits)
          cache = next
        }
        expectValues('logits', concat(parts, 1).dataSync(), whole.dataSync(), 1e-5)
        expect(cache[1].length.itemSync()).toBe(12)
        expect(() => step(tokens.slice(':', [0, 1]), cache)[0].dataSync()).toThrow(/is outside/)
      }
    })
  }

  it('of decoders asks the memory once', () => {
    random.seed(4)
    const decoder = nn.transformerDecoder(8, 2, 2, { memoryWidth: 6, norm: 'pre', dropout: 0 })
    const [x, memory] = [random.normal([2, 5, 8]), random.normal([2, 3, 6])]
    const memoryMask = tensor([
      [true, true, false],
      [true, true, true],
    ])
    const whole = decoder.forward(x, memory, { memoryMask })
    let cache = decoder.cache(memory, 5)
    for (let t = 0; t < 5; t++) {
      const [y, next] = decoder.step(x.slice(':', [t, t + 1]), cache, { memoryMask })
      expectValues(`step ${t}`, y.dataSync(), whole.slice(':', [t, t + 1]).dataSync(), 1e-5)
      cache = next
    }
  })
})

describe('kernels', () => {
  const benchmark = new URL('../../../bench/workloads/transformer.js', import.meta.url)
  const summary = (text: string): string => text.split('\n').find((line) => /kernels, .*flop/.test(line)) ?? ''
  const count = (text: string): number => Number(/(\d+) kernels/.exec(summary(text))?.[1])

  it('of a training step are not more than those of the Transformer written by hand', async () => {
    const { transformer: handWritten } = await import(/* @vite-ignore */ benchmark.pathname)
    const byHand = handWritten({ batch: 2, time: 8, width: 32, heads: 4, depth: 2, classes: 16 })
    byHand.step()
    const block = () => nn.transformerEncoderBlock(32, 4, { norm: 'pre', activation: nn.gelu, dropout: 0 })
    const model = nn.sequential(block(), block(), nn.linear(32, 16))
    const optimizer = adam({ learningRate: 1e-3 })
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = nn.crossEntropy(model.forward(x), y)
      optimizer.minimize(loss, model)
      return loss
    })
    expect(Number.isFinite(step(random.normal([2, 8, 32]), random.randint([2, 8], 0, 16)).itemSync())).toBe(true)
    const [own, theirs] = [String(step.explain()), String(byHand.explain())]
    expect(count(own)).toBeGreaterThan(10)
    expect([summary(own), count(own)], summary(theirs)).toEqual([summary(own), Math.min(count(own), count(theirs))])
  })
})

it('a training step lowers the loss: the first element is copied to all places', () => {
  random.seed(5)
  const model = nn.sequential(
    nn.embedding(5, 16),
    nn.sinusoidalPositions(),
    nn.transformerEncoder(16, 2, 1, { dropout: 0 }),
    nn.linear(16, 5),
  )
  const optimizer = adam({ learningRate: 0.01 })
  const x = random.randint([32, 4], 0, 5)
  const y = x.slice(':', [0, 1]).expand([32, 4])
  const step = compile(() => {
    const loss = nn.crossEntropy(model.forward(x), y)
    optimizer.minimize(loss, model)
    return loss
  })
  const first = step().itemSync()
  let last = first
  for (let i = 0; i < 60; i++) last = step().itemSync()
  expect(last).toBeLessThan(first / 3)
})

describe('embeddings', () => {
  it('give rows of the table, and their gradients but for the padding', () => {
    const table = nn.embedding(4, 3, { paddingIndex: 1, dtype: 'float64' })
    expect([...table.weight.value.at(1).dataSync()]).toEqual([0, 0, 0])
    const indices = tensor(
      [
        [0, 1],
        [2, 0],
      ],
      [2, 2],
      'int32',
    )
    const y = table.forward(indices)
    expect([...y.at(1).at(0).dataSync()]).toEqual([...table.weight.value.at(2).dataSync()])
    const gradient = grad(y.sum(), table.weight)
    expect([...gradient.dataSync()]).toEqual([2, 2, 2, 0, 0, 0, 1, 1, 1, 0, 0, 0])
    for (const dtype of ['uint8', 'uint32'] as const) {
      expect(table.forward(indices.cast(dtype)).dataSync()).toEqual(y.dataSync())
    }
  })

  it('are cut to a length, with the gradient of that', () => {
    const table = nn.embedding(2, 2, { maxNorm: 1, dtype: 'float64', initializer: nn.initializers.zeros() })
    table.weight.assign(tensor(Float64Array.of(3, 4, 0.3, 0.4), [2, 2]))
    const y = table.forward(tensor([0, 1], [2], 'int32'))
    expectValues('vectors', y.dataSync(), [0.6, 0.8, 0.3, 0.4], 1e-14)
    // d(w / |w|) = (1 − w wᵀ / |w|²) / |w|, of the first component.
    expectValues(
      'gradient',
      grad(y.at(0).at(0), table.weight).dataSync(),
      [(1 - 9 / 25) / 5, -12 / 25 / 5, 0, 0],
      1e-14,
    )
    table.weight.assign(zeros([2, 2], 'float64'))
    expect([...grad(table.forward(tensor([0], [1], 'int32')).sum(), table.weight).dataSync()]).toEqual([1, 1, 0, 0])
  })

  it('and the output of the same table are trained together', () => {
    const table = nn.embedding(5, 3)
    const model = nn.sequential(table, nn.tiedOutput(table, { bias: true }))
    expect([...model.namedParameters().keys()]).toEqual(['layers.0.weight', 'layers.1.bias'])
    const logits = model.forward(tensor([1, 2], [2], 'int32'))
    expectValues(
      'logits',
      logits.dataSync(),
      table.weight.value
        .take(tensor([1, 2], [2], 'int32'))
        .matmul(table.weight.value.transpose())
        .dataSync(),
      1e-6,
    )
  })
})

describe('positions', () => {
  it('of a part are those that it has in the whole', () => {
    const x = random.normal([2, 6, 8])
    for (const layer of [nn.sinusoidalPositions(), nn.learnedPositions(6, 8)] as const) {
      const whole = layer.forward(x)
      for (const start of [4, tensor(4, [], 'int32')]) {
        const part = (layer as nn.SinusoidalPositions).forward(x.slice(':', [4, 6]), start as number)
        expectValues('part', part.dataSync(), whole.slice(':', [4, 6]).dataSync(), 1e-6)
      }
    }
    const turned = nn.rotary(x, { interleaved: true })
    expectValues(
      'rotary',
      nn.rotary(x.slice(':', [4, 6]), { interleaved: true, start: 4 }).dataSync(),
      turned.slice(':', [4, 6]).dataSync(),
      1e-6,
    )
  })

  it('make products of turned vectors depend on distances', () => {
    const [q, k] = [random.normal([1, 8]), random.normal([1, 8])]
    const product = (at: number, from: number) =>
      nn
        .rotary(q, { start: at })
        .mul(nn.rotary(k, { start: from }))
        .sum()
        .itemSync()
    expect(product(7, 3)).toBeCloseTo(product(104, 100), 4)
  })
})

describe('mistakes are named with their cure', () => {
  const x = zeros([2, 5, 8])
  const layer = nn.multiHeadAttention(8, 2)
  const causal = nn.multiHeadAttention(8, 2, { causal: true })
  const index = (value: number): Tensor => tensor([value], [1], 'int32')
  const broken: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => nn.multiHeadAttention(8, 3), /a width of 8 does not divide into 3 heads/],
    [() => nn.multiHeadAttention(8, 4, { keyValueHeads: 3 }), /4 heads of queries do not share 3/],
    [() => nn.multiHeadAttention(6, 2, { rotary: true }), /heads of 3 values cannot be rotary/],
    [() => nn.multiHeadAttention(8, 2, { casual: true } as object), /no option 'casual'. Did you mean 'causal'/],
    [() => layer.forward(zeros([5, 8]) as Tensor), /takes \[batch, time, 8\], it is given \[5, 8\].*unsqueeze/],
    [() => layer.forward(x, { keyMask: ones([2, 5]) }), /the mask is float32/],
    [
      () => layer.forward(x, { keyMask: ones([2, 4]).greater(0) }),
      /the key mask is \[2, 4\]. It is \[batch, keys\], here \[2, 5\]/,
    ],
    [() => layer.step(x, layer.cache(2, 4)), /has no steps.*causal: true/],
    [() => causal.step(x, causal.cache(2, 4)), /5 elements do not fit a cache of 4/],
    [
      () => causal.step(x.slice(':', [0, 1]), causal.step(x, causal.cache(2, 5))[1])[0].dataSync(),
      /multiHeadAttention cache: element 6 is outside 0 … 5: the cache has room for 5/,
    ],
    [() => causal.step(x, causal.cache(1, 9)), /the cache is for a batch of 1/],
    [() => nn.scaledDotProductAttention(x, zeros([2, 5, 7]) as Tensor, x), /do not fit/],
    [
      () => nn.crossAttention(8, 2).forward(x, zeros([2, 3, 4]) as Tensor),
      /the memory of .* takes \[batch, elements, 8\]/,
    ],
    [() => nn.transformerEncoderBlock(8, 2, { norm: 'first' as 'pre' }), /place of the normalisation is 'first'/],
    [() => nn.embedding(5, 3).forward(zeros([2])), /the indices are float32.*cast/],
    [
      () => nn.embedding(5, 3).forward(index(5)).dataSync(),
      /embedding: index 5 is outside 0 … 4: the table has 5 vectors/,
    ],
    [() => nn.embedding(5, 3).forward(index(-1)).dataSync(), /embedding: .*-1 is outside 0 … 4/],
    [() => nn.embedding(5, 3, { paddingIndex: 5 }), /padding index 5 is outside 0 … 4/],
    [() => nn.learnedPositions(4, 8).forward(x), /has 4 places of width 8, it is given 5/],
    [() => nn.rotary(zeros([2, 3])), /an even size/],
    [() => nn.rotary(zeros([2, 4]), { start: 1.5 }), /rotary: the start is 1.5. Places are whole numbers/],
    [() => nn.sinusoidalPositions().forward(x, -1), /the start is -1/],
    [() => nn.sinusoidalPositions().forward(x, tensor(1) as Tensor<[]>), /the start is float32\[\]/],
    [
      () =>
        nn
          .learnedPositions(6, 8)
          .forward(x, tensor(2, [], 'int32'))
          .dataSync(),
      /place 6 is outside 0 … 5: there are vectors for 6/,
    ],
  ]
  for (const [make, message] of broken) it(String(message), () => expect(make).toThrow(message))
})
