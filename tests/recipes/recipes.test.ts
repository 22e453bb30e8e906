import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.js'
import { TestSurroundings } from '../cli/capture.js'
import { withDigitFiles } from './digit-files.js'

const TRAINING = 1500
const TESTING = 300

const root = withDigitFiles(TRAINING, TESTING)

async function run(recipe: string, ...options: string[]) {
  const surroundings = new TestSurroundings()
  const args = ['run', recipe, '--json', '--out', join(root(), 'run'), ...options]
  const code = await runCommandLine(args, surroundings)
  expect(surroundings.stderr.text).not.toContain('error:')
  expect(code).toBe(0)
  const outcome = JSON.parse(surroundings.stdout.text) as { metrics: Record<string, number> }
  return { metrics: outcome.metrics, text: surroundings.stderr.text }
}

describe('perceptron', () => {
  it('tells 0 from 1 by both rules, and shows the weights', async () => {
    const { metrics, text } = await run('perceptron', '--digits', '01', '--epochs', '3')
    // A coin would reach one half.
    expect(metrics.perceptronAccuracy01).toBeGreaterThan(0.95)
    expect(metrics.logisticAccuracy01).toBeGreaterThan(0.95)
    expect(text).toMatch(/^perceptron 0\/1 +logistic 0\/1$/m)
  })

  it('refuses what is not a pair of digits', async () => {
    for (const digits of ['33', '1', 'ab', '01,']) {
      const surroundings = new TestSurroundings()
      const out = join(root(), 'refused')
      expect(await runCommandLine(['run', 'perceptron', '--out', out, '--digits', digits], surroundings)).toBe(2)
      expect(surroundings.stderr.text).toMatch(/is not a pair of different digits/)
    }
  })
})

describe.each([
  [
    'mlp-mnist',
    ['--hidden', '32', '--epochs', '4', '--batch-size', '32', '--learning-rate', '0.005'],
    784 * 32 + 32 + 330,
  ],
  ['lenet-mnist', ['--epochs', '2', '--batch-size', '16', '--learning-rate', '0.003'], 61_706],
] as const)('%s', (name, options, parameters) => {
  it('learns, and shows what it gets wrong', async () => {
    const { metrics, text } = await run(name, ...options)
    // A guess would reach one tenth.
    expect(metrics.accuracy).toBeGreaterThan(0.7)
    expect(metrics.parameters).toBe(parameters)
    expect(metrics.trainingPictures).toBe(TRAINING)
    const rows = text.match(/^\d is .*%$/gm) ?? []
    const counts = rows.map((row) => row.replace(/^\d is/, '').replace(/[\d.]+ %$/, ''))
    const cells = counts.map((row) =>
      row
        .trim()
        .split(/\s+/)
        .map((cell) => (cell === '·' ? 0 : Number(cell))),
    )
    expect(cells.flat()).toHaveLength(100)
    expect(cells.flat().reduce((sum, count) => sum + count, 0)).toBe(TESTING)
    const right = cells.reduce((sum, row, i) => sum + row[i]!, 0)
    expect(right / TESTING).toBeCloseTo(metrics.accuracy!, 10)
    expect(text).toContain(`The worst of ${TESTING - right} mistakes`)
    expect(text).toMatch(/\d, read as \d \(\d+ %\)/)
    expect(text).toMatch(/[░▒▓█]{3}/)
  })

  it('gives the same numbers for the same seed, others for another', async () => {
    const few = [...options, '--limit', '200', '--epochs', '1']
    const first = await run(name, ...few, '--seed', '3')
    const second = await run(name, ...few, '--seed', '3')
    const third = await run(name, ...few, '--seed', '4')
    expect(second.metrics).toEqual(first.metrics)
    expect(third.metrics.loss).not.toBe(first.metrics.loss)
    expect(first.metrics.trainingPictures).toBe(200)
    expect(first.text).toContain('the first 200 of 1,500 pictures')
  })
})

describe('mlp-mnist --preset lecture', () => {
  it('trains 30 sigmoid units by gradient descent, and another number when told so', async () => {
    const options = ['--preset', 'lecture', '--batch-size', '10', '--learning-rate', '1', '--epochs', '4']
    const { metrics } = await run('mlp-mnist', ...options)
    expect(metrics.accuracy).toBeGreaterThan(0.7)
    expect(metrics.parameters).toBe(784 * 30 + 30 + 310)
    const { metrics: few } = await run('mlp-mnist', '--preset', 'lecture', '--hidden', '5', '--limit', '100')
    expect(few.parameters).toBe(784 * 5 + 5 + 60)
  })
})
