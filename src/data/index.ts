export {
  type Column,
  type ColumnData,
  type ColumnDType,
  type ColumnValues,
  floatColumn,
  integerColumn,
  labelColumn,
} from './column.js'
export { type Batch, type BatchColumn, type Columns, Dataset, dataset } from './dataset.js'
export { type GenerateDigitsOptions, generateDigits, type LabelledDigits } from './digits.js'
export type { DownloadProgress } from './download.js'
export { type IdxArray, type IdxData, type IdxType, parseIdx, readIdx, writeIdx } from './idx.js'
export { type Batches, type BatchOptions, batches } from './loader.js'
export { type Mnist, type MnistOptions, type MnistSource, mnist } from './mnist.js'
export type { DigitDataset } from './mnist-files.js'
