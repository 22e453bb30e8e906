import { fail, ShapewiseError } from '../core/errors.js'
import {
  augment,
  type Column,
  type Dataset,
  dataset,
  floatColumn,
  imageFolder,
  labelColumn,
  readImage,
} from '../data/index.js'
import * as nn from '../nn/index.js'
import { adamW, cosineDecay, warmUp } from '../optim/index.js'
import { following } from '../recipes/classification.js'
import { integer, number, text } from '../recipes/option.js'
import { recipe } from '../recipes/recipe.js'
import type { Reporter } from '../recipes/report.js'
import { compile } from '../tensor/compile.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'
import { earlyStopping, evaluate, fit, type Model, type RunFolder, writeReport } from '../train/index.js'
import { type Automatic, loadWeights, readNotes, type Trained, writeNotes } from './automatic.js'

/** What has to be known of a training to use its model. */
interface Notes {
  readonly classes: readonly string[]
  readonly size: number
  readonly channels: 1 | 3
  readonly widths: readonly number[]
}

/** Pictures of which so many are looked at to choose size and channels. */
const LOOKED_AT = 24
/** So few pictures are learned in small steps. */
const FEW = 2000
/** Larger ones are made smaller: more pixels cost more time than they are worth to a first model. */
const LARGEST = 64
const SMALLEST = 16
/** Files that are read at the same time, and the part of all that may be damaged. */
const AT_ONCE = 8
const MOST_BROKEN = 0.2

/** Stages of two convolutions each with batch norm, each of half the size, then the mean over what is left. */
function networkOf({ classes, channels, widths }: Notes): Model {
  const stages = widths.flatMap((width, i) => {
    const before = i === 0 ? channels : (widths[i - 1] as number)
    const convolution = (from: number) => nn.conv2d(from, width, 3, { padding: 'same', bias: false })
    const half = [
      convolution(before),
      nn.batchNorm2d(width),
      nn.relu(),
      convolution(width),
      nn.batchNorm2d(width),
      nn.relu(),
    ]
    return i === 0 ? half : [nn.maxPool2d(2), ...half]
  })
  const head = [nn.globalAvgPool(), nn.dropout(0.2), nn.linear(widths.at(-1) as number, classes.length)]
  return nn.sequential(nn.batchNorm2d(channels), ...stages, ...head)
}

type Labelled = Dataset<{
  readonly inputs: Column<'float32', readonly [number, number, number]>
  readonly labels: Column<'int32', readonly []>
}>

/** All pictures of a folder of classes, in memory. @throws if there are none, or a class is not known */
async function picturesOf(
  path: string,
  { size, channels, classes }: Omit<Notes, 'widths'>,
  report?: Reporter,
): Promise<Labelled> {
  const found = await imageFolder(path, { size, channels })
  const labelOf = found.classes.map((name) => classes.indexOf(name))
  const unknown = found.classes.find((_, i) => labelOf[i] === -1)
  if (unknown !== undefined) fail(`${path}: the model knows no class '${unknown}'`, `It knows: ${classes.join(', ')}.`)
  const count = found.files.length
  const pixels = new Uint8Array(count * size * size * channels)
  const labels = new Int32Array(count)
  const broken: string[] = []
  let good = 0
  for (let i = 0; i < count; i += AT_ONCE) {
    const files = found.files.slice(i, i + AT_ONCE)
    const read = await Promise.all(files.map(({ path }) => orDamage(readImage(path, { size, channels }))))
    for (const [k, picture] of read.entries()) {
      if (picture instanceof ShapewiseError) {
        // What a model is measured on is what was asked for, or nothing.
        if (report === undefined) throw picture
        broken.push(picture.message)
        continue
      }
      pixels.set(picture.data, good * size * size * channels)
      labels[good++] = labelOf[files[k].label]
    }
    report?.progress({ stage: 'reading pictures', batch: i, batches: count, examples: good, metrics: {} })
  }
  if (broken.length > count * MOST_BROKEN) {
    fail(`${path}: ${broken.length} of ${count} pictures cannot be read. ${broken[0]}`)
  }
  if (broken.length > 0) report?.log(`${broken.length} of ${count} pictures are left out: ${broken[0]}`)
  const inputs = floatColumn(pixels.subarray(0, good * size * size * channels), [size, size, channels], {
    scale: 1 / 255,
  })
  return dataset({ inputs, labels: labelColumn(labels.subarray(0, good), { classes: classes.length }) }) as Labelled
}

/** A picture, or why it cannot be read. */
const orDamage = <T>(reading: Promise<T>): Promise<T | ShapewiseError> =>
  reading.catch((error: unknown) => {
    if (error instanceof ShapewiseError) return error
    throw error
  })

