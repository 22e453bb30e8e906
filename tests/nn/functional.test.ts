import { describe, expect, test } from 'vitest'
import {
  compile,
  grad,
  jvp,
  Parameter,
  random,
  seed,
  stack,
  type Tensor,
  tensor,
  treeMap,
  valueAndGrad,
  vmap,
  zeros,
} from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { Buffer } from '../../src/tensor/variable.js'

/** y = w x + b with a running mean of what comes in. */
class Line extends nn.Module {
  readonly w = new Parameter(tensor([2]), 'w')
  readonly b = new Parameter(tensor([1]), 'b')
  readonly mean = new Buffer(tensor(0), 'mean')
  forward(x: Tensor<[number]>): Tensor<[number]> {
    if (this.training) this.mean.assign(this.mean.value.mul(0.9).add(x.mean().mul(0.1)))
    return x.mul(this.w.value).add(this.b.value)
  }
}

const close = (actual: Tensor, wanted: Tensor | readonly number[], digits = 5): void => {
  const expected = Array.isArray(wanted) ? wanted : [...(wanted as Tensor).dataSync()]
  const found = [...actual.dataSync()]
  expect(found).toHaveLength(expected.length)
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], digits)
  })
}

describe('functionalCall', () => {
  test('uses the values that are given and leaves the model as it is', () => {
    const model = new Line()
    close(nn.functionalCall(model, { w: tensor([5]) }, tensor([1, 2])), [6, 11])
    close(nn.functionalCall(model, { w: tensor([5]), b: tensor([0]) }, tensor([1, 2])), [5, 10])
    close(model.w.value, [2])
    close(model.forward(tensor([1])), [3])
  })

  test('keeps the shapes of layers in the type', () => {
    const layer = nn.linear(3, 4)
    const y: Tensor<[2, 4]> = nn.functionalCall(layer, nn.parametersOf(layer), zeros([2, 3]))
    expect(y.shape).toEqual([2, 4])
    // @ts-expect-error: the layer takes 3
    expect(() => nn.functionalCall(layer, {}, zeros([2, 5]))).toThrow('linear')
  })

  test.each([false, true])('gives the gradients of the model, compiled %s', (compiled) => {
    seed(1)
    const model = nn.sequential(nn.linear(3, 5), nn.tanh(), nn.linear(5, 2))
    const x = random.normal([4, 3])
    const own = grad(model.forward(x).square().mean(), model)
    const wrapped = (p: nn.ValuesByPath) =>
      grad((q: nn.ValuesByPath) => nn.functionalCall(model, q, x).square().mean())(p)
    const gradients = (compiled ? compile(wrapped) : wrapped)(nn.parametersOf(model))
    expect(Object.keys(gradients).sort()).toEqual([...model.namedParameters().keys()].sort())
    ;[...model.namedParameters().keys()].forEach((path, i) => {
      close(gradients[path], own[i])
    })
  })

  test('gradients do not reach the parameters of the model', () => {
    const model = new Line()
    const y = nn.functionalCall(model, nn.parametersOf(model), tensor([1])).sum()
    // Values taken from the parameters are their values: the gradient goes through them.
    close(grad(y, model.w), [1])
    const detached = treeMap((value) => value.stopGradient(), nn.parametersOf(model))
    expect(() => grad(nn.functionalCall(model, detached, tensor([1])).sum(), model.w)).toThrow('does not depend')
  })

  test('under vmap runs an ensemble', () => {
    seed(2)
    const models = [0, 1, 2].map(() => nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 1)))
    const x = random.normal([5, 3])
    const [first, ...rest] = models.map(nn.parametersOf)
    const stacked = treeMap((...values) => stack(values), first, ...rest)
    const run = vmap((p: nn.ValuesByPath, x: Tensor) => nn.functionalCall(models[0], p, x), { inAxes: [0, null] })
    const separately = stack(models.map((model) => model.forward(x)))
    close(run(stacked, x), separately)
    close(compile(run)(stacked, x), separately)
    const gradients = vmap(grad((p: nn.ValuesByPath) => nn.functionalCall(models[0], p, x).square().mean()))(
      stacked,
    ) as nn.ValuesByPath
    models.forEach((model, i) => {
      close(gradients['layers.0.weight'].at(i), grad(model.forward(x).square().mean(), model)[0])
    })
  })

  test.each([false, true])('goes through an inner gradient step (MAML), compiled %s', (compiled) => {
    // loss(w) = (w x − y)²; one step w′ = w − r · 2x(w x − y); d loss(w′; x₂, y₂)/dw = 2 x₂ (w′ x₂ − y₂)(1 − 2 r x²)
    const model = new Line().eval()
    const lossOf = (p: nn.ValuesByPath, x: Tensor, y: Tensor) =>
      nn
        .functionalCall(model, { ...p, b: zeros([1]) }, x)
        .sub(y)
        .square()
        .sum()
    const meta = (p: nn.ValuesByPath, x: Tensor, y: Tensor, x2: Tensor, y2: Tensor) => {
      const [value, gradient] = valueAndGrad((p: nn.ValuesByPath) => {
        const adapted = treeMap((v, g) => v.sub(g.mul(0.05)), p, grad(lossOf)(p, x, y))
        return lossOf(adapted, x2, y2)
      })(p)
      return [value, gradient.w] as const
    }
    const [w, r, x, y, x2, y2] = [2, 0.05, 1.5, 1, 0.5, 3]
    const next = w - r * 2 * x * (w * x - y)
    const run = compiled ? compile(meta) : meta
    const [value, gradient] = run({ w: tensor([w]) }, tensor([x]), tensor([y]), tensor([x2]), tensor([y2]))
    close(value, [(next * x2 - y2) ** 2])
    close(gradient, [2 * x2 * (next * x2 - y2) * (1 - 2 * r * x * x)])
  })

  test('lets a network make the weights of another', () => {
    const target = new Line().eval()
    const maker = nn.linear(2, 2, { bias: false, initializer: nn.initializers.constant(0.5) })
    const code = tensor([[1, 3]])
    const made = maker.forward(code).reshape([2])
    const y = nn.functionalCall(target, { w: made.slice([0, 1]), b: made.slice([1, 2]) }, tensor([3])).sum()
    close(y, [2 * 3 + 2])
    // y = 3 w + b, w = Σ code · W[:, 0], b = Σ code · W[:, 1]
    close(grad(y, maker.weight), [3, 1, 9, 3])
  })

  test('takes values of another floating point dtype', () => {
    const model = new Line().eval()
    const values = treeMap((value) => value.cast('float64'), nn.parametersOf(model))
    expect(nn.functionalCall(model, values, tensor(new Float64Array([1]))).dtype).toBe('float64')
  })

  test('random numbers go on as without it, and dropout draws new ones each time', () => {
    const model = nn.sequential(nn.dropout(0.5), nn.linear(64, 64))
    const x = random.normal([1, 64])
    seed(7)
    const own = [model.forward(x), model.forward(x)]
    seed(7)
    const called = [0, 1].map(() => nn.functionalCall(model, nn.parametersOf(model), x))
    close(called[0], own[0])
    close(called[1], own[1])
    expect(called[0].dataSync()).not.toEqual(called[1].dataSync())
  })
})

