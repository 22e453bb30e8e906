import {
  adult,
  breastCancer,
  type Column,
  californiaHousing,
  type Dataset,
  dataset,
  emoji,
  floatColumn,
  labelColumn,
  type TabularOptions,
  tabular,
  wine,
} from 'shapewise/data'
import { NotAvailable } from '../../../data/files/published.js'
import { digits } from '../../digits.js'
import type { Reporter } from '../../report.js'

/** Numbers, and one of some classes. */
export type ClassExamples = Dataset<{
  readonly inputs: Column<'float32', readonly number[]>
  readonly labels: Column<'int32', readonly []>
}>
/** Numbers, and a number of variance 1. */
export type ValueExamples = Dataset<{
  readonly inputs: Column<'float32', readonly number[]>
  readonly targets: Column<'float32', readonly [1]>
}>

/** Examples to learn from and to test on. */
export type Split =
  | { readonly kind: 'classes'; readonly classes: number; readonly train: ClassExamples; readonly test: ClassExamples }
  | { readonly kind: 'values'; readonly train: ValueExamples; readonly test: ValueExamples }

/** The same examples as trees and as networks see them: categories by number, or by a number 0 or 1 for each. */
export interface Views {
  readonly trees: Split
  readonly network: Split
}

export type ProblemName = 'adult' | 'housing' | 'wine' | 'cancer' | 'digits' | 'emoji'

const alike = (split: Split): Views => ({ trees: split, network: split })

/** What stands for the columns of a table, learned from the training rows. */
const forTrees: Partial<TabularOptions> = { categories: 'code' }
const forNetwork: Partial<TabularOptions> = { categories: 'oneHot', scaling: 'normalQuantile' }

/** Where each problem is from: one split, or one for each fold. */
const sources: { readonly [Name in ProblemName]: (limit: number, report: Reporter) => Promise<readonly Views[]> } = {
  async adult(limit) {
    const { train, test } = await adult()
    const view = (options: Partial<TabularOptions>): Split => {
      const table = tabular(train, { ...options, target: 'income', task: 'classes' })
      return { kind: 'classes', classes: 2, train: part(table.dataset(train), limit), test: table.dataset(test) }
    }
    return [{ trees: view(forTrees), network: view(forNetwork) }]
  },
  async housing(limit) {
    const { table: all } = await californiaHousing()
    const [train, test] = all.split(0.8, { seed: 1 })
    const view = (options: Partial<TabularOptions>): Split => {
      const table = tabular(train, { ...options, target: 'median_house_value', task: 'values' })
      return { kind: 'values', train: part(table.dataset(train), limit), test: table.dataset(test) }
    }
    return [{ trees: view(forTrees), network: view(forNetwork) }]
  },
  wine: async () => folds((await wine()).data, 3),
  cancer: async () => folds((await breastCancer()).data, 2),
  async digits(limit, report) {
    const { train, test } = await digits(report)
    return [alike({ kind: 'classes', classes: 10, train: part(train, limit), test })]
  },
  async emoji(limit) {
    const { data, categories } = await emoji()
    const [learned, kept] = data.split(0.8, { groups: 'name', seed: 1 })
    const pictures = (emoji: typeof data): ClassExamples =>
      dataset({
        inputs: floatColumn(emoji.values('google'), [32, 32, 4]),
        labels: labelColumn(emoji.values('category'), { classes: categories.length }),
      })
    const train = part(pictures(learned), limit)
    return [alike({ kind: 'classes', classes: categories.length, train, test: pictures(kept) })]
  },
}

/** So many of the examples, from all over them; 0 for all. */
function part<Data extends { readonly length: number; subset(examples: number[]): Data }>(
  data: Data,
  limit: number,
): Data {
  if (limit === 0 || limit >= data.length) return data
  return data.subset(Array.from({ length: limit }, (_, i) => Math.floor((i * data.length) / limit)))
}

/** Five of them, in each of which another fifth is tested on. */
const folds = (data: ClassExamples, classes: number): Views[] =>
  data.kFold(5, { stratify: 'labels' }).map(([train, test]) => alike({ kind: 'classes', classes, train, test }))

/** The splits of a problem; undefined, and said, where its data are not to be had. */
export async function problem(
  name: ProblemName,
  limit: number,
  report: Reporter,
): Promise<readonly Views[] | undefined> {
  try {
    return await sources[name](limit, report)
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    report.log(`Without ${name}, whose data are not to be had: ${error.message}`)
    return undefined
  }
}
