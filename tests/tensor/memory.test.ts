import { compile, grad, random, type Tensor, tensor, Variable } from 'shapewise'
import { expect, it } from 'vitest'

const STEPS = 10_000

/** Bytes that are still reachable: the JavaScript heap and the array buffers outside of it, which are swept in the background. */
async function liveBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** A two-layer net with its gradient step, on fresh data each time. */
function net() {
  const key = random.key(1)
  const w1 = new Variable(random.normal([8, 16], { key }))
  const w2 = new Variable(random.normal([16, 1], { key }))
  const step = (x: Tensor): Tensor => {
    const loss = x
      .matmul(w1.value)
      .tanh()
      .matmul(w2.value)
      .sub(x.sum(1, { keepDims: true }))
      .square()
      .mean()
    const [g1, g2] = grad(loss, [w1, w2])
    w1.assign(w1.value.sub(g1.mul(0.01)))
    w2.assign(w2.value.sub(g2.mul(0.01)))
    return loss
  }
  const input = (i: number): Tensor =>
    tensor(
      Float32Array.from({ length: 4 * 8 }, (_, j) => Math.sin(i * 32 + j)),
      [4, 8],
    )
  return { step, input }
}

/** Live bytes at a quarter, half, three quarters and the end of the steps. */
async function measure(
  step: (x: Tensor) => Tensor,
  input: (i: number) => Tensor,
  read: (loss: Tensor, i: number) => void,
): Promise<number[]> {
  const samples: number[] = []
  for (let i = 1; i <= STEPS; i++) {
    read(step(input(i)), i)
    if (i % (STEPS / 4) === 0) samples.push(await liveBytes())
  }
  return samples
}

const flat = ([, , threeQuarters, end]: number[]): void => {
  // The steps in between handle 80 MB of values; what stays is noise of the collector and of the code cache.
  expect(end - threeQuarters).toBeLessThan(1_000_000)
}

it('10,000 compiled steps leave nothing behind', async () => {
  const { step, input } = net()
  flat(await measure(compile(step), input, (loss) => loss.itemSync()))
})

it('10,000 uncompiled steps leave nothing behind, whether the loss is read or not', async () => {
  const { step, input } = net()
  flat(await measure(step, input, (loss, i) => (i % 10 === 0 ? loss.itemSync() : undefined)))
}, 120_000)

it('10,000 functional updates without variables leave nothing behind', async () => {
  let w: Tensor = random.normal([8, 8], { key: random.key(2) })
  const next = (x: Tensor): Tensor => {
    w = w.mul(0.99).add(x.transpose().matmul(x).mul(1e-3))
    return w
  }
  const { input } = net()
  flat(await measure(next, input, (w, i) => (i % 100 === 0 ? w.sum().itemSync() : undefined)))
}, 120_000)
