import {
  type DataSource,
  loadPublished,
  type PublishedFile,
  type PublishedSet,
  type SourceOptions,
} from '../files/published.js'
import { type CsvOptions, parseCsv } from '../formats/csv.js'
import type { Column } from '../memory/column.js'
import type { Dataset } from '../memory/dataset.js'
import { classTable } from '../own/table-dataset.js'
import type { CsvTable } from '../table/csv-table.js'

/** Examples of a few numbers and a class. */
export interface LabelledTable<Features extends number> {
  readonly data: Dataset<{
    readonly inputs: Column<'float32', readonly [Features]>
    readonly labels: Column<'int32', readonly []>
  }>
  /** What the numbers are. */
  readonly features: readonly string[]
  /** What the labels mean. */
  readonly classes: readonly string[]
  readonly source: DataSource
}

/** A table as it is, text by columns. */
export interface SourceTable {
  readonly table: CsvTable
  readonly source: DataSource
}

const raschka = 'https://raw.githubusercontent.com/rasbt/python-machine-learning-book/master/code/datasets'

async function load(set: PublishedSet, file: PublishedFile, csv: CsvOptions, options: SourceOptions) {
  const { files, source } = await loadPublished(set, { file }, options)
  return { table: parseCsv(files.file.bytes, csv, files.file.name), source }
}

function labelled<Features extends number>(
  { table, source }: SourceTable,
  features: readonly string[] & { readonly length: Features },
  target: string,
): LabelledTable<Features> {
  return { ...classTable(table, { inputs: features, labels: target }), features, source }
}

/**
 * Iris: 150 flowers, 4 lengths in centimetres each, 3 species of 50. Licence: CC BY 4.0 (UCI).
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Fisher, "The use of multiple measurements in taxonomic problems", 1936.
 *
 * ```ts
 * const { data, classes } = await iris()
 * const [train, test] = data.split(0.8, { stratify: 'labels' })
 * ```
 */
export async function iris(options: SourceOptions = {}): Promise<LabelledTable<4>> {
  const set = {
    ...{ name: 'Iris', folder: 'tabular/uci-small', licence: 'CC BY 4.0' },
    paper: 'Fisher, "The use of multiple measurements in taxonomic problems", 1936',
  }
  const file = {
    name: 'iris.data',
    urls: [`${raschka}/iris/iris.data`],
    sha256: ['f5d0c11e5c78a69a20dbb80baf2b24703f59a6687595752abb397d23732647c5'],
  }
  const features = ['sepal length', 'sepal width', 'petal length', 'petal width'] as const
  return labelled(await load(set, file, { header: [...features, 'species'] }, options), features, 'species')
}

/**
 * Wine: 178 wines of 3 cultivars, 13 measurements each. Licence: CC BY 4.0 (UCI).
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Forina et al., "PARVUS: an extendible package for data exploration, classification and correlation", 1988.
 *
 * ```ts
 * const { data } = await wine()
 * ```
 */
export async function wine(options: SourceOptions = {}): Promise<LabelledTable<13>> {
  const set = {
    ...{ name: 'Wine', folder: 'tabular/uci-small', licence: 'CC BY 4.0' },
    paper: 'Forina et al., "PARVUS", 1988',
  }
  const file = {
    name: 'wine.data',
    urls: [`${raschka}/wine/wine.data`],
    sha256: ['6be6b1203f3d51df0b553a70e57b8a723cd405683958204f96d23d7cd6aea659'],
  }
  const features = [
    ...(['alcohol', 'malic acid', 'ash', 'alcalinity of ash', 'magnesium', 'total phenols', 'flavanoids'] as const),
    ...(['nonflavanoid phenols', 'proanthocyanins', 'color intensity', 'hue', 'OD280/OD315', 'proline'] as const),
  ] as const
  return labelled(await load(set, file, { header: ['cultivar', ...features] }, options), features, 'cultivar')
}

/**
 * Breast cancer Wisconsin (diagnostic): 569 cell samples, 30 numbers each, benign (`B`, 0) or malignant (`M`, 1). Licence: CC BY
 * 4.0 (UCI).
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Street, Wolberg, Mangasarian, "Nuclear feature extraction for breast tumor diagnosis", 1993.
 *
 * ```ts
 * const { data } = await breastCancer()
 * ```
 */
