import { type DigitDataset, mnist } from 'shapewise/data'
import type { Reporter } from './report.js'

/**
 * The digits that all recipes on MNIST share: those to learn from, as many as `limit` allows (0 for all), and those to test on.
 * Says where they come from, and if only a part is used.
 */
export async function digits(report: Reporter, limit = 0): Promise<{ train: DigitDataset; test: DigitDataset }> {
  const { train, test, source } = await mnist()
  const { genuine, kind, description } = source
  report.data({
    name: genuine ? 'MNIST' : kind === 'generated' ? 'generated digits' : 'other digits',
    description,
    genuine,
  })
  if (limit === 0 || limit >= train.length) return { train, test }
  const count = (value: number): string => value.toLocaleString('en-US')
  report.log(
    `Learning from the first ${count(limit)} of ${count(train.length)} pictures, testing on all ${count(test.length)} ` +
      '(--limit 0 takes everything).',
  )
  return { train: train.take(limit), test }
}