/** Size and channels that suit the pictures. */
async function looksOf(path: string): Promise<Pick<Notes, 'classes' | 'channels' | 'size'>> {
  const { files, classes } = await imageFolder(path)
  if (classes.length < 2) fail(`${path}: there is one folder only, '${classes[0]}'`, 'Make one folder for each class.')
  const step = Math.max(1, Math.floor(files.length / LOOKED_AT))
  const opened = await Promise.all(
    files
      .filter((_, i) => i % step === 0)
      .slice(0, LOOKED_AT)
      .map((file) => orDamage(readImage(file.path))),
  )
  const some = opened.flatMap((picture) => (picture instanceof ShapewiseError ? [] : [picture]))
  if (some.length === 0) throw opened[0]
  const sides = some.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b)
  const middle = sides[Math.floor(sides.length / 2)] as number
  const size = Math.max(SMALLEST, Math.min(LARGEST, 8 * Math.round(middle / 8)))
  const isGrey = some.every(({ channels }) => channels <= 2)
  return { classes, size, channels: isGrey ? 1 : 3 }
}

const options = {
  path: text('', 'folder with one folder of pictures for each class'),
  epochs: integer(30, 'passes through the pictures, at most'),
  batchSize: integer(0, 'pictures per step; 0 to choose', { minimum: 0 }),
  learningRate: number(2e-3, 'step size of the optimizer'),
  size: integer(0, 'pixels on each side; 0 to choose', { minimum: 0 }),
  validation: number(0.2, 'part of the pictures that is kept for measuring'),
  patience: integer(8, 'epochs without a better validation loss after which the training ends'),
}

const training = recipe({
  name: 'train-pictures',
  title: 'A network that tells pictures apart',
  source: 'Convolutions with batch norm (Ioffe and Szegedy, 2015) and a mean at the end (Lin et al., 2014)',
  literature: {},
  options,
  async run(context) {
    const { options, report, seed, folder } = context
    const looks = await looksOf(options.path)
    const size = options.size === 0 ? looks.size : options.size
    const notes: Notes = { ...looks, size, widths: size < 32 ? [32, 64] : [32, 64, 128] }
    const all = await picturesOf(options.path, notes, report)
    if (!(options.validation < 1))
      fail(`train: validation is ${options.validation}`, 'Give a part below 1, such as 0.2.')
    const [train, held] = all.split(1 - options.validation, { seed, stratify: 'labels' })
    report.log(
      `${all.length.toLocaleString('en-US')} pictures of ${notes.classes.length} classes, ${size} × ${size} ${notes.channels === 1 ? 'grey' : 'coloured'}; ` +
        `${held.length} are kept for measuring. (Change with --size, --validation.)`,
    )
    await writeNotes(folder, notes)
    const model = networkOf(notes)
    const batchSize = options.batchSize === 0 ? (train.length < FEW ? 16 : 64) : options.batchSize
    const steps = options.epochs * Math.ceil(train.length / batchSize)
    const shift = augment.crop({ padding: Math.max(2, Math.round(size / 12)), mode: 'edge' })
    await fit(model, train, {
      loss: nn.crossEntropy,
      optimizer: adamW({
        learningRate: warmUp(cosineDecay(options.learningRate, { steps }), { steps: Math.ceil(steps / 20) }),
        weightDecay: 0.02,
      }),
      epochs: options.epochs,
      batchSize,
      validation: held,
      augment: (inputs: Tensor) => shift(inputs as Tensor<[number, number, number, number]>) as Tensor,
      callbacks: [earlyStopping({ patience: options.patience })],
      ...following(context, { measured: 'validation' }),
    })
    const evaluation = await evaluate(model, held)
    await writeReport(folder, { model, data: held, evaluation, classNames: notes.classes })
    return {
      accuracy: evaluation.accuracy,
      loss: evaluation.loss,
      pictures: all.length,
      parameters: model.parameterCount(),
    }
  },
})

async function open(folder: RunFolder): Promise<Trained> {
  const notes = (await readNotes(folder)) as Notes | undefined
  if (notes === undefined) fail(`${folder.name}: the training did not come to a model`, 'Train again.')
  const { classes, size, channels } = notes
  const model = networkOf(notes)
  await loadWeights(model, folder)
  model.eval()
  const probabilities = compile((x: Tensor) => model.forward(x).softmax(-1))
  return {
    model,
    network: model,
    input: { shape: [size, size, channels] },
    async *predict(file) {
      if (await isFolder(file)) fail(`predict: ${file} is a folder`, `Name pictures: ${file}/*.`)
      const { data } = await readImage(file, { size, channels })
      const x = tensor(
        Float32Array.from(data, (value) => value / 255),
        [1, size, size, channels],
      )
      const found = await probabilities(x).data()
      const order = classes.map((name, i) => [name, found[i] as number] as const).sort((a, b) => b[1] - a[1])
      yield { of: file, answer: order[0][0], probabilities: Object.fromEntries(order.slice(0, 5)) }
    },
    async evaluate(path) {
      const { accuracy, loss, examples } = await evaluate(model, await picturesOf(path, notes))
      return { accuracy, loss, pictures: examples }
    },
  }
}

async function isFolder(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises')
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

/** Folders are classes, the pictures in them examples. */
export const pictures: Automatic<typeof options> = {
  suits: isFolder,
  recipe: training,
  open,
}
