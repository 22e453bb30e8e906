import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePoints } from '../../../studio/playground/data/points.js'
import { programOf } from '../../../studio/playground/program/program.js'
import { activations, initializers, optimizers, schedules } from '../../../studio/playground/settings/choices.js'
import { defaults, type Settings } from '../../../studio/playground/settings/settings.js'
import { Experiment } from '../../../studio/playground/training/experiment.js'
import { obstacle } from '../../../studio/playground/training/failure.js'
import { anySettings } from './any-settings.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const EPOCHS = 3

/** Settings of all kinds that can be trained for a few epochs: by a choice that is the same each time. */
const chosen = fc
  .sample(anySettings, { numRuns: 16, seed: 11 })
  .map(
    (settings): Settings => ({
      ...settings,
      learningRate: Math.min(settings.learningRate, 0.03),
      batchSize: Math.max(5, settings.batchSize),
      points: settings.data === 'own' ? '00a000zz0010a0a21zza0130b0c0zaz11' : settings.points,
    }),
  )
  .filter((settings) => obstacle(settings, new Experiment(settings).trained.length) === undefined)
/** What might be missed by chance. */
const each: readonly Settings[] = [
  ...Object.keys(optimizers).map((optimizer) => ({ optimizer })),
  ...Object.keys(schedules).map((schedule) => ({ schedule, optimizer: 'adam' })),
  ...Object.keys(initializers).map((initializer) => ({ initializer })),
  ...Object.keys(activations).map((activation) => ({ layers: [{ units: 3, activation }] })),
  ...['none', 'l1', 'l2'].map((regularization) => ({ regularization })),
  { batchNorm: true, skip: true, dropout: 0.2, layers: defaults.layers },
].map((changes) => ({ ...defaults, batchSize: 50, ...(changes as Partial<Settings>) }))

describe.skipIf(!existsSync(join(root, 'dist/index.js')))('programs of the playground', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'programs-'))
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules/shapewise'), 'junction')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('run in Node, and come to the same losses as the page', async () => {
    const all = [...chosen, ...each]
    const names = all.map((settings, i) => {
      const name = `program-${i}.mjs`
      const program = programOf(settings, makePoints(settings))
      writeFileSync(join(folder, name), program.replace('const epochs = 200', `const epochs = ${EPOCHS}`))
      return name
    })
    // One after the other in one process: starting one takes longer than such a training.
    const runs = names.map((name) => `console.log('${name}'); await import('./${name}')`).join('\n')
    writeFileSync(join(folder, 'all.mjs'), runs)
    const { stdout, stderr } = spawnSync(process.execPath, ['all.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    const parts = stdout.split(/program-\d+\.mjs\n/).slice(1)
    expect(parts).toHaveLength(all.length)
    for (const [i, settings] of all.entries()) {
      const experiment = new Experiment(settings)
      const size = Math.min(settings.batchSize, experiment.trained.length)
      await experiment.train(EPOCHS * Math.floor(experiment.trained.length / size))
      const { train, test, epoch } = await experiment.frame()
      expect(epoch).toBe(EPOCHS)
      for (const [name, loss] of [
        ['training', train.loss],
        ['test', test.loss],
      ] as const) {
        if (Number.isNaN(loss)) continue
        const printed = Number(new RegExp(`${name}: loss ([^\\s,]+)`).exec(parts[i]!)?.[1])
        expect(
          Math.abs(printed - loss),
          `${name} of ${JSON.stringify(settings)}: ${printed}, not ${loss}`,
        ).toBeLessThan(1e-3 * Math.max(0.1, Math.abs(loss)))
      }
    }
  }, 600_000)

  it('say so where there are no points', () => {
    const settings: Settings = { ...defaults, data: 'own' }
    expect(programOf(settings, makePoints(settings))).toMatch(/^\/\/ There are no points yet/)
  })

  it('run with one point and with three', () => {
    for (const points of ['a0a00', 'a0a00b0b01c0c00']) {
      const settings: Settings = { ...defaults, data: 'own', points }
      writeFileSync(join(folder, 'few.mjs'), programOf(settings, makePoints(settings)))
      const { stdout, stderr } = spawnSync(process.execPath, ['few.mjs'], { cwd: folder, encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(stdout).toMatch(/training: loss/)
    }
  })
})
