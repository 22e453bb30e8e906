import { describe, expect, it } from 'vitest'
import { GRID } from '../../../studio/playground/data/plane.js'
import { defaults, type Settings } from '../../../studio/playground/settings/settings.js'
import { lessonSettings, lessons } from '../../../studio/playground/tour/lessons.js'
import { Experiment } from '../../../studio/playground/training/experiment.js'

const spiral: Settings = {
  ...defaults,
  data: 'spiral',
  layers: [
    { units: 8, activation: 'tanh' },
    { units: 8, activation: 'tanh' },
  ],
  optimizer: 'adam',
  learningRate: 0.01,
}

async function trained(settings: Settings, steps: number) {
  const experiment = new Experiment(settings)
  await experiment.train(steps)
  return { experiment, frame: await experiment.frame() }
}

describe('an experiment', () => {
  it('learns the spiral', async () => {
    const { frame } = await trained(spiral, 4000)
    expect(frame.test.accuracy).toBeGreaterThan(0.95)
    expect(frame.maps.map(({ length }) => length / GRID ** 2)).toEqual([2, 8, 8, 1])
    expect(frame.links.map(({ from, to }) => [from, to])).toEqual([
      [2, 8],
      [8, 8],
      [8, 1],
    ])
  })

  it('learns six classes, and values', async () => {
    const classes = await trained({ ...spiral, data: 'gauss', classes: 6, noise: 0 }, 2000)
    expect(classes.frame.test.accuracy).toBeGreaterThan(0.95)
    expect(classes.frame.maps.at(-1)).toHaveLength(6 * GRID ** 2)
    const values = await trained({ ...spiral, data: 'hills' }, 4000)
    // Guessing the mean costs half of the variance, about 0.04.
    expect(values.frame.test.loss).toBeLessThan(0.02)
  })

  it('is the same for the same seed', async () => {
    const [one, two] = await Promise.all([trained(spiral, 300), trained(spiral, 300)])
    expect(one.frame.links).toEqual(two.frame.links)
  })

  it('gives the gradients of its loss: differences of the loss agree', async () => {
    const { experiment, frame } = await trained(spiral, 50)
    const { weights, gradients, to } = frame.links[1]!
    const step = 0.01
    for (const [from, unit] of [
      [0, 0],
      [3, 5],
    ] as const) {
      const at = from * to + unit
      const losses: number[] = []
      for (const change of [step, -step]) {
        await experiment.setWeight(1, from, unit, weights[at]! + change)
        losses.push((await experiment.frame()).train.loss)
      }
      await experiment.setWeight(1, from, unit, weights[at]!)
      const slope = (losses[0]! - losses[1]!) / (2 * step)
      expect(gradients[at]).toBeCloseTo(slope, 3)
    }
  })

  it('keeps the weights that still have a place when the network changes', async () => {
    const { experiment, frame } = await trained(spiral, 200)
    await experiment.change({
      ...spiral,
      layers: [...spiral.layers, { units: 3, activation: 'relu' }],
      features: ['x', 'y', 'xy'],
      batchNorm: true,
    })
    const after = await experiment.frame()
    expect(after.step).toBe(200)
    expect([...after.links[0]!.weights.slice(0, 16)]).toEqual([...frame.links[0]!.weights])
    expect([...after.links[1]!.weights]).toEqual([...frame.links[1]!.weights])
    await experiment.train(10)
    expect((await experiment.frame()).step).toBe(210)
  })

  it('keeps the weights of a feature wherever it stands among the others', async () => {
    const only: Settings = { ...spiral, features: ['y'] }
    const { experiment, frame } = await trained(only, 100)
    await experiment.change({ ...only, features: ['x', 'y', 'sinY'] })
    const [first] = (await experiment.frame()).links
    expect([...first!.weights.slice(8, 16)]).toEqual([...frame.links[0]!.weights])
    await experiment.change({ ...only, layers: [] })
    await experiment.train(10)
    expect((await experiment.frame()).step).toBe(110)
  })

  it('takes other points with the same first weights, and other weights with the same points', async () => {
    const all = [spiral, { ...spiral, dataSeed: 2 }, { ...spiral, seed: 2 }].map((one) => new Experiment(one))
    const [one, points, weights] = await Promise.all(
      all.map(async (experiment) => ({
        places: experiment.points.places,
        weights: (await experiment.frame()).links[0]!.weights,
      })),
    )
    expect(points!.weights).toEqual(one!.weights)
    expect(points!.places).not.toEqual(one!.places)
    expect(weights!.places).toEqual(one!.places)
    expect(weights!.weights).not.toEqual(one!.weights)
  })

  const changes: { readonly [Key in keyof Settings]: Settings[Key] } = {
    ...{ data: 'gauss', classes: 4, noise: 20, trainShare: 80, batchSize: 50, features: ['y', 'xy'] },
    layers: [...spiral.layers, { units: 3, activation: 'sigmoid' }],
    ...{ initializer: 'he', optimizer: 'sgd', learningRate: 0.1, schedule: 'cosine', regularization: 'l1' },
    ...{ regularizationRate: 0.01, dropout: 0.2, batchNorm: true, skip: true, seed: 7, dataSeed: 7, points: '' },
  }
  it.each(Object.keys(changes) as (keyof Settings)[])('goes on when it changes: %s', async (key) => {
    const { experiment } = await trained(spiral, 40)
    await experiment.change({ ...spiral, [key]: changes[key] })
    await experiment.train(20)
    const frame = await experiment.frame()
    expect(frame.step).toBe(60)
    expect(frame.problem).toBeUndefined()
    expect(frame.train.loss).toBeGreaterThan(0)
  })

  it('goes back to any moment that it kept, also of another network', async () => {
    const { experiment, frame } = await trained(spiral, 100)
    const at = frame.moments.indexOf(100)
    await experiment.change({ ...spiral, layers: [{ units: 2, activation: 'relu' }] })
    await experiment.train(1000)
    const now = await experiment.frame()
    expect(now.moments.length).toBeLessThanOrEqual(301)
    const then = await experiment.frame(at < 0 ? undefined : now.moments.indexOf(100))
    expect(then.step).toBe(100)
    expect(then.maps).toEqual(frame.maps)
  })

  it('says why it stops when the loss is no number any more', async () => {
    const { frame } = await trained({ ...spiral, optimizer: 'sgd', learningRate: 100, data: 'plane' }, 200)
    expect(frame.problem?.text).toMatch(/learning rate of 100 a step goes farther/)
    expect(frame.problem?.cure?.settings.learningRate).toBe(0.03)
  })

  it('shows a network although there are no points yet', async () => {
    const { frame } = await trained({ ...defaults, data: 'own' }, 100)
    expect(frame.step).toBe(0)
    expect(frame.train.loss).toBeNaN()
    expect(frame.maps).toHaveLength(4)
  })
})

