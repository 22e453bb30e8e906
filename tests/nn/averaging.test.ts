import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Buffer, compile, ones, Parameter, random, seed, type Tensor, tensor, zeros } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { sgd } from '../../src/optim/index.js'

// Truth: PyTorch, by scripts/fixtures/averaging.py.

type Values = { readonly [path: string]: readonly number[] }
const fixtures: {
  readonly steps: readonly Values[]
  readonly averages: { readonly [kind: string]: Values }
  readonly batches: readonly (readonly (readonly number[])[])[]
  readonly statistics: Values
} = JSON.parse(readFileSync(new URL('../fixtures/averaging.json', import.meta.url), 'utf8'))

const options = { dtype: 'float64' } as const
const make = () => nn.sequential(nn.linear(3, 4, options), nn.batchNorm1d(4, options), nn.linear(4, 2, options))

function put(model: nn.Module, values: Values): void {
  for (const [path, variable] of model.variables())
    variable.assign(tensor(Float64Array.from(values[path]), [...variable.shape]))
}

function expectValues(found: nn.State, wanted: Values, digits = 12): void {
  for (const [path, values] of Object.entries(wanted)) {
    values.forEach((value, i) => {
      expect(found[path].data[i], `${path}[${i}]`).toBeCloseTo(value, digits)
    })
  }
}

const kinds: { readonly [kind: string]: (model: nn.Module) => nn.ModelAverage } = {
  movingAverage: (model) => nn.movingAverage(model, { decay: 0.9, buffers: 'average' }),
  warmedUp: (model) =>
    nn.movingAverage(model, { decay: (n) => n.add(1).div(n.add(10)).minimum(0.5), buffers: 'average' }),
  stochasticWeightAverage: (model) => nn.stochasticWeightAverage(model, { buffers: 'average' }),
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  it.each(['outside', 'inside'])('is that of PyTorch, updated %s of compile', async (where) => {
    const model = make()
    const average = kinds[kind](model)
    const update = where === 'inside' ? compile(() => average.update()) : () => average.update()
    for (const values of fixtures.steps) {
      put(model, values)
      update()
    }
    expect(await average.updates.value.item()).toBe(5)
    const own = await model.state()
    average.swapIn()
    expectValues(await model.state(), fixtures.averages[kind])
    average.swapOut()
    expect(await model.state()).toEqual(own)
    const copy = make()
    average.copyTo(copy)
    expectValues(await copy.state(), fixtures.averages[kind])
    const x = tensor([[1, 2, 3]], [1, 3], 'float64')
    model.eval()
    expect(nn.functionalCall(model, average.values(), x).dataSync()).toEqual(copy.eval().forward(x).dataSync())
  })

  it('goes on exactly where it was stored', async () => {
    const [model, other] = [make(), make()]
    const [average, resumed] = [kinds[kind](model), kinds[kind](other)]
    const { steps } = fixtures
    for (const values of steps.slice(0, 2)) {
      put(model, values)
      average.update()
    }
    resumed.loadState(await average.state())
    for (const values of steps.slice(2)) {
      put(model, values)
      average.update()
      put(other, values)
      resumed.update()
    }
    expect(await resumed.state()).toEqual(await average.state())
    expectValues(
      await resumed.state(),
      Object.fromEntries(Object.entries(fixtures.averages[kind]).map(([path, v]) => [`averages.${path}`, v])),
    )
  })
})

