import { describe, expect, it } from 'vitest'
import { defaults, type LayerSettings, type Settings } from '../../../studio/playground/settings/settings.js'
import { Experiment } from '../../../studio/playground/training/experiment.js'
import { healthOf } from '../../../studio/playground/training/health.js'
import type { History } from '../../../studio/playground/training/trainer.js'

const layers = (activation: LayerSettings['activation'], ...units: readonly number[]) =>
  units.map((count) => ({ units: count, activation }))

/** What is said after so many steps, and after the cure was taken and as many more. */
async function judge(changes: Partial<Settings>, steps: number) {
  const settings = { ...defaults, ...changes }
  const before = await after(new Experiment(settings), steps)
  const cure = before.finding?.cure
  if (cure === undefined) return { ...before, cured: undefined }
  const cured = { ...settings, ...cure.settings }
  if (cure.restarts) return { ...before, cured: await after(new Experiment(cured), steps) }
  await before.experiment.change(cured)
  return { ...before, cured: await after(before.experiment, steps) }
}

async function after(experiment: Experiment, steps: number) {
  const history: History = [[], [], []]
  for (let done = 0; done < steps; done += steps / 40) {
    await experiment.train(steps / 40)
    const { step, train, test } = await experiment.frame()
    for (const [i, value] of [step, train.loss, test.loss].entries()) history[i]!.push(value)
  }
  const { settings, points, trained } = experiment
  const frame = await experiment.frame()
  return { experiment, frame, finding: healthOf({ settings, frame, points: { ...points, trained }, history }) }
}

describe('what is said of a training', () => {
  it('is nothing while it goes well', async () => {
    expect(
      (await judge({ data: 'circle', layers: layers('tanh', 6), learningRate: 0.1 }, 1200)).finding,
    ).toBeUndefined()
  })

  it('that stops at no number: which layer, why, and a cure that works', async () => {
    const { finding, frame, cured } = await judge(
      { data: 'plane', learningRate: 1000, layers: layers('leakyRelu', 4, 4) },
      400,
    )
    expect(frame.problem).toBe(finding)
    expect(finding?.text).toMatch(/^Stopped at step \d+: (Layer \d|The output) has weights that are no numbers/)
    expect(finding?.text).toMatch(/learning rate of 1000.*Leaky ReLU has no upper bound/)
    expect(cured?.frame.problem).toBeUndefined()
    expect(cured?.frame.train.loss).toBeLessThan(1)
  })

  it('names the penalty where it is the penalty', async () => {
    const { finding, cured } = await judge({ learningRate: 3, regularization: 'l2', regularizationRate: 1 }, 2000)
    expect(finding?.text).toMatch(/L2 of 1 takes more from a weight than there is/)
    expect(cured?.frame.problem).toBeUndefined()
  })

  it('whose loss is a number, but a huge one', async () => {
    const { finding, cured } = await judge({ learningRate: 1000 }, 200)
    expect(finding?.text).toMatch(/times what guessing would give/)
    expect(cured!.frame.train.loss).toBeLessThan(0.2 * 1000)
  })

  it('that stands still since its gradients vanish, and learns with the cure', async () => {
    const { finding, cured } = await judge({ layers: layers('sigmoid', 6, 6, 6, 6, 6), learningRate: 0.1 }, 2000)
    expect(finding?.text).toMatch(/first layers hear next to nothing.*5 sigmoids.*1\/1,024/)
    expect(cured?.frame.test.accuracy).toBeGreaterThan(0.95)
  })

  it('whose neurons are all equal', async () => {
    const { finding, cured } = await judge({ initializer: 'zeros', learningRate: 0.1 }, 1200)
    expect(finding?.text).toMatch(/All neurons of layer 1 are equal/)
    expect(cured?.frame.train.accuracy).toBeGreaterThan(0.9)
  })

  it('that is too simple for its points', async () => {
    const { finding, cured } = await judge({ data: 'xor', layers: [], learningRate: 0.1 }, 2000)
    expect(finding?.text).toMatch(/only straight boundaries/)
    expect(cured?.frame.train.accuracy).toBeGreaterThan(0.9)
  })

  it('that learns its points by heart', async () => {
    const noisy: Partial<Settings> = { data: 'moons', noise: 45, trainShare: 10, optimizer: 'adam', learningRate: 0.01 }
    const { finding } = await judge({ ...noisy, layers: layers('relu', 12, 12, 12) }, 2400)
    expect(finding?.text).toMatch(/by heart/)
    expect(finding?.cure?.settings.regularization).toBe('l2')
  })

  it('that has nothing to learn from, or one class only', async () => {
    expect((await judge({ data: 'own' }, 40)).finding?.text).toMatch(/no points/)
    expect((await judge({ data: 'own', points: '00000zz000' }, 40)).finding?.text).toMatch(/one class/)
  })

  it('that normalises batches of one', async () => {
    const { finding } = await judge({ batchNorm: true, batchSize: 1 }, 40)
    expect(finding?.text).toMatch(/batch of one/)
    expect(finding?.cure?.settings.batchSize).toBe(20)
  })
})
