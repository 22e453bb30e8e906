import { compile, seed, type Tensor, tensor } from 'shapewise'
import { mnist } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { expect, it } from 'vitest'
import { distortion } from '../../../src/recipes/training/distortion.js'
import { trainSideBySide } from '../../../src/recipes/training/side-by-side.js'
import { withDigitFiles } from '../digit-files.js'
import { runInMemory } from '../running.js'

withDigitFiles(1500, 300)

it('regularisers compares ten ways, and draws them', async () => {
  seed(0)
  const options = { examples: 100, heldOut: 60, passes: 64, candidates: 1 }
  const { metrics, tables, pictures } = await runInMemory('regularisers', options)
  // Guessing is right in a tenth of all cases.
  expect(metrics.plainAccuracy).toBeGreaterThan(0.25)
  expect(tables[0]!.rows).toHaveLength(10)
  expect(Object.keys(metrics)).toHaveLength(10)
  expect(Object.keys(pictures)).toHaveLength(3)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})

it('networks that are trained side by side learn their own digits', async () => {
  seed(0)
  const { train } = await mnist()
  // The first knows zeros only, the second ones.
  const samples = [0, 1].map((digit) => train.filter(({ labels }) => labels === digit).take(30))
  const network = () => nn.sequential(nn.flatten(), nn.linear(784, 10))
  const measured = await trainSideBySide(samples, { network }, { passes: 8, others: samples, onPass: () => {} })
  const { pass, seen, unseen } = measured.at(-1)!
  expect(measured.map((one) => one.pass)).toEqual([1, 2, 4, 8])
  expect(pass).toBe(8)
  expect(seen).toEqual([1, 1])
  expect(unseen).toEqual([
    [1, 0],
    [0, 1],
  ])
})

it('distortions move ink, and without strength nothing', async () => {
  seed(0)
  const dot = tensor(
    Float32Array.from({ length: 784 }, (_, i) => (i === 14 * 28 + 14 ? 1 : 0)),
    [1, 28, 28, 1],
  )
  const moved = (strength: number) => compile((x: Tensor) => distortion(strength)(x))(dot as Tensor).data()
  const [still, ink] = [Array.from(await moved(0)), Array.from(await moved(1))]
  expect(still[14 * 28 + 14]).toBeCloseTo(1, 4)
  expect(Math.max(...ink)).toBeGreaterThan(0.1)
  expect(ink[14 * 28 + 14]).toBeLessThan(0.99)
})
