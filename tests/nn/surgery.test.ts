import { describe, expect, it } from 'vitest'
import { Buffer, compile, grad, ones, Parameter, random, seed, type Tensor, tensor, zeros } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { adam, sgd } from '../../src/optim/index.js'

const x = (): Tensor<[2, 3]> =>
  tensor([
    [1, -2, 3],
    [0, 1, 2],
  ])
const values = (t: Tensor): number[] => [...t.dataSync()].map(Number)

describe('replaceLayer', () => {
  class Everything extends nn.Module {
    readonly list: nn.Layer[] = [nn.linear(3, 3), nn.relu()]
    readonly named = new Map<string | number, nn.Layer>([
      ['a', nn.linear(3, 3)],
      [7, nn.tanh()],
    ])
    readonly options = { last: nn.linear(3, 3) as nn.Layer }
    readonly set = new Set<nn.Layer>([nn.relu(), nn.sigmoid()])
    forward(x: Tensor): Tensor {
      const all = [...this.list, ...this.named.values(), this.options.last, ...this.set]
      return all.reduce((y, layer) => layer.forward(y) as Tensor, x)
    }
  }

  it('works in properties, lists, maps, sets and layers within layers', () => {
    const model = new Everything()
    const order = (): string[] => [...model.modules().values()].slice(1).map((one) => one.constructor.name)
    const kinds = order()
    for (const [i, path] of ['list.0', 'list.1', 'named.a', 'named.7', 'options.last', 'set.0', 'set.1'].entries()) {
      const layer = nn.identity()
      expect(nn.replaceLayer(model, path, layer)).toBe(model)
      kinds[i] = 'Identity'
      expect(order()).toEqual(kinds)
      expect([...model.modules().values()]).toContain(layer)
    }
    expect(values(model.forward(x()))).toEqual(values(x()))
    expect([...model.named.keys()]).toEqual(['a', 7])
    const nested = nn.sequential(nn.residual(nn.sequential(nn.linear(3, 3), nn.relu())), nn.linear(3, 2))
    nn.replaceLayer(
      nested,
      'layers.0.layers.1.layers.0',
      nn.lambda((y: Tensor) => y.mul(0)),
    )
    expect(values(nested.forward(x()))).toEqual(values(nested.layers[1].forward(x())))
  })

  it('is seen by compiled functions, and by optimizers made afterwards', async () => {
    const model = nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 1000))
    const forward = compile((x: Tensor<[2, 3]>) => model.forward(x))
    expect(forward(x()).shape).toEqual([2, 1000])
    const tuned = nn.replaceLayer(model, 'layers.2', nn.linear(4, 1))
    expect(forward(x()).shape).toEqual([2, 1])
    tuned.freeze('layers.0')
    const optimizer = sgd(tuned, { learningRate: 0.1 })
    const step = compile((x: Tensor<[2, 3]>) => {
      const loss = tuned.forward(x).square().mean()
      optimizer.minimize(loss)
      return loss
    })
    const before = await tuned.state()
    const first = await step(x()).item()
    for (let i = 0; i < 5; i++) step(x())
    expect(await step(x()).item()).toBeLessThan(first)
    expect((await tuned.state())['layers.0.weight']).toEqual(before['layers.0.weight'])
  })

  it('takes over the mode, and may put something around the old layer', () => {
    const model = nn.sequential(nn.linear(3, 3), nn.dropout(0.5))
    model.eval()
    const [first] = model.layers
    const wrapped = nn.sequential(first, nn.dropout(0.9))
    nn.replaceLayer(model, 'layers.0', wrapped)
    expect(wrapped.layers[1].training).toBe(false)
    expect(values(model.forward(x()))).toEqual(values(first.forward(x())))
    // A function too, which has no mode.
    const chain = nn.sequential((y: Tensor) => y.relu(), nn.linear(3, 2)).eval()
    nn.replaceLayer(chain, 'layers.0', nn.dropout(0.5))
    expect(chain.layers[0]).toMatchObject({ training: false })
    // One place of two.
    const shared = nn.linear(3, 3)
    const twice = nn.sequential(shared, shared)
    nn.replaceLayer(twice, 'layers.1', nn.relu())
    expect(values(twice.forward(x()))).toEqual(values(shared.forward(x()).relu()))
  })

  it('says what is wrong', () => {
    const model = nn.sequential(nn.linear(3, 4), nn.relu())
    const replace = (path: string, layer: unknown) => () => nn.replaceLayer(model, path, layer as nn.Layer)
    expect(replace('layers.5', nn.relu())).toThrow(/nothing at 'layers.5'.*layers\.0/)
    expect(replace('', nn.relu())).toThrow(/nothing at ''/)
    expect(replace(3 as never, nn.relu())).toThrow(/nothing at '3'/)
    expect(replace('layers', nn.relu())).toThrow(/no layer/)
    expect(replace('layers.0.weight', nn.relu())).toThrow(/no layer.*tieWeights/)
    expect(replace('layers.0', 5)).toThrow(/the new layer is a number/)
    expect(replace('layers.0', undefined)).toThrow(/the new layer is undefined/)
    expect(() => nn.replaceLayer({} as never, 'a', nn.relu() as never)).toThrow(/no module/)
    class Fixed extends nn.Module {
      readonly layers = Object.freeze([nn.relu()])
    }
    expect(() => nn.replaceLayer(new Fixed(), 'layers.0' as string, nn.tanh())).toThrow(/'0' of .* cannot be set/)
  })
})