describe('averages', () => {
  it('are part of a training step, and copy what is not trained', async () => {
    seed(6)
    const model = nn.sequential(nn.linear(3, 4), nn.batchNorm1d(4), nn.linear(4, 1))
    const optimizer = sgd(model, { learningRate: 0.05 })
    const average = nn.movingAverage(model, { decay: 0.5 })
    const step = compile((x: Tensor<[8, 3]>) => {
      const loss = model.forward(x).square().mean()
      optimizer.minimize(loss)
      average.update()
      return loss
    })
    let wanted: number | undefined
    const x = random.normal([8, 3])
    for (let i = 0; i < 4; i++) {
      step(x)
      const now = (await model.layers[0].weight.value.data())[0]
      wanted = wanted === undefined ? now : (wanted + now) / 2
    }
    const state = await average.state()
    expect(state['averages.layers.0.weight'].data[0]).toBeCloseTo(wanted as number, 6)
    expect(state['averages.layers.1.runningMean'].data).toEqual((await model.state())['layers.1.runningMean'].data)
    expect(step.traces).toHaveLength(1)
    // While the averages are in the model a step would train them.
    average.swapIn()
    expect(() => step(x)).toThrow(/update while the averages are in the model/)
    expect(() => average.swapIn()).toThrow(/already/)
    average.swapOut()
    expect(() => average.swapOut()).toThrow(/not in the model/)
    step(x)
    expect(() => compile(() => average.swapIn())()).toThrow(/swapIn inside compile/)
  })

  it('are in the model while something runs, and out whatever happens', async () => {
    const model = nn.linear(1, 1)
    const average = nn.stochasticWeightAverage(model)
    const weight = (): number => (model.weight.value.dataSync() as Float32Array)[0]
    for (const value of [1, 2, 6]) {
      model.weight.assign(tensor([[value]]))
      average.update()
    }
    expect(average.during(weight)).toBe(3)
    expect(weight()).toBe(6)
    expect(
      await average.during(async () => {
        await Promise.resolve()
        return weight()
      }),
    ).toBe(3)
    expect(weight()).toBe(6)
    const failing = () => {
      throw new Error('on purpose')
    }
    expect(() => average.during(failing)).toThrow('on purpose')
    await expect(average.during(async () => failing())).rejects.toThrow('on purpose')
    expect(weight()).toBe(6)
  })

  it('of 16-bit floats keep their digits, whole numbers are copied', async () => {
    class Small extends nn.Module {
      readonly scale = new Parameter(ones([1], 'bfloat16'), 'scale')
      readonly count = new Buffer(zeros([], 'int32'), 'count')
    }
    const model = new Small()
    const average = nn.movingAverage(model, { decay: 0.999, buffers: 'average' })
    average.update()
    model.scale.assign(zeros([1], 'bfloat16'))
    model.count.assign(tensor(7, [], 'int32'))
    for (let i = 0; i < 100; i++) average.update()
    const state = await average.state()
    expect(state['averages.scale'].data[0]).toBeCloseTo(0.999 ** 100, 5)
    expect(state['averages.count'].data[0]).toBe(7)
    average.swapIn()
    expect(model.scale.dtype).toBe('bfloat16')
    average.swapOut()
  })

  it('say what is wrong', () => {
    const model = nn.sequential(nn.linear(3, 4), nn.relu())
    expect(() => nn.movingAverage(model, { decay: 1.5 })).toThrow(/the decay is a number \(1.5\)/)
    expect(() => nn.movingAverage(model, {} as never)).toThrow(/decay/)
    expect(() => nn.movingAverage(model, { decay: 0.9, buffer: 'copy' } as never)).toThrow(/buffers/)
    expect(() => nn.movingAverage({} as never, { decay: 0.9 })).toThrow(/no module/)
    expect(() => nn.stochasticWeightAverage(model, { buffers: 'keep' as never })).toThrow(/'copy'/)
    expect(() => nn.movingAverage(model, { decay: () => zeros([2]) as never }).update()).toThrow(/rank 1/)
    const average = nn.stochasticWeightAverage(model)
    expect(() => average.copyTo(nn.linear(3, 4))).toThrow(/no average for 'weight'/)
    expect(() => average.copyTo(nn.sequential(nn.linear(3, 5)))).toThrow(/layers.0.weight/)
    nn.replaceLayer(model, 'layers.1', nn.linear(4, 2) as never)
    expect(() => average.update()).toThrow(/other variables/)
  })
})

describe('updateBatchNorm', () => {
  const batches = (): Tensor<[number, 3]>[] =>
    fixtures.batches.map((rows) => tensor(Float64Array.from(rows.flat()), [rows.length, 3]))

  it('estimates what PyTorch does', async () => {
    const model = make()
    put(model, fixtures.averages.stochasticWeightAverage)
    model.eval()
    model.layers[0].train()
    await nn.updateBatchNorm(model, batches())
    expectValues(await model.state(), fixtures.statistics)
    expect([model.training, model.layers[0].training, model.layers[1].momentum]).toEqual([false, true, 0.1])
    // In other forms: pairs, streams, and by a function.
    put(model, fixtures.averages.stochasticWeightAverage)
    await nn.updateBatchNorm(
      model,
      batches().map((x) => [x, zeros([1])] as const),
    )
    expectValues(await model.state(), fixtures.statistics)
    put(model, fixtures.averages.stochasticWeightAverage)
    const forward = compile((x: Tensor<[number, 3]>) => model.forward(x))
    const stream = async function* () {
      for (const picture of batches()) yield { picture }
    }
    await nn.updateBatchNorm(model, stream(), ({ picture }) => forward(picture))
    expectValues(await model.state(), fixtures.statistics)
  })

  it('leaves everything as it was after an error, and frozen layers alone', async () => {
    const model = make()
    const before = await model.state()
    await expect(nn.updateBatchNorm(model, [...batches(), zeros([2, 5], 'float64')] as never)).rejects.toThrow(/linear/)
    await expect(nn.updateBatchNorm(model, [])).rejects.toThrow(/no batches/)
    await expect(nn.updateBatchNorm(model, [3] as never)).rejects.toThrow(/a batch is a number/)
    await expect(nn.updateBatchNorm({} as never, [])).rejects.toThrow(/no module/)
    expect(await model.state()).toEqual(before)
    expect([model.training, model.layers[1].momentum]).toEqual([true, 0.1])
    model.layers[1].freeze()
    await nn.updateBatchNorm(model, batches())
    expect(await model.state()).toEqual(before)
    await nn.updateBatchNorm(nn.linear(3, 2), batches())
  })
})
