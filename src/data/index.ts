export { type GenerateDigitsOptions, generateDigits, type LabelledDigits } from './digits/digits.js'
export type { DownloadProgress } from './files/download.js'
export { type IdxArray, type IdxData, type IdxType, parseIdx, readIdx, writeIdx } from './formats/idx.js'
export { type Batches, type BatchOptions, batches } from './memory/batches.js'
export {
  type Column,
  type ColumnData,
  type ColumnDType,
  type ColumnValues,
  floatColumn,
  integerColumn,
  labelColumn,
} from './memory/column.js'
export { type Batch, type BatchColumn, type Columns, Dataset, dataset } from './memory/dataset.js'
export { type Mnist, type MnistOptions, type MnistSource, mnist } from './sources/mnist.js'
export type { DigitDataset } from './sources/mnist-files.js'
