import type { Column, Dataset } from 'shapewise/data'
import { NotAvailable } from '../../data/files/published.js'
import { firstVersion } from '../cifar-version.js'
import { digits } from '../digits.js'
import type { Reporter } from '../report.js'

const TRAINING = 4000
const TESTING = 1000

/** Pictures in colour or grey, and which of ten things is on them. */
export type LabelledPictures = Dataset<{
  readonly inputs: Column<'float32', readonly [number, number, number]>
  readonly labels: Column<'int32', readonly []>
}>

/** The first 4,000 + 1,000 pictures of CIFAR-10, or as many digits where that is not to be had. Says which. */
export async function photographs(report: Reporter): Promise<{ train: LabelledPictures; test: LabelledPictures }> {
  try {
    const { train, test, source } = await firstVersion(['first', 'original'])
    report.data({ name: 'CIFAR-10', description: source.description, genuine: source.genuine })
    return { train: train.take(TRAINING), test: test.take(TESTING) }
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
  }
  report.log('CIFAR-10 is not to be had, so the pictures are digits; put its files into $SHAPEWISE_DATA/cifar10.')
  const { train, test } = await digits(report, TRAINING)
  return { train, test: test.take(TESTING) }
}