describe('tieWeights', () => {
  it('makes one parameter of two: in the state, for the optimizer, with the sum of the gradients', async () => {
    seed(2)
    const model = nn.sequential(nn.linear(3, 3), nn.linear(3, 3))
    expect(nn.tieWeights(model, 'layers.1.weight', 'layers.0.weight')).toBe(model)
    const [first, second] = model.layers
    expect(second.weight).toBe(first.weight)
    expect(model.parameterCount()).toBe(9 + 6)
    expect(Object.keys(await model.state())).toEqual(['layers.0.weight', 'layers.0.bias', 'layers.1.bias'])
    expect(model.parameters()).toHaveLength(3)
    // d/dW of sum(x W W) by the sum of both products.
    const w = first.weight.value
    const loss = (a: Tensor, b: Tensor): Tensor<[]> => (x() as Tensor).matmul(a).matmul(b).sum() as Tensor<[]>
    const [ga, gb] = [grad((a: Tensor) => loss(a, w))(w), grad((b: Tensor) => loss(w, b))(w)]
    for (const { bias } of model.layers) bias?.assign(zeros([3]))
    const g = grad(model.forward(x()).sum(), first.weight)
    values(ga.add(gb)).forEach((wanted, i) => {
      expect(values(g)[i]).toBeCloseTo(wanted, 4)
    })
    const optimizer = adam(model, { learningRate: 0.01 })
    const step = compile((x: Tensor<[2, 3]>) => optimizer.minimize(model.forward(x).square().mean()))
    step(x())
    expect(values(second.weight.value)).toEqual(values(first.weight.value))
    expect(Object.keys(await optimizer.state()).filter((name) => name.includes('weight')).length).toBe(2)
    // It comes back tied.
    const other = nn.sequential(nn.linear(3, 3), nn.linear(3, 3))
    nn.tieWeights(other, 'layers.1.weight', 'layers.0.weight').loadState(await model.state())
    expect(values(other.forward(x()))).toEqual(values(model.forward(x())))
    // Anew, nothing happens.
    nn.tieWeights(model, 'layers.1.weight', 'layers.0.weight')
    expect(model.parameterCount()).toBe(15)
  })

  it('says what is wrong', () => {
    const model = nn.sequential(nn.linear(3, 4), nn.linear(4, 3), nn.linear(3, 4, { dtype: 'float64' }))
    const tie = (path: string, from: string) => () => nn.tieWeights(model, path, from)
    expect(tie('layers.1.weight', 'layers.0.weight')).toThrow(
      /'layers.1.weight' is \[4, 3\], 'layers.0.weight' \[3, 4\]/,
    )
    expect(tie('layers.2.weight', 'layers.0.weight')).toThrow(/float64/)
    expect(tie('layers.1', 'layers.0')).toThrow(/Name two parameters/)
    expect(tie('layers.1.weights', 'layers.0.weight')).toThrow(/nothing at 'layers.1.weights'.*layers\.1\.weight/)
    expect(model.parameterCount()).toBe(16 + 15 + 16)
  })
})

