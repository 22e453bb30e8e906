import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { withDigitFiles } from '../digit-files.js'
import { runInMemory } from '../running.js'

withDigitFiles(1500, 300)

it('airbench-mnist trains a fast net, a wider one and LeNet-5 against the clock', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('airbench-mnist', { limit: 500 })
  // Guessing is right in a tenth of all cases.
  expect(metrics.accuracy).toBeGreaterThan(0.6)
  const [raced] = tables
  expect(raced!.rows.map(([, parameters]) => parameters)).toEqual(['29,434', '61,426', '61,706'])
  expect(Object.keys(pictures)).toEqual(['1-accuracy-over-seconds.svg'])
  expect(pictures['1-accuracy-over-seconds.svg']).not.toMatch(/NaN|Infinity|no values/)
})
