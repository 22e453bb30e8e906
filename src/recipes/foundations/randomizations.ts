import { random, seed, type Tensor, tensor } from 'shapewise'
import { dataset, floatColumn, labelColumn, RandomStream } from 'shapewise/data'
import { gallery } from '../gallery.js'
import type { RecipeContext } from '../recipe.js'
import type { Picture } from '../report.js'
import type { LabelledPictures } from './photographs.js'

const CLASSES = 10
const SHOWN = 3

/** Pictures [examples, pixels, channels], each with mean 0 and standard deviation 1. */
type Inputs = Tensor<[number, number, number]>

/** What is done to the pictures, and which part of the labels is thrown anew by dice. */
export interface Randomization {
  readonly name: string
  readonly corruption?: number
  pictures?(x: Inputs): Inputs
}

/** Those of Zhang et al., 2017. */
export const randomizations: readonly Randomization[] = [
  { name: 'true labels' },
  { name: 'random labels', corruption: 1 },
  { name: 'shuffled pixels', pictures: (x) => x.take(random.permutation(x.shape[1], { key: random.key(0) }), 1) },
  { name: 'random pixels', pictures: shuffledEach },
  { name: 'noise', pictures: (x) => random.normal(x.shape) },
]

/** Pixels in another order in each picture. */
function shuffledEach(x: Inputs): Inputs {
  const order = random.uniform([x.shape[0], x.shape[1]]).argSort(1)
  return x.takeAlongAxis(order.unsqueeze(2).expand(x.shape), 1)
}

function standardized(data: LabelledPictures): Inputs {
  const [height, width, channels] = data.columns.inputs.shape
  const x = tensor(data.values('inputs'), [data.length, height * width * channels])
  const centred = x.sub(x.mean(1, { keepDims: true }))
  return centred.div(x.std(1, { keepDims: true })).reshape([data.length, height * width, channels])
}

/** The examples as a change leaves them, always the same ones for a start of the dice. */
export async function randomized(
  examples: LabelledPictures,
  { corruption = 0, pictures = (x) => x }: Randomization,
  start: number,
) {
  seed(start)
  const dice = new RandomStream(start)
  const x = pictures(standardized(examples))
  const labels = examples.values('labels')
  const thrown = labels.map((label) => (dice.uniform() < corruption ? dice.integer(CLASSES) : label))
  return dataset({
    inputs: floatColumn((await x.data()) as Float32Array, [x.shape[1] * x.shape[2]]),
    labels: labelColumn(thrown, { classes: CLASSES }),
  })
}

/** The first pictures as each change leaves them. */
export async function showRandomized(context: RecipeContext, train: LabelledPictures): Promise<void> {
  const [height, width, channels] = train.columns.inputs.shape
  const changes = randomizations.filter(({ corruption = 0 }) => corruption === 0)
  // Two standard deviations around the mean.
  const values = changes.map(({ pictures = (x) => x }) =>
    pictures(standardized(train.take(SHOWN)))
      .div(4)
      .add(0.5)
      .clip(0, 1),
  )
  const pictures: Picture[] = []
  for (let i = 0; i < Math.min(SHOWN, train.length); i++) {
    for (const [k, { name }] of changes.entries()) {
      const picture = {
        height,
        width,
        channels: channels === 3 ? 3 : 1,
        values: await values[k]!.at(i).data(),
      } as const
      pictures.push({ caption: i === 0 ? name : '', ...picture })
    }
  }
  const title = 'Three pictures, with less and less left of them'
  await gallery(context, '1-what-is-learned', { title, scale: 'ink', pictures, columns: changes.length })
}
