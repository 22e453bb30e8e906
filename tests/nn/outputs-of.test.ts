import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  compile,
  cond,
  customGradient,
  grad,
  ones,
  type Parameter,
  random,
  scan,
  seed,
  type Tensor,
  tensor,
  vmap,
  whileLoop,
  zeros,
} from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { sgd } from '../../src/optim/index.js'

const net = () => nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 2))
const x = (): Tensor<[2, 3]> =>
  tensor([
    [1, -2, 3],
    [0, 1, 2],
  ])

async function expectEqual(a: Tensor, b: Tensor): Promise<void> {
  expect(a.shape).toEqual(b.shape)
  const [left, right] = [await a.data(), await b.data()]
  for (let i = 0; i < right.length; i++) expect(left[i]).toBeCloseTo(Number(right[i]), 5)
}

describe('outputs of layers', () => {
  it('come by paths and patterns, each call in order, the first layer to run first', async () => {
    const model = net()
    const { result, outputs } = nn.outputsOf(model, ['layers.2', /^layers\.[01]$/], () => model.forward(x()))
    expect(Object.keys(outputs)).toEqual(['layers.0', 'layers.1', 'layers.2'])
    await expectEqual(outputs['layers.0'][0], model.layers[0].forward(x()))
    await expectEqual(outputs['layers.1'][0], model.layers[0].forward(x()).relu())
    await expectEqual(outputs['layers.2'][0], result)
    // The model itself, and a single path.
    const all = nn.outputsOf(model, '', () => model.forward(x()))
    await expectEqual(all.outputs[''][0], result)
  })

  it('of a shared layer are all there', async () => {
    const shared = nn.linear(3, 3)
    const model = nn.sequential(shared, nn.tanh(), shared)
    const { result, outputs } = nn.outputsOf(model, 'layers.0', () => model.forward(x()))
    expect(outputs['layers.0']).toHaveLength(2)
    await expectEqual(outputs['layers.0'][0], shared.forward(x()))
    await expectEqual(outputs['layers.0'][1], result)
    // Under its other path too.
    expect(nn.outputsOf(model, 'layers.2', () => model.forward(x())).outputs['layers.2']).toHaveLength(2)
  })

  it('are found in combinations, attention and recurrent layers', async () => {
    seed(3)
    class Everything extends nn.Module {
      readonly blocks = new Map([['first', nn.residual(nn.sequential(nn.linear(4, 4), nn.gelu()))]])
      readonly ways = nn.branch(nn.linear(4, 2), nn.linear(4, 2))
      readonly encoder = nn.transformerEncoder(4, 2, 2)
      readonly memory = nn.lstm(4, 5)
      forward(x: Tensor<[2, 3, 4]>): Tensor {
        const first = this.blocks.get('first')?.forward(x) as Tensor<[2, 3, 4]>
        return this.memory.forward(this.encoder.forward(this.ways.forward(first) as Tensor<[2, 3, 4]>))
      }
    }
    const model = new Everything()
    const paths = [...model.modules().keys()]
    const { outputs } = nn.outputsOf(model.eval(), paths, () => model.forward(random.normal([2, 3, 4])))
    expect(outputs['blocks.first.layers.1.layers.0'][0].shape).toEqual([2, 3, 4])
    expect(outputs['ways.layers.1'][0].shape).toEqual([2, 3, 2])
    expect(Object.keys(outputs).filter((path) => /attention/.test(path)).length).toBeGreaterThan(1)
    // The states of each step.
    const [state] = outputs['memory.cells.0'] as unknown as { hidden: Tensor; cell: Tensor }[]
    expect(state.cell.shape).toEqual([3, 2, 5])
    await expectEqual(state.hidden.transpose(0, 1) as Tensor, outputs.memory[0])
  })

  it('of a class over another, and of unroll and forward, are counted once', () => {
    class Base extends nn.Module {
      readonly inner = nn.linear(3, 3)
      forward(x: Tensor): Tensor {
        return this.inner.forward(x as never)
      }
    }
    class Derived extends Base {
      override forward(x: Tensor): Tensor {
        return super.forward(super.forward(x))
      }
    }
    const model = new Derived()
    const { outputs } = nn.outputsOf(model, ['', 'inner'], () => model.forward(x()))
    expect([outputs[''].length, outputs.inner.length]).toEqual([1, 2])
    const memory = nn.gru(3, 4)
    const unrolled = nn.outputsOf(memory, '', () => memory.unroll(zeros([2, 5, 3])))
    expect(unrolled.outputs['']).toHaveLength(1)
    // A module that calls itself has run each time.
    class Tree extends nn.Module {
      readonly join = nn.linear(6, 3)
      forward(x: Tensor, depth: number): Tensor {
        if (depth === 0) return x
        const below = this.forward(x, depth - 1)
        return this.join.forward(below.tile([1, 2]) as never)
      }
    }
    const tree = new Tree()
    expect(nn.outputsOf(tree, '', () => tree.forward(x(), 3)).outputs['']).toHaveLength(4)
  })

  it('come out of compiled functions, and of those called inside', async () => {
    const model = net()
    const inside = compile((x: Tensor<[2, 3]>) => nn.outputsOf(model, 'layers.1', () => model.forward(x)))
    const hidden = model.layers[0].forward(x()).relu()
    await expectEqual(inside(x()).outputs['layers.1'][0], hidden)
    const forward = compile((x: Tensor<[2, 3]>) => model.forward(x))
    await forward(x()).data()
    const around = nn.outputsOf(model, 'layers.1', () => forward(x()))
    await expectEqual(around.outputs['layers.1'][0], hidden)
    // Weights that change later are seen.
    model.layers[0].weight.assign(zeros([3, 4]))
    await expectEqual(inside(x()).outputs['layers.1'][0], model.layers[0].forward(x()).relu())
  })

  it('are what gradients go through', async () => {
    const model = net()
    const { result, outputs } = nn.outputsOf(model, 'layers.1', () => model.forward(x()))
    const g = grad(result.sum(), outputs['layers.1'][0])
    const expected = model.layers[2].weight.value.sum(1).expand([2, 4])
    await expectEqual(g, expected)
    // A loss on features, trained in one compiled step.
    const optimizer = sgd(model, { learningRate: 0.1 })
    const step = compile((x: Tensor<[2, 3]>) => {
      const { outputs } = nn.outputsOf(model, 'layers.0', () => model.forward(x))
      const loss = outputs['layers.0'][0].square().mean()
      optimizer.minimize(loss)
      return loss
    })
    const first = await step(x()).item()
    for (let i = 0; i < 5; i++) step(x())
    expect(await step(x()).item()).toBeLessThan(first)
    // Inside grad(fn), jointly with its result.
    const features = (x: Tensor<[2, 3]>) =>
      nn.outputsOf(model, 'layers.0', () => model.forward(x)).outputs['layers.0'][0]
    await expectEqual(
      grad((x: Tensor<[2, 3]>) => features(x).sum())(x()),
      model.layers[0].weight.value.sum(1).expand([2, 3]),
    )
    const outer = nn.outputsOf(model, 'layers.0', () => grad((x: Tensor<[2, 3]>) => model.forward(x).sum())(x()))
    await expectEqual(outer.outputs['layers.0'][0], features(x()))
  })

  it('come stacked out of vmap and scan, whole out of checkpoint', async () => {
    const model = net()
    const expected = model.layers[0].forward(x())
    const forward = (row: Tensor<[3]>) => model.forward(row.unsqueeze(0)).squeeze(0) as Tensor<[2]>
    const mapped = nn.outputsOf(model, 'layers.0', () => vmap(forward)(x()))
    await expectEqual(mapped.outputs['layers.0'][0], expected.unsqueeze(1))
    await expectEqual(mapped.result, model.forward(x()))
    const within = vmap(
      (row: Tensor<[3]>) => nn.outputsOf(model, 'layers.0', () => forward(row)).outputs['layers.0'][0],
    )
    await expectEqual(within(x()), expected.unsqueeze(1))
    // The output does not depend on what is mapped over.
    const constant = nn.outputsOf(model, 'layers.0', () =>
      vmap((row: Tensor<[3]>) => row.add(model.forward(ones([1, 3])).sum()))(x()),
    )
    expect(constant.outputs['layers.0'][0].shape).toEqual([2, 1, 4])

    const steps = () =>
      scan(
        (sum: Tensor<[2]>, row: Tensor<[3]>) => {
          const next = sum.add(forward(row))
          return [next, next]
        },
        zeros([2]),
        x(),
      )
    const scanned = nn.outputsOf(model, 'layers.0', steps)
    await expectEqual(scanned.outputs['layers.0'][0], expected.unsqueeze(1))
    await expectEqual(scanned.result[1], steps()[1])
    const both = nn.outputsOf(model, 'layers.0', () => vmap((k: Tensor<[]>) => steps()[0].mul(k))(tensor([1, 2, 3])))
    expect(both.outputs['layers.0'][0].shape).toEqual([3, 2, 1, 4])

    const saved = nn.outputsOf(model, 'layers.0', () => checkpoint((x: Tensor<[2, 3]>) => model.forward(x))(x()))
    await expectEqual(saved.outputs['layers.0'][0], expected)
    const values = nn.outputsOf(model, 'layers.0', () => nn.functionalCall(model, { 'layers.0.bias': zeros([4]) }, x()))
    await expectEqual(values.outputs['layers.0'][0], expected.sub(model.layers[0].bias?.value as Tensor))
  })

  it('out of checkpoint, scan and vmap have gradients', async () => {
    const model = net()
    const [first] = model.layers
    const wanted = grad(first.forward(x()).square().sum(), first.weight)
    const runs: { readonly [name: string]: () => unknown } = {
      checkpoint: () => checkpoint((x: Tensor<[2, 3]>) => model.forward(x))(x()),
      scan: () =>
        scan(
          (sum: Tensor<[]>, row: Tensor<[3]>) => [sum.add(model.forward(row.unsqueeze(0)).sum()), null],
          zeros([]),
          x(),
        ),
      reversed: () =>
        scan(
          (sum: Tensor<[]>, row: Tensor<[3]>) => [sum.add(model.forward(row.unsqueeze(0)).sum()), null],
          zeros([]),
          x(),
          { reverse: true },
        ),
      vmap: () => vmap((row: Tensor<[3]>) => model.forward(row.unsqueeze(0)))(x()),
    }
    for (const run of Object.values(runs)) {
      const gradient = () => {
        const { outputs } = nn.outputsOf(model, 'layers.0', run)
        return grad(outputs['layers.0'][0].square().sum(), first.weight)
      }
      await expectEqual(gradient(), wanted)
      await expectEqual(compile(gradient)(), wanted)
    }
  })

  it('that cannot come out are refused', () => {
    const model = net()
    const read = (run: () => unknown) => () => nn.outputsOf(model, 'layers.0', run)
    const row = (v: Tensor<[2, 3]>): Tensor<[2, 3]> => v.add(model.forward(v).sum())
    expect(read(() => whileLoop((v: Tensor<[2, 3]>) => v.sum().less(5), row, x()))).toThrow(
      /whileLoop: the output of 'layers.0' is wanted outside, but nobody knows how often/,
    )
    expect(read(() => cond(x().sum().less(0), row, (v: Tensor<[2, 3]>) => v, x()))).toThrow(/only one of the branches/)
    expect(read(() => customGradient(row, (_x, _y, [g]) => [g])(x()))).toThrow(/its gradient knows of the results only/)
    // What nobody asks for may run anywhere.
    expect(() =>
      nn.outputsOf(model, 'layers.2', () =>
        cond(
          x().sum().less(0),
          (v) => model.layers[0].forward(v).sum(),
          (v) => v.sum(),
          x(),
        ),
      ),
    ).not.toThrow()
  })

  it('can be replaced, inner ones first', async () => {
    const model = net()
    const doubled = nn.outputsOf(model, 'layers.1', () => model.forward(x()), {
      replace: (path, output) => (path === 'layers.1' ? output.mul(2) : output),
    })
    const expected = model.layers[2].forward(model.layers[0].forward(x()).relu().mul(2))
    await expectEqual(doubled.result, expected)
    await expectEqual(doubled.outputs['layers.1'][0], model.layers[0].forward(x()).relu().mul(2))
    await expectEqual(model.forward(x()), model.layers[2].forward(model.layers[0].forward(x()).relu()))
    const order: string[] = []
    nn.outputsOf(model, /./, () => model.forward(x()), {
      replace: (path, output) => {
        order.push(path)
        return output
      },
    })
    expect(order).toEqual(['layers.0', 'layers.1', 'layers.2'])
    // One inside the other: the outer one gets what the inner one has replaced.
    const nested = nn.outputsOf(model, 'layers.0', () =>
      nn.outputsOf(model, 'layers.0', () => model.forward(x()), { replace: (_, y) => y.mul(0) }),
    )
    await expectEqual(nested.outputs['layers.0'][0], zeros([2, 4]))
    // Inside vmap, scan and compile a replacement belongs to what runs there.
    const ablated = compile(
      (x: Tensor<[2, 3]>) =>
        nn.outputsOf(model, 'layers.1', () => vmap((row: Tensor<[3]>) => model.forward(row.unsqueeze(0)))(x), {
          replace: (_, y) => y.mul(0),
        }).result,
    )
    await expectEqual(ablated(x()), (model.layers[2].bias as Parameter).value.expand([2, 1, 2]))
  })

  it('leave nothing behind after an error', async () => {
    const model = net()
    expect(() =>
      nn.outputsOf(model, 'layers.0', () => model.forward(x()), {
        replace: () => {
          throw new Error('on purpose')
        },
      }),
    ).toThrow('on purpose')
    expect(() => nn.outputsOf(model, 'layers.0', () => model.forward(zeros([2, 5]) as never))).toThrow()
    let calls = 0
    nn.outputsOf(model, 'layers.0', () => model.forward(x()), {
      replace: (_, y) => {
        calls++
        return y
      },
    })
    await model.forward(x()).data()
    expect(calls).toBe(1)
    expect(Object.keys(model.layers[0])).not.toContain('forward')
  })

  it('say what is wrong with the arguments', () => {
    const model = nn.sequential(nn.linear(3, 4), (y: Tensor) => y.relu(), nn.linear(4, 2))
    const run = () => model.forward(x())
    expect(() => nn.outputsOf(model, 'layer.0' as string, run)).toThrow(/nothing at 'layer.0'[\s\S]*layers\.0/)
    expect(() => nn.outputsOf(model, 'layers.1', run)).toThrow(/is a function.*no layer[\s\S]*nn\.lambda/)
    expect(() => nn.outputsOf(model, 'layers.0.weight', run)).toThrow(/no layer/)
    expect(() => nn.outputsOf(model, /conv/, run)).toThrow(/no layer's path matches \/conv\//)
    expect(() => nn.outputsOf(model, 3 as never, run)).toThrow(/is given as a number/)
    expect(() => nn.outputsOf(model, 'layers.0', 3 as never)).toThrow(/what to run/)
    expect(() => nn.outputsOf({} as never, 'layers.0', run)).toThrow(/no module/)
    expect(() => nn.outputsOf(model, 'layers.0', async () => run())).toThrow(/async/)
    const replace = (made: (y: Tensor) => unknown) => () =>
      nn.outputsOf(model, 'layers.0', run, { replace: (_, y) => made(y) as Tensor })
    expect(replace(() => undefined)).toThrow(/nothing is put in the place/)
    expect(replace((y) => y.sum())).toThrow(/is float32\[2, 4\], what replaces it float32\[\]/)
    expect(replace((y) => y.cast('float64'))).toThrow(/float64/)
    expect(() => nn.outputsOf(model, 'layers.0', run, { replaces: () => x() } as never)).toThrow(/replace/)
  })
})