export async function breastCancer(options: SourceOptions = {}): Promise<LabelledTable<30>> {
  const set = {
    ...{ name: 'Breast cancer Wisconsin', folder: 'tabular/uci-small', licence: 'CC BY 4.0' },
    paper: 'Street, Wolberg, Mangasarian, "Nuclear feature extraction for breast tumor diagnosis", 1993',
  }
  const file = {
    name: 'wdbc.data',
    urls: [`${raschka}/wdbc/wdbc.data`],
    sha256: ['d606af411f3e5be8a317a5a8b652b425aaf0ff38ca683d5327ffff94c3695f4a'],
  }
  const measured = [
    ...['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'concave points'],
    ...['symmetry', 'fractal dimension'],
  ]
  const features = ['mean', 'standard error', 'worst'].flatMap((kind) => measured.map((each) => `${kind} ${each}`))
  const table = await load(set, file, { header: ['id', 'diagnosis', ...features] }, options)
  return labelled(table, features as string[] & { length: 30 }, 'diagnosis')
}

/**
 * Palmer penguins: 344 penguins of 3 species, lengths in millimetres, island, sex and year; 11 rows have values missing. Licence: CC0.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Horst, Hill, Gorman, "palmerpenguins: Palmer Archipelago (Antarctica) penguin data", 2020.
 *
 * ```ts
 * const { table } = await penguins()
 * const lengths = table.numbers('bill_length_mm') // NaN where missing
 * ```
 */
export async function penguins(options: SourceOptions = {}): Promise<SourceTable> {
  const set = {
    ...{ name: 'Palmer penguins', folder: 'tabular/penguins', licence: 'CC0' },
    paper: 'Horst, Hill, Gorman, "palmerpenguins", 2020',
  }
  const file = {
    name: 'penguins.csv',
    urls: ['https://raw.githubusercontent.com/allisonhorst/palmerpenguins/main/inst/extdata/penguins.csv'],
    sha256: ['f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93'],
  }
  const { table, source } = await load(set, file, { missing: ['NA'] }, options)
  return { table, source }
}

/**
 * California housing: 20,640 districts of 1990 with 8 numbers, how near the ocean is, and the median value of houses; 207 have no number
 * of bedrooms. Licence: Apache 2.0 (the repository).
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Pace, Barry, "Sparse spatial autoregressions", 1997.
 *
 * ```ts
 * const { table } = await californiaHousing()
 * const values = table.numbers('median_house_value')
 * ```
 */
export async function californiaHousing(options: SourceOptions = {}): Promise<SourceTable> {
  const set = {
    ...{ name: 'California housing', folder: 'tabular/california-housing', licence: 'Apache 2.0 (the repository)' },
    paper: 'Pace, Barry, "Sparse spatial autoregressions", 1997',
  }
  const file = {
    name: 'housing.csv',
    urls: ['https://raw.githubusercontent.com/ageron/handson-ml2/master/datasets/housing/housing.csv'],
    sha256: ['8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e'],
  }
  const { table, source } = await load(set, file, {}, options)
  return { table, source }
}

const adultColumns = [
  ...[
    'age',
    'workclass',
    'fnlwgt',
    'education',
    'education-num',
    'marital-status',
    'occupation',
    'relationship',
    'race',
  ],
  ...['sex', 'capital-gain', 'capital-loss', 'hours-per-week', 'native-country', 'income'],
]

export interface Adult {
  readonly train: CsvTable
  readonly test: CsvTable
  readonly source: DataSource
}

/**
 * Adult (census income 1994): 32,561 people to learn from and 16,281 to test on, 14 columns and whether the `income` is `<=50K` or
 * `>50K`; values are missing in 2,399 and 1,221 rows. Licence: CC BY 4.0 (UCI).
 *
 * Throws if the files are not to be had or damaged.
 *
 * Source: Kohavi, "Scaling up the accuracy of naive-Bayes classifiers: a decision-tree hybrid", 1996.
 *
 * ```ts
 * const { train } = await adult()
 * const { labels } = train.categories('income')
 * ```
 */
export async function adult(options: SourceOptions = {}): Promise<Adult> {
  const set = {
    ...{ name: 'Adult', folder: 'tabular/adult', licence: 'CC BY 4.0' },
    paper: 'Kohavi, "Scaling up the accuracy of naive-Bayes classifiers", 1996',
  }
  const uci = 'https://archive.ics.uci.edu/ml/machine-learning-databases/adult'
  const { files, source } = await loadPublished(
    set,
    {
      train: {
        ...{ name: 'adult.data', aliases: ['adult_data.csv'], urls: [`${uci}/adult.data`] },
        // As UCI has it, and with a line of names in front.
        sha256: [
          '5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d',
          'a5b3a620cb7325a48f5090531afd611ce4622440451a5cfbd11c49be2ed868e5',
        ],
      },
      test: {
        ...{ name: 'adult.test', aliases: ['adult_test.csv'], urls: [`${uci}/adult.test`] },
        sha256: [
          'a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05',
          '0543912af15c52ba12336b042c8f9f96541d6134d9b3d48dba647281fb2b39d1',
        ],
      },
    },
    options,
  )
  const read = ({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }): CsvTable => {
    const lines = new TextDecoder().decode(bytes).split('\n')
    // Either a line of names or "|1x3 Cross validator" may come first; labels of the test part end with a full stop.
    const begun = /^(age,|\|)/.test(lines[0] ?? '') ? lines.slice(1) : lines
    const text = begun.map((line) => line.replace(/\.\s*$/, '')).join('\n')
    return parseCsv(text, { header: adultColumns, trim: true, missing: ['?'] }, name)
  }
  return { train: read(files.train), test: read(files.test), source }
}