describe('copyMatching', () => {
  const make = (classes: number) => nn.sequential(nn.linear(3, 4), nn.batchNorm1d(4), nn.linear(4, classes))

  it('takes over what fits and lists what does not', async () => {
    const [from, to] = [make(10), make(3)]
    from.layers[1].runningMean?.assign(ones([4]))
    const before = await to.state()
    const state = await from.state()
    const found = nn.copyMatching(to, { ...state, 'old.scale': state['layers.0.bias'] })
    expect(found.matched.map(({ path }) => path)).toEqual([
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.weight',
      'layers.1.bias',
      'layers.1.runningMean',
      'layers.1.runningVariance',
    ])
    expect([found.missing, found.complete]).toEqual([[], false])
    expect(found.mismatched[0]).toEqual({
      path: 'layers.2.weight',
      name: 'layers.2.weight',
      problem: 'has float32 [4, 10] instead of float32 [4, 3]',
    })
    const after = await to.state()
    for (const { path } of found.matched) expect(after[path]).toEqual(state[path])
    for (const { path } of found.mismatched) expect(after[path]).toEqual(before[path])
    expect(String(found)).toBe(
      [
        'the state: 6 of 8 variables',
        '  = layers.0.weight          [3, 4] ← as named',
        '  = layers.0.bias            [4] ← as named',
        '  = layers.1.weight          [4] ← as named',
        '  = layers.1.bias            [4] ← as named',
        '  = layers.1.runningMean     [4] ← as named',
        '  = layers.1.runningVariance [4] ← as named',
        "  ≠ layers.2.weight: 'layers.2.weight' has float32 [4, 10] instead of float32 [4, 3]",
        "  ≠ layers.2.bias: 'layers.2.bias' has float32 [10] instead of float32 [3]",
        "  + 'old.scale' has no place in the model",
      ].join('\n'),
    )
  })

  it('renames and leaves out', async () => {
    const from = nn.sequential(make(3))
    const state = await from.state()
    const to = make(3)
    const none = nn.copyMatching(to, state)
    expect([none.matched.length, none.missing.length, none.unused.length]).toEqual([0, 8, 8])
    const rename = (path: string): string | null => (path.includes('running') ? null : path.replace(/^layers\.0\./, ''))
    const found = nn.copyMatching(to, state, { rename })
    expect(found.matched[0]).toEqual({
      ...{ path: 'layers.0.weight', name: 'layers.0.layers.0.weight', shape: [3, 4], change: '' },
    })
    expect(found.missing.map(({ path }) => path)).toEqual(['layers.1.runningMean', 'layers.1.runningVariance'])
    expect(found.unused).toEqual([])
    expect(nn.copyMatching(to, state, { rename: (path) => path.slice(9), strict: true }).complete).toBe(true)
    expect(String(nn.copyMatching(make(2), state, { rename }))).toMatch(
      /≠ layers\.2\.bias: 'layers\.0\.layers\.2\.bias' has float32 \[3\] instead of float32 \[2\]/,
    )
    expect(() => nn.copyMatching(to, state, { rename: () => 'layers.0.bias' })).toThrow(
      /both renamed to 'layers.0.bias'/,
    )
  })

  it('converts floats, and nothing else', async () => {
    class Counted extends nn.Module {
      readonly scale = new Parameter(zeros([2], 'float16'), 'scale')
      readonly count = new Buffer(zeros([], 'int32'), 'count')
    }
    const model = new Counted()
    const found = nn.copyMatching(model, {
      scale: { dtype: 'float64', shape: [2], data: new Float64Array([0.1, -3]) },
      count: { dtype: 'float32', shape: [], data: new Float32Array([3]) },
    })
    expect(found.matched).toEqual([{ path: 'scale', name: 'scale', shape: [2], change: 'from float64' }])
    expect(found.mismatched.map(({ path }) => path)).toEqual(['count'])
    expect(model.scale.dtype).toBe('float16')
    expect(values(model.scale.value)[0]).toBeCloseTo(0.1, 4)
  })

  it('changes nothing where it throws', async () => {
    const to = make(3)
    const before = await to.state()
    const state = await make(10).state()
    expect(() => nn.copyMatching(to, state, { strict: true })).toThrow(
      /does not fit Sequential:\n {2}≠ layers\.2\.weight/,
    )
    const damaged = { ...state, 'layers.2.bias': { ...state['layers.2.bias'], data: new Float32Array(7) } }
    expect(() => nn.copyMatching(to, damaged)).toThrow(/'layers.2.bias' has 7 elements, not those of \[10\]/)
    expect(() => nn.copyMatching(to, { ...state, a: null as never })).toThrow(/'a' is null, no stored value/)
    expect(await to.state()).toEqual(before)
    expect(() => nn.copyMatching(to, 3 as never)).toThrow(/the state is a number/)
    expect(() => nn.copyMatching({} as never, state)).toThrow(/no module/)
    expect(() => nn.copyMatching(to, state, { renames: 1 } as never)).toThrow(/rename/)
    expect(() => nn.copyMatching(to, state, { rename: 3 as never })).toThrow(/rename/)
    expect(() => nn.copyMatching(to, state, { rename: () => 3 as never })).toThrow(/rename gives a number/)
  })
})