describe('what the model assigns', () => {
  test('to its own variables is kept', () => {
    const model = new Line()
    nn.functionalCall(model, nn.parametersOf(model), tensor([1, 3]))
    close(model.mean.value, [0.2])
  })

  test('to given ones is dropped, or returned', () => {
    const model = new Line()
    const values = { ...nn.parametersOf(model), mean: tensor(10) }
    nn.functionalCall(model, values, tensor([1, 3]))
    close(model.mean.value, [0])
    const [y, next] = nn.functionalCallWithValues(model, values, tensor([1, 3]))
    close(y, [3, 7])
    expect(Object.keys(next)).toEqual(['w', 'b', 'mean'])
    close(next.mean, [9.2])
    close(next.w, [2])
    close(model.mean.value, [0])
  })

  test('in a compiled step is assigned by it', () => {
    const model = new Line()
    const step = compile((x: Tensor<[number]>) => nn.functionalCall(model, nn.parametersOf(model), x))
    step(tensor([1, 3]))
    step(tensor([1, 3]))
    close(model.mean.value, [0.2 * 0.9 + 0.2])
  })

  test('under vmap needs the buffers as values too', () => {
    const model = new Line()
    const xs = tensor([
      [1, 3],
      [5, 7],
    ])
    const each = vmap((x: Tensor) => nn.functionalCall(model, nn.parametersOf(model), x))
    expect(() => each(xs)).toThrow("vmap: the function assigns to 'mean'")
    const withBuffers = vmap((x: Tensor) => nn.functionalCallWithValues(model, nn.buffersOf(model), x))
    const [y, next] = withBuffers(xs)
    close(y, [3, 7, 11, 15])
    close((next as nn.ValuesByPath).mean, [0.2, 0.6])
  })
})

