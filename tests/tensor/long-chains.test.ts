import { backendNames, checkpoint, compile, cond, grad, random, scan, setBackend, type Tensor, tensor } from 'shapewise'
import { afterAll, describe, expect, it } from 'vitest'

const STEPS = 10_000
const names = backendNames().filter((name) => name !== 'wasm')
afterAll(() => setBackend(names[0]))

describe.each(names)('gradients through chains of 10,000 operations on %s', (name) => {
  // x ← x · a + b for many steps: the derivative is a power of a.
  const a = 0.9999
  const chain = (x: Tensor, look: (y: Tensor, i: number) => void = () => {}): Tensor => {
    let y = x
    for (let i = 0; i < STEPS / 2; i++) {
      y = y.mul(a).add(0.01)
      look(y, i)
    }
    return y
  }
  const expected = a ** (STEPS / 2)

  it.each([
    ['never read', () => {}],
    ['read at the end', (y: Tensor, i: number) => (i === STEPS / 2 - 1 ? y.dataSync() : undefined)],
    ['read now and then', (y: Tensor, i: number) => (i % 700 === 0 ? y.sum().itemSync() : undefined)],
    ['read all the time', (y: Tensor) => y.dataSync()],
  ])('%s', (_, look) => {
    setBackend(name)
    const x = tensor([1, 2], [2], 'float64')
    const y = chain(x, look)
    const [first, second] = grad(y.sum(), x).dataSync()
    expect(first).toBeCloseTo(expected, 9)
    expect(second).toBeCloseTo(expected, 9)
  })

  it('that are not linear, with everything kept that the way back needs', () => {
    setBackend(name)
    const x = tensor([0.3, 0.7], [2], 'float64')
    const [reference, derivative] = [0.3, 0.7].reduce<[number[], number[]]>(
      ([values, slopes], start) => {
        let [value, slope] = [start, 1]
        for (let i = 0; i < STEPS / 2; i++) {
          slope *= Math.cos(value * 1.0001) * 1.0001
          value = Math.sin(value * 1.0001)
        }
        return [
          [...values, value],
          [...slopes, slope],
        ]
      },
      [[], []],
    )
    let y: Tensor = x
    for (let i = 0; i < STEPS / 2; i++) y = y.mul(1.0001).sin()
    const found = grad(y.sum(), x).dataSync()
    y.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(reference[i], 6)
      expect(found[i] / derivative[i]).toBeCloseTo(1, 5)
    })
  })

  it('of compiled steps', () => {
    setBackend(name)
    const step = compile((x: Tensor) => x.mul(a).add(0.01))
    const x = tensor([1], [1], 'float64')
    let y: Tensor = x
    for (let i = 0; i < 2000; i++) y = step(y)
    expect(grad(y.sum(), x).dataSync()[0]).toBeCloseTo(a ** 2000, 9)
  })
})

describe.each(names)('long regions are cut between values, never inside of what has several, on %s', (name) => {
  it.each([
    ['scans', 400, (y: Tensor) => scan((c: Tensor) => [c.mul(0.999), null], y, null, { length: 1 })[0]],
    [
      'factorizations',
      200,
      (y: Tensor) => {
        const { q, r } = y.qr()
        return q.matmul(r).mul(0.999)
      },
    ],
    [
      'branches',
      300,
      (y: Tensor) =>
        cond(
          y.sum().greater(0),
          (y: Tensor) => y.mul(0.999),
          (y: Tensor) => y,
          y,
        ),
    ],
    [
      'views',
      400,
      (y: Tensor) =>
        y
          .transpose()
          .reshape([4])
          .add(y.reshape([4]))
          .reshape([2, 2])
          .transpose()
          .mul(0.999 / 2),
    ],
    ['checkpoints', 300, checkpoint((y: Tensor) => y.mul(0.999).sin().asin())],
    ['draws', 120, (y: Tensor) => y.mul(random.uniform([], { dtype: 'float64' }).mul(0).add(0.999))],
  ])('%s', (_, count, step) => {
    setBackend(name)
    const x = tensor([2, 1, 1, 3], [2, 2], 'float64').mul(0.3)
    let y: Tensor = x
    for (let i = 0; i < count; i++) y = step(y)
    const [scale] = grad(y.sum(), x).dataSync()
    expect(scale).toBeCloseTo(0.999 ** count, 6)
    y.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo([0.6, 0.3, 0.3, 0.9][i] * 0.999 ** count, 6)
    })
  })
})