describe('freezing by paths', () => {
  const make = () => nn.sequential(nn.linear(3, 4), nn.batchNorm1d(4), nn.sequential(nn.linear(4, 4), nn.linear(4, 2)))
  const left = (model: nn.Module): string[] => {
    const trained = new Set(model.parameters())
    return [...model.namedParameters()].filter(([, one]) => trained.has(one)).map(([path]) => path)
  }

  it('takes paths of layers and parameters, and patterns for them', () => {
    const model = make()
    expect(left(model.freeze('layers.0'))).not.toContain('layers.0.weight')
    expect(left(model)).toHaveLength(6)
    expect(left(model.freeze(/^layers\.[12]/))).toEqual([])
    expect(left(model.unfreeze('layers.2.layers.1'))).toEqual(['layers.2.layers.1.weight', 'layers.2.layers.1.bias'])
    expect(left(model.unfreeze())).toHaveLength(8)
    // Single parameters; whole layers have the last word.
    expect(left(model.freeze(/weight$/)).every((path) => path.endsWith('bias'))).toBe(true)
    expect(model.layers[0].frozen).toBe(false)
    expect(left(model.layers[0])).toEqual(['bias'])
    expect(left(model.unfreeze('layers.0'))).toEqual([
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.bias',
      'layers.2.layers.0.bias',
      'layers.2.layers.1.bias',
    ])
    // All but the biases.
    expect(left(model.freeze().unfreeze(/bias$/))).toHaveLength(4)
    expect(left(model.freeze('layers.0.bias'))).toHaveLength(3)
    // What lies in a list.
    expect(left(model.unfreeze().freeze('layers'))).toEqual([])
  })

  it('reaches what is shared by any of its paths', () => {
    const shared = nn.linear(3, 3)
    const model = nn.sequential(shared, nn.relu(), shared)
    expect(left(model.freeze('layers.2'))).toEqual([])
    expect(left(model.unfreeze('layers.2.weight'))).toEqual(['layers.0.weight'])
  })

  it('is seen by compiled steps; frozen batch norm keeps its statistics', async () => {
    seed(4)
    const model = make()
    const optimizer = sgd(model, { learningRate: 0.1 })
    const step = compile((x: Tensor<[8, 3]>) => {
      const loss = model.forward(x).square().mean()
      optimizer.minimize(loss)
      return loss
    })
    const batch = random.normal([8, 3])
    step(batch)
    model.freeze(/^layers\.1$/).freeze(/bias$/)
    const before = await model.state()
    step(batch)
    const after = await model.state()
    const changed = Object.keys(after).filter((path) => after[path].data.some((v, i) => v !== before[path].data[i]))
    expect(changed).toEqual(['layers.0.weight', 'layers.2.layers.0.weight', 'layers.2.layers.1.weight'])
    // The bias of a norm alone says nothing of its statistics.
    model.unfreeze().freeze('layers.1.bias')
    step(batch)
    const last = await model.state()
    expect(last['layers.1.bias']).toEqual(after['layers.1.bias'])
    expect(last['layers.1.runningMean']).not.toEqual(after['layers.1.runningMean'])
  })

  it('refuses what is not there', () => {
    const model = make()
    expect(() => model.freeze(/conv/)).toThrow(/no path matches \/conv\//)
    expect(() => model.freeze('layer.0')).toThrow(/nothing at 'layer.0'/)
    expect(() => model.freeze(3 as never)).toThrow(/what to freeze is a number/)
    expect(() => model.unfreeze('layers.0.inputs')).toThrow(/neither parameters nor layers/)
    expect(left(model)).toHaveLength(8)
  })
})
