import { type Tensor, tensor, zeros } from 'shapewise'
import { lenet, mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { describe, expect, it } from 'vitest'

describe('lenet', () => {
  it('has the sizes of the paper', () => {
    const model = lenet()
    // C1: 6 · (25 + 1), C3 sees all maps: 16 · (6 · 25 + 1), C5: 120 · 401, F6: 84 · 121, output: 10 · 85.
    expect(model.parameterCount()).toBe(156 + 2416 + 48_120 + 10_164 + 850)
    expect(lenet({ classes: 26 }).parameterCount()).toBe(60_856 + 26 * 85)
    const shapes: number[][] = []
    let x: Tensor = zeros([2, 28, 28, 1])
    for (const layer of model.layers as readonly nn.Layer[]) {
      x = layer.forward(x)
      shapes.push([...x.shape])
    }
    expect(shapes.filter((_, i) => [0, 2, 3, 5, 6, 7, 9, 11].includes(i))).toEqual([
      [2, 28, 28, 6],
      [2, 14, 14, 6],
      [2, 10, 10, 16],
      [2, 5, 5, 16],
      [2, 400],
      [2, 120],
      [2, 84],
      [2, 10],
    ])
  })

  it('has typed shapes', () => {
    const model = lenet({ classes: 26 })
    const logits: Tensor<[2, 26]> = model.forward(zeros([2, 28, 28, 1]))
    expect(logits.shape).toEqual([2, 26])
    // @ts-expect-error colours
    expect(() => model.forward(zeros([2, 28, 28, 3]))).toThrow(/conv2d/)
  })
})

describe('mlp', () => {
  it('is matrix products with functions between them', () => {
    const model = mlp([2, 3, 1], { activation: nn.tanh })
    const [w, b, v, c] = model.parameters()
    w.assign(tensor([1, 2, 3, 4, 5, 6], [2, 3]))
    b.assign(tensor([0.1, 0.2, 0.3]))
    v.assign(tensor([1, -1, 2], [3, 1]))
    c.assign(tensor([0.5]))
    const [x, y] = [0.2, -0.1]
    const hidden = [0, 1, 2].map((k) => Math.tanh((1 + k) * x + (4 + k) * y + 0.1 * (k + 1)))
    const wanted = hidden[0] - hidden[1] + 2 * hidden[2] + 0.5
    expect(model.forward(tensor([x, y], [1, 2])).itemSync()).toBeCloseTo(wanted, 6)
  })

  it('flattens its inputs, and has typed shapes', () => {
    const model = mlp([784, 32, 16, 10], { dropout: 0.5 })
    const logits: Tensor<[3, 10]> = model.forward(zeros([3, 28, 28, 1]))
    expect(logits.shape).toEqual([3, 10])
    expect(model.parameterCount()).toBe(784 * 32 + 32 + 32 * 16 + 16 + 160 + 10)
    expect([...model.modules().values()].filter((module) => module instanceof nn.Dropout)).toHaveLength(2)
  })

  it('refuses sizes that are none', () => {
    expect(() => mlp([2, 0, 1])).toThrow(/the number of outputs is 0/)
  })
})
