import { grad, seed, type Tensor, tensor } from 'shapewise'
import { dataset, floatColumn, generateDigits, labelColumn } from 'shapewise/data'
import { beale, RAVINE_CONDITION, rastrigin, ravine, rosenbrock, surfaces } from 'shapewise/optim'
import { expect, it } from 'vitest'
import { lossCut } from '../../../src/recipes/training/loss-cut.js'
import { race } from '../../../src/recipes/training/race.js'
import { withDigitFiles } from '../digit-files.js'
import { runInMemory } from '../running.js'

withDigitFiles(300, 50)

const heightAt = (surface: (typeof surfaces)[number], [x, y]: readonly [number, number]) =>
  surface.height(tensor(x), tensor(y)).item()

it('knows the heights that are published', async () => {
  expect(await heightAt(rosenbrock, [-1.2, 1])).toBeCloseTo(24.2, 4)
  expect(await heightAt(beale, [0, 0])).toBeCloseTo(1.5 ** 2 + 2.25 ** 2 + 2.625 ** 2, 4)
  expect(await heightAt(rastrigin, [1, -2])).toBeCloseTo(5, 4)
  // Along and across: ½ and κ / 2.
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]
  expect(await heightAt(ravine, [c, s])).toBeCloseTo(0.5, 5)
  expect(await heightAt(ravine, [-s, c])).toBeCloseTo(RAVINE_CONDITION / 2, 3)
})

it('has flat minima that lie lower than their surroundings, and starts on the map', async () => {
  for (const surface of surfaces) {
    for (const [x, y] of surface.minima) {
      const at = grad((place: Tensor) => surface.height(place.at(0), place.at(1)))(tensor([x, y]))
      expect(await at.abs().max().item()).toBeLessThan(1e-4)
      const around = Array.from(
        { length: 12 },
        (_, i) => [Math.cos(i), Math.sin(i)].map((d) => 0.05 * d) as [number, number],
      )
      for (const [dx, dy] of around) {
        expect(await heightAt(surface, [x + dx, y + dy])).toBeGreaterThan(await heightAt(surface, [x, y]))
      }
    }
    const [[x, y], [left, right], [bottom, top]] = [surface.start, surface.x, surface.y]
    expect(x >= left && x <= right && y >= bottom && y <= top).toBe(true)
  }
})

it('runs gradient descent as plain loops do, and momentum in a fraction of its steps', async () => {
  const [plain, momentum] = [await race(ravine, 'gradient descent', 1000), await race(ravine, 'momentum', 1000)]
  let [x, y] = ravine.start
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]
  const isThere = () => Math.hypot(x, y) <= 0.018
  for (const [step, place] of plain!.path.entries()) {
    expect(place[0]).toBeCloseTo(x, 4)
    expect(place[1]).toBeCloseTo(y, 4)
    expect(isThere()).toBe(step === plain!.steps)
    const [u, v] = [c * x + s * y, RAVINE_CONDITION * (c * y - s * x)]
    ;[x, y] = [x - plain!.rate * (c * u - s * v), y - plain!.rate * (s * u + c * v)]
  }
  // It diverges beyond 2 / κ.
  expect(plain!.rate).toBeLessThan(2 / RAVINE_CONDITION)
  expect(plain!.steps / momentum!.steps).toBeGreaterThan(3)
})

it('cuts a loss through a minimum', async () => {
  seed(0)
  const { images, labels } = generateDigits({ count: 128 })
  const inputs = floatColumn(images, [28, 28, 1], { scale: 1 / 255 })
  const surface = await lossCut(dataset({ inputs, labels: labelColumn(labels) }))
  const x = tensor([0, 0.1, -0.1, 0.5, 0, 0])
  const y = tensor([0, 0, 0, 0, 0.5, -0.5])
  const [middle, ...others] = await surface.height(x, y).data()
  for (const height of others) expect(height).toBeGreaterThan(middle!)
  const slope = grad((place: Tensor) => surface.height(place.at(0), place.at(1)))(tensor([0, 0]))
  expect(await slope.abs().max().item()).toBeLessThan(0.01)
})

it('races on all surfaces and shows it', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('optimizer-race', { steps: 90, limit: 200, passes: 2 })
  expect(metrics.stochasticLoss).toBeLessThan(metrics.batchLoss!)
  const [{ rows, columns }] = tables as [(typeof tables)[number]]
  expect(columns).toEqual(['', ...surfaces.map(({ name }) => name), 'network'])
  const adam = rows.find(([name]) => name === 'Adam')!
  expect(adam[1]).toMatchObject({ text: expect.stringMatching(/^\d+ \(0\.\d+\)$/) })
  expect(Object.keys(pictures)).toHaveLength(9)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
