import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backend } from 'shapewise'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runRecipe } from '../../src/cli/run.js'
import { integer } from '../../src/recipes/option.js'
import { recipe } from '../../src/recipes/recipe.js'
import { TestSurroundings } from './capture.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'run-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const counting = recipe({
  name: 'counting',
  title: 'Counts',
  source: 'Peano, 1889',
  literature: { accuracy: { value: 0.75, source: 'a figure' } },
  options: { epochs: integer(2, 'how far to count') },
  async run({ options, seed, report }) {
    report.data({ name: 'numbers', description: 'numbers from nowhere', genuine: true })
    for (let epoch = 1; epoch <= options.epochs; epoch++) {
      report.progress({ epoch, epochs: options.epochs, batch: 1, batches: 1, examples: 1, metrics: { loss: seed } })
      await report.epoch({ epoch, epochs: options.epochs, metrics: { accuracy: epoch / 10 } })
    }
    return { accuracy: 0.5, mistakes: 0.25 }
  },
})

const settings = (more: { json?: boolean; out?: string; backend?: string } = {}) => ({
  seed: 7,
  backend: undefined,
  json: false,
  resume: false,
  out: join(root, 'run'),
  ...more,
})
const stored = (name: string): string => readFileSync(join(root, 'run', name), 'utf8')

describe('runRecipe', () => {
  it('puts what was reached beside what is published, and says where the run is', async () => {
    const surroundings = new TestSurroundings()
    expect(await runRecipe(counting, { epochs: 2 }, settings(), surroundings)).toBe(0)
    const text = surroundings.stdout.text
    expect(text).toMatch(/^accuracy +50\.00 % +75\.00 % +a figure$/m)
    expect(text).toMatch(/^mistakes +25\.00 %$/m)
    expect(text).toContain(`stored in ${join(root, 'run')}`)
    expect(surroundings.stderr.text).toBe('')
    expect(surroundings.listening).toBe(0)
  })

  it('stores the outcome and one line per epoch', async () => {
    await runRecipe(counting, { epochs: 2 }, settings(), new TestSurroundings())
    const epochs = stored('metrics.jsonl').trimEnd().split('\n')
    expect(epochs.map((line) => JSON.parse(line))).toMatchObject([
      { epoch: 1, epochs: 2, metrics: { accuracy: 0.1 } },
      { epoch: 2, epochs: 2, metrics: { accuracy: 0.2 } },
    ])
    expect(JSON.parse(stored('run.json'))).toMatchObject({
      name: 'counting',
      status: 'finished',
      results: { accuracy: 0.5, mistakes: 0.25 },
      literature: { accuracy: { value: 0.75, source: 'a figure' } },
      environment: { backend: backend().name },
      seed: 7,
      options: { epochs: 2 },
      data: { source: 'numbers from nowhere' },
    })
  })

  it('with json writes one line to stdout and the rest to stderr', async () => {
    const surroundings = new TestSurroundings()
    await runRecipe(counting, { epochs: 1 }, settings({ json: true }), surroundings)
    expect(surroundings.stdout.lines).toHaveLength(1)
    const outcome = JSON.parse(surroundings.stdout.text)
    expect(Object.keys(outcome)).toEqual(['recipe', 'metrics', 'literature', 'seconds', 'backend', 'seed', 'data'])
    expect(outcome).toMatchObject({ metrics: { accuracy: 0.5 }, literature: { accuracy: 0.75 }, seed: 7 })
    expect(surroundings.stderr.text).toContain('epoch 1/1')
  })

  it('does not compare generated data with the literature unnoticed', async () => {
    const surroundings = new TestSurroundings()
    const generated = recipe({
      ...counting,
      async run({ report }) {
        report.data({ name: 'generated', description: 'made up', genuine: false })
        return { accuracy: 1 }
      },
    })
    await runRecipe(generated, { epochs: 1 }, settings(), surroundings)
    expect(surroundings.stdout.text).toMatch(/not the published ones, so the numbers do not compare/)
  })
})

describe('a run that does not come to its end', () => {
  const ending = (epochs: number, end: () => Promise<never>) =>
    recipe({
      ...counting,
      async run({ report }) {
        for (let epoch = 1; epoch <= epochs; epoch++)
          await report.epoch({ epoch, epochs: 9, metrics: { accuracy: 0.5 } })
        return end()
      },
    })
  const broken = () => Promise.reject(new Error('broken'))
  const forever = () => new Promise<never>(() => {})

  it('leaves nothing behind if it fails before the first epoch is over', async () => {
    await expect(runRecipe(ending(0, broken), { epochs: 1 }, settings(), new TestSurroundings())).rejects.toThrow(
      'broken',
    )
    expect(readdirSync(root)).toEqual([])
  })

  it('keeps the epochs if it fails later', async () => {
    await expect(runRecipe(ending(2, broken), { epochs: 1 }, settings(), new TestSurroundings())).rejects.toThrow(
      'broken',
    )
    expect(stored('metrics.jsonl').trimEnd().split('\n')).toHaveLength(2)
    expect(JSON.parse(stored('run.json'))).toMatchObject({ status: 'failed', results: {}, reason: 'broken' })
  })

  it.each([
    [0, 'No epoch was done, so nothing is stored.'],
    [1, 'What came out of the first epoch is in'],
    [3, 'What came out of the first 3 epochs is in'],
  ])('ends with code 130 on Ctrl-C after %i epochs', async (epochs, message) => {
    const surroundings = new TestSurroundings()
    const running = runRecipe(ending(epochs, forever), { epochs: 1 }, settings(), surroundings)
    await expect.poll(() => surroundings.listening).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    surroundings.pressControlC()
    expect(await running).toBe(130)
    expect(surroundings.stderr.text).toContain(message)
    expect(surroundings.listening).toBe(0)
    expect(existsSync(join(root, 'run', 'run.json'))).toBe(epochs > 0)
    if (epochs > 0) expect(JSON.parse(stored('run.json')).status).toBe('interrupted')
  })
})
