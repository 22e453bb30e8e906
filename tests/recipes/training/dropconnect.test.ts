import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { withDigitFiles } from '../digit-files.js'
import { runInMemory } from '../running.js'

withDigitFiles(1500, 300)

it('dropconnect lets networks vote, and shows what they get wrong', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('dropconnect', { limit: 500, networks: 2, passes: 6 })
  // Guessing is wrong in nine of ten cases.
  expect(metrics.singleError).toBeLessThan(0.4)
  expect(metrics.votedError).toBeLessThanOrEqual(metrics.singleError! + 0.02)
  const errors = tables[0]!.rows.map(([name, count]) => [name, Number(count)] as const)
  expect(errors.map(([name]) => name)).toEqual(['network 1', 'network 2', 'mean', 'vote'])
  expect(Math.abs(errors[2]![1] - (errors[0]![1] + errors[1]![1]) / 2)).toBeLessThanOrEqual(0.5)
  expect(Object.keys(pictures)).toHaveLength(2)
  expect(pictures['1-error-by-number-of-votes.svg']).not.toMatch(/NaN|Infinity|no values/)
  expect(pictures['2-the-remaining-mistakes.svg']).toMatch(/is \d: \d \d</)
})
