import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { runInMemory } from '../running.js'
import { withStripedPictures } from './striped-pictures.js'

withStripedPictures(200, 50)

it('plain-against-residual compares two depths of three kinds', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('plain-against-residual', {
    ...{ pictures: 128, passes: 12, width: 4, shallow: 8, deep: 14 },
  })
  // Guessing is wrong in nine of ten cases.
  expect(metrics.residualTrainError).toBeLessThan(0.85)
  expect(tables[0]!.rows.map(([name]) => name)).toEqual(['plain', 'residual', 'highway'])
  expect(tables[0]!.columns).toEqual(['', '8 layers', '14 layers', 'what depth costs'])
  const [, shallow = '', deep = ''] = tables[0]!.rows[1] as string[]
  expect(metrics.residualTrainErrorGap).toBeCloseTo((Number.parseFloat(deep) - Number.parseFloat(shallow)) / 100, 2)
  expect(Object.keys(pictures)).toEqual(['1-training-error.svg'])
  expect(pictures['1-training-error.svg']).not.toMatch(/NaN|Infinity|no values/)
})
