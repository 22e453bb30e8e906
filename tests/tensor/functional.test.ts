import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  backend,
  checkGradients,
  compile,
  customGradient,
  eye,
  jacobian,
  jvp,
  ones,
  random,
  seed,
  setBackend,
  type Tensor,
  tensor,
  treeFill,
  treeLeaves,
  treeMap,
  treeReduce,
  vjp,
  vmap,
  zeros,
} from '../../src/index.js'
import * as nn from '../../src/nn/index.js'

const numbers = (x: Tensor): number[] => [...x.dataSync()]

describe('trees', () => {
  const tree = { b: [tensor([1, 2]), null], a: { c: tensor(3) } } as const

  test('treeLeaves lists tensors, objects by their sorted keys', () => {
    expect(treeLeaves(tree).map(({ shape }) => shape)).toEqual([[], [2]])
    expect(treeLeaves(tensor(1))).toHaveLength(1)
    expect(treeLeaves([null, {}, []])).toEqual([])
  })

  test('treeMap keeps the structure, also in the type', () => {
    const shapes = treeMap((leaf) => leaf.shape, tree)
    expect(shapes).toEqual({ b: [[2], null], a: { c: [] } })
    const rank: number = shapes.a.c.length
    expect(rank).toBe(0)
    const nothing: null = shapes.b[1]
    expect(nothing).toBe(null)
    const doubled: { w: Tensor; list: Tensor[] } = treeMap((x) => x.mul(2), { w: ones([2]), list: [ones([])] })
    expect(numbers(doubled.w)).toEqual([2, 2])
  })

  test('treeMap goes through several trees of one structure', () => {
    const a = { w: tensor([1, 2]), b: tensor(3) }
    const b = { b: tensor(30), w: tensor([10, 20]) }
    const sum = treeMap((x, y, z) => x.add(y).add(z), a, b, a)
    expect([numbers(sum.w), numbers(sum.b)]).toEqual([[12, 24], [36]])
    expect(() => treeMap((x, y) => x.add(y), a, { w: b.w })).toThrow('All trees need the same keys')
  })

  test('treeReduce and treeFill', () => {
    expect(treeReduce((n, leaf) => n + leaf.size, tree, 0)).toBe(3)
    expect(treeFill(tree, ['x', 'y'])).toEqual({ b: ['y', null], a: { c: 'x' } })
    expect(() => treeFill(tree, ['x'])).toThrow('1 leaves for 2 places')
  })

  test('what is no tree is refused with its place', () => {
    expect(() => treeLeaves({ a: [1] } as never)).toThrow('treeLeaves: .a[0] is a number (1)')
    expect(() => treeMap(tree as never, ((x: Tensor) => x) as never)).toThrow(
      'treeMap: the first argument is an Object',
    )
  })
})

describe('vjp', () => {
  test('of a square is 2 x times the cotangent', () => {
    const [y, pullback] = vjp((x: Tensor) => x.square(), tensor([1, 2, 3]))
    expect(numbers(y)).toEqual([1, 4, 9])
    expect(numbers(pullback(tensor([1, 10, 100])))).toEqual([2, 40, 600])
  })

  test('keeps structures: y = (A x, Σ b), so x̄ = Aᵀ ȳ, b̄ = z̄', () => {
    const a = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const fn = ({ x, b }: { x: Tensor; b: Tensor }) => ({ y: a.matmul(x), z: b.sum() })
    const [result, pullback] = vjp(fn, { x: tensor([1, 1]), b: tensor([2, 3]) })
    expect([numbers(result.y), numbers(result.z)]).toEqual([[3, 7, 11], [5]])
    const { x, b } = pullback({ y: tensor([1, 0, 2]), z: tensor(7) })
    expect([numbers(x), numbers(b)]).toEqual([
      [11, 14],
      [7, 7],
    ])
  })

  test.each([false, true])('under vmap gives the Jacobian, compiled %s', (compiled) => {
    const fn = (x: Tensor): Tensor => x.exp().cumSum(0).mul(x)
    const rows = (x: Tensor): Tensor => vmap((row: Tensor) => vjp(fn, x)[1](row))(eye(3))
    const x = tensor([0.5, -1, 2])
    const wanted = numbers(jacobian(fn)(x))
    numbers((compiled ? compile(rows) : rows)(x)).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 5)
    })
  })

  test('and jvp are adjoint: ⟨ȳ, J v⟩ = ⟨Jᵀ ȳ, v⟩; both nest', () => {
    seed(3)
    const [x, v, w] = [random.normal([4]), random.normal([4]), random.normal([4])]
    const fn = (x: Tensor): Tensor => x.softmax(0).mul(x.flip())
    const forward = jvp(fn, x, v)[1].mul(w).sum().itemSync()
    expect(vjp(fn, x)[1](w).mul(v).sum().itemSync()).toBeCloseTo(forward, 5)
    // d/dx (2 x³ · 1) = 6 x²
    const first = (x: Tensor): Tensor => vjp((x: Tensor) => x.square().square().mul(0.5), x)[1](ones([2]))
    expect(numbers(vjp(first, tensor([1, 2]))[1](ones([2])))).toEqual([6, 24])
  })

  test('goes through compiled functions', () => {
    const square = compile((x: Tensor) => x.square())
    expect(numbers(vjp(square, tensor([3]))[1](ones([1])))).toEqual([6])
  })

  test('what nothing depends on gets zeros; wrong cotangents are refused', () => {
    const [, pullback] = vjp((pair: readonly [Tensor, Tensor]) => pair[0].mul(2), [tensor([1]), tensor([5, 6])])
    expect(pullback(tensor([1])).map(numbers)).toEqual([[2], [0, 0]])
    expect(() => pullback(tensor([1, 2]))).toThrow('cotangent 0 is [2], its result [1]')
    expect(() => pullback([tensor([1])] as never)).toThrow('cotangents of structure')
    expect(() => vjp(tensor(1) as never, tensor(1))).toThrow('vjp: the first argument is')
  })
})

