import { backendNames, compile, grad, setBackend, type Tensor, tensor } from 'shapewise'
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