describe('what the lessons say', () => {
  const after = async (title: string, variant?: string, steps = 3000) => {
    const lesson = lessons.find((one) => one.title === title)!
    const settings = lesson.variants.find(({ label }) => label === variant)?.settings
    return (await trained(lessonSettings(lesson, settings), steps)).frame
  }

  it('a line cannot do the exclusive or, six neurons can', async () => {
    expect((await after('The exclusive or')).test.accuracy).toBeLessThan(0.75)
    expect((await after('The exclusive or', 'Six hidden neurons', 4000)).test.accuracy).toBeGreaterThan(0.9)
  })

  it('squares make a circle a straight line', async () => {
    expect((await after('Features or layers (Cover)')).test.accuracy).toBeGreaterThan(0.97)
  })

  it('a free network learns the noise, a penalty keeps it from that', async () => {
    const free = await after('Too simple, too free')
    expect(free.train.accuracy).toBeGreaterThan(0.97)
    const kept = await after('Regularisation')
    expect(kept.test.loss).toBeLessThan(free.test.loss / 2)
  })

  it('a deep sigmoid net stands still, ReLU and batch norm do not', async () => {
    expect((await after('Why deep sigmoid nets stood still')).train.accuracy).toBeLessThan(0.6)
    for (const cure of ['ReLU', 'Sigmoid with batch norm']) {
      expect((await after('Why deep sigmoid nets stood still', cure)).test.accuracy).toBeGreaterThan(0.95)
    }
  })

  it('Adam unwinds the spiral long before plain gradient descent', async () => {
    const [plain, adam] = [await after('Optimizers'), await after('Optimizers', 'Adam')]
    expect(adam.train.loss).toBeLessThan(plain.train.loss / 5)
  })

  it('one good feature beats five from fifty points', async () => {
    const [many, one] = [await after('The curse of dimension'), await after('The curse of dimension', 'Only x₁x₂')]
    expect(one.test.loss).toBeLessThan(many.test.loss)
  })
})