// On the reference backend, whose arithmetic is the plainest.
describe('checkGradients', () => {
  const before = backend().name
  beforeAll(() => setBackend('reference'))
  afterAll(() => setBackend(before))

  test('passes what is right, of first and second order', () => {
    seed(5)
    const [x, w] = [random.normal([3, 4]), random.normal([4, 2])]
    const report = checkGradients((x: Tensor, w: Tensor) => x.matmul(w).tanh().softmax(-1), [x, w], { order: 2 })
    // Twelve and eight elements and a direction, twice.
    expect(report.compared).toBe(2 * (12 + 8 + 1))
    expect(report.largestError).toBeLessThan(1e-8)
  })

  test('takes trees, labels and models', () => {
    seed(6)
    const model = nn.sequential(nn.linear(3, 5), nn.tanh(), nn.linear(5, 2))
    const x = random.normal([4, 3])
    const labels = tensor([0, 1, 1, 0], [4], 'int32')
    const loss = (p: nn.ValuesByPath, x: Tensor, y: Tensor) => nn.crossEntropy(nn.functionalCall(model, p, x), y)
    expect(checkGradients(loss, [nn.parametersOf(model), x, labels]).compared).toBe(15 + 5 + 10 + 2 + 12 + 1)
  })

  test('looks at some elements of large tensors', () => {
    expect(checkGradients((x: Tensor) => x.sin().sum(), [zeros([1000])], { elements: 10 }).compared).toBe(11)
  })

  test.each<readonly [string, (x: Tensor) => Tensor, string | RegExp]>([
    [
      'a wrong rule',
      (x) =>
        customGradient(
          (x: Tensor) => x.square(),
          ([x], _y, [g]) => [g.mul(x)],
        )(x).sum(),
      /3 of 4 derivatives deviate: .*tensor 0 \[3\] at \[2\]: 3 by the gradient, (6|5\.99999|6\.00000)/,
    ],
    ['a gradient that is cut', (x) => x.mul(x.stopGradient()), 'by differences'],
    [
      'a float32 in the middle',
      (x) => x.cast('float32').square(),
      'a result is float32, though the arguments are float64',
    ],
    ['random numbers', (x) => x.mul(random.normal([])), 'for the same arguments. Draw random numbers from a key'],
    ['a kink', (x) => x.sub(1).relu(), 'a kink (relu, max, abs) next to the point'],
    ['integers', (x) => x.cast('int32'), 'no result is a floating point tensor'],
  ])('reports %s', (_, fn, message) => {
    expect(() => checkGradients(fn, [tensor([1, 0, 3])])).toThrow(message)
  })

  test('a wrong second derivative of a right first one', () => {
    const cube = customGradient(
      (x: Tensor) => x.pow(3),
      ([x], _y, [g]) => [g.mul(x.stopGradient().square().mul(3))],
    )
    expect(checkGradients(cube, [tensor([1, 2])]).compared).toBe(3)
    expect(() => checkGradients(cube, [tensor([1, 2])], { order: 2 })).toThrow('second derivatives deviate')
  })

  test('wrong calls', () => {
    expect(() => checkGradients((x: Tensor) => x, tensor([1]) as never)).toThrow('checkGradients(fn, [x, y])')
    expect(() => checkGradients((x: Tensor) => x, [tensor([1], [1], 'int32')])).toThrow(
      'no argument is a floating point',
    )
    expect(() => checkGradients((x: Tensor) => x, [tensor([1])], { eps: 1 } as never)).toThrow(
      "there is no option 'eps'",
    )
  })
})
