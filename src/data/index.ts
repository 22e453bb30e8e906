export { RandomStream } from '../core/threefry.js'
export * as augment from './augment/index.js'
export { type GenerateDigitsOptions, generateDigits, type LabelledDigits } from './digits/digits.js'
export type { DownloadProgress } from './files/download.js'
export type { DataSource, SourceOptions } from './files/published.js'
export { type CsvOptions, parseCsv } from './formats/csv.js'
export { type IdxArray, type IdxData, type IdxType, parseIdx, readIdx, writeIdx } from './formats/idx.js'
export { type NpyArray, type NpyData, parseNpy, readNpz, writeNpy, writeNpz } from './formats/npy.js'
export { type ArchivedFile, parseTar, readTar } from './formats/tar.js'
export { parseWav, type Wav } from './formats/wav.js'
export { openZip, writeZip, type Zip } from './formats/zip.js'
export { connectedComponents } from './images/components.js'
export { decodeImage, type ImageOptions, type PictureOf, readImage } from './images/decode.js'
export { encodePng, type PictureSource, type RangeOptions, writePng } from './images/encode.js'
export { type GridOptions, pictureGrid } from './images/grid.js'
export { decodeNetpbm } from './images/netpbm.js'
export { Picture } from './images/picture.js'
export type { Colour, Pixels } from './images/pixels.js'
export { decodePng, type PngOptions, type PngPicture } from './images/png.js'
export type { Fit } from './images/resample.js'
export type { Batch, BatchColumn, BatchTensors, Feature, Features } from './memory/batch.js'
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
export { type Columns, Dataset, dataset, type Example } from './memory/dataset.js'
export { fitNormalizer, Normalizer, type NormalizerOptions, type NormalizerState } from './memory/normalizer.js'
export type { OrderOptions } from './memory/order.js'
export type { SplitOptions } from './memory/splits.js'
export { arrayDataset } from './own/array-dataset.js'
export {
  type ClassFile,
  type FolderPicture,
  type FolderRecording,
  type ImageFolderOptions,
  imageFolder,
  textLines,
  wavFolder,
} from './own/folders.js'
export { type ParquetOptions, readParquet } from './own/parquet.js'
export { type FileLocation, readCsv, readFile, readNpyFile, readNpzFile, readText, readWav } from './own/read-file.js'
export { type ClassTableOptions, classTable, type ValueTableOptions, valueTable } from './own/table-dataset.js'
export * as pictures from './pictures/index.js'
export {
  floats,
  integers,
  label,
  lengthOf,
  type SequenceOptions,
  type StreamFeature,
  sequence,
} from './pipeline/collate.js'
export { batchStream, exampleStream, type GenerateOptions, generate, stream } from './pipeline/make.js'
export type { Pass, StreamPosition } from './pipeline/pass.js'
export type { Context, Json } from './pipeline/stage.js'
export { type BucketOptions, type ShuffleOptions, Stream, type WorkerOptions } from './pipeline/stream.js'
export type { WorkerFunction } from './pipeline/workers.js'
export * as sounds from './sounds/index.js'
export { type Babi, type BabiOptions, type BabiQuestion, babi } from './sources/babi.js'
export {
  type Cifar10,
  type Cifar10Options,
  type ColourDataset,
  cifar10,
  type DecodedPicture,
} from './sources/cifar10.js'
export { type Cora, cora } from './sources/cora.js'
export { type Emoji, type EmojiName, emoji } from './sources/emoji.js'
export { type FashionMnist, fashionMnist } from './sources/fashion-mnist.js'
export { type Mnist, type MnistOptions, type MnistSource, mnist } from './sources/mnist.js'
export type { DigitDataset } from './sources/mnist-files.js'
export {
  type CharacterDataset,
  type Omniglot,
  type OmniglotOptions,
  type OneShotRun,
  omniglot,
  omniglotOneShot,
} from './sources/omniglot.js'
export { type CamVid, camVid, type Nuclei, nuclei, type SegmentationDataset } from './sources/segmentation.js'
export { type Sketch, type Sketches, type SketchesOptions, sketches } from './sources/sketches.js'
export { type SpokenDigit, type SpokenDigits, spokenDigits } from './sources/spoken-digits.js'
export {
  type Adult,
  adult,
  breastCancer,
  californiaHousing,
  iris,
  type LabelledTable,
  penguins,
  type SourceTable,
  wine,
} from './sources/tables.js'
export { type TinyShakespeare, tinyShakespeare } from './sources/tiny-shakespeare.js'
export { CsvTable, rowTable, type TableSplitOptions } from './table/csv-table.js'
export { type DateFormat, parseDate } from './table/dates.js'
export { fillMissing, type Imputer, type ImputerKind, imputer, KnnImputer } from './table/imputers.js'
export { type ColumnKind, type ColumnReport, type InspectOptions, inspectTable, TableReport } from './table/inspect.js'
export { fitScaler, invertScale, type Scaler, type ScalerKind, scale } from './table/scalers.js'
export {
  loadTabular,
  Tabular,
  type TabularColumns,
  type TabularLayout,
  type TabularOptions,
  tabular,
} from './table/tabular.js'
export {
  type DecodeOptions,
  type EncodedPair,
  type EncodeOptions,
  loadTokenizer,
  readTokenizer,
  Tokenizer,
} from './text/tokenizer.js'
export { type BytePairTokenizerOptions, trainBytePairTokenizer } from './text/train/byte-pairs.js'
export { type CharacterTokenizerOptions, trainCharacterTokenizer } from './text/train/characters.js'
export type { TrainingText } from './text/train/parts.js'
export { trainWordTokenizer, type WordTokenizerOptions } from './text/train/words.js'
export { Vocabulary, type VocabularyOptions, vocabulary } from './text/vocabulary.js'
export { languageModelWindows, type RandomWindowOptions, randomWindows, type WindowOptions } from './text/windows.js'
export {
  checkerboard,
  circles,
  gaussians,
  type LabelledPoints,
  moons,
  sine,
  spiral,
  swissRoll,
  type ToyClassOptions,
  type ToyOptions,
  xor,
} from './toy/toy.js'