describe('inside of other traces', () => {
  test('forward derivatives and nested calls', () => {
    const model = new Line().eval()
    const through = (w: Tensor) => nn.functionalCall(model, { w }, nn.functionalCall(model, { w }, tensor([1])))
    // w (w + 1) + 1
    const [y, dy] = jvp(through, tensor([3]), tensor([1]))
    close(y, [13])
    close(dy, [7])
  })

  test('a model that looks at its values', () => {
    class Looks extends Line {
      override forward(x: Tensor<[number]>): Tensor<[number]> {
        return this.w.value.itemSync() > 3 ? x : x.neg()
      }
    }
    close(nn.functionalCall(new Looks(), { w: tensor([4]) }, tensor([1])), [1])
    close(nn.functionalCall(new Looks(), { w: tensor([2]) }, tensor([1])), [-1])
  })

  test('a model that compiles its forward pass', () => {
    class Compiled extends Line {
      readonly run = compile((x: Tensor<[number]>) => x.mul(this.w.value))
      override forward(x: Tensor<[number]>): Tensor<[number]> {
        return this.run(x)
      }
    }
    const model = new Compiled()
    close(model.forward(tensor([3])), [6])
    const w = tensor([5])
    const y = nn.functionalCall(model, { w }, tensor([3])).sum()
    close(y, [15])
    close(grad(y, w), [3])
  })

  test('a failure leaves everything as it was', () => {
    class Fails extends Line {
      override forward(): Tensor<[number]> {
        this.mean.assign(tensor(5))
        throw new Error('no')
      }
    }
    const model = new Fails()
    expect(() => nn.functionalCall(model, {})).toThrow('no')
    close(model.mean.value, [0])
    close(nn.functionalCall(new Line(), { w: tensor([1]) }, tensor([1])), [2])
  })
})

test('assignValues gives a model what was found with values', () => {
  const model = new Line()
  nn.assignValues(model, { w: tensor([7]), mean: tensor(3) })
  close(model.w.value, [7])
  close(model.mean.value, [3])
  expect(() => nn.assignValues(model, { b: tensor([9]), w: tensor([1, 2]) })).toThrow(
    "'w' has shape [1], the value for it [2]",
  )
  expect(() => nn.assignValues(model, { b: tensor([9], [1], 'int32') })).toThrow("cast('float32')")
  close(model.b.value, [1])
})

test('parametersOf leaves frozen modules out', () => {
  const model = nn.sequential(nn.linear(2, 3).freeze(), nn.linear(3, 1))
  expect(Object.keys(nn.parametersOf(model))).toEqual(['layers.1.weight', 'layers.1.bias'])
})

test.each<readonly [string, () => unknown]>([
  [
    "the model has no variable 'layers.0.wieght'. Did you mean 'layers.0.weight'?",
    () => nn.functionalCall(nn.sequential(nn.linear(2, 2)), { 'layers.0.wieght': zeros([2, 2]) }, zeros([1, 2])),
  ],
  [
    "'weight' has shape [2, 2], the value for it [3, 2, 2]. Values of many models side by side go through vmap",
    () => nn.functionalCall(nn.linear(2, 2), { weight: zeros([3, 2, 2]) }, zeros([1, 2])),
  ],
  [
    "'weight' is float32, the value for it int32. Convert it with cast('float32')",
    () => nn.functionalCall(nn.linear(2, 2), { weight: zeros([2, 2], 'int32') }, zeros([1, 2])),
  ],
  [
    "the value for 'weight' is a number (1), not a tensor",
    () => nn.functionalCall(nn.linear(2, 2), { weight: 1 as never }, zeros([1, 2])),
  ],
  ['the first argument is an Object, no module', () => nn.functionalCall({ weight: 1 } as never, {}, zeros([1, 2]))],
])('%s', (message, slip) => {
  expect(slip).toThrow(message)
})
