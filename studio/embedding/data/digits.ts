import type { State } from 'shapewise/nn'
import { makeDigits, Reader } from '../../digits/reader'
import { KEPT_READER, PIXELS, SIDE } from '../../digits/shapes'
import { keep, kept } from '../../parts/keep'
import { type Collection, classesOf, MOST_NUMBERS } from './collection'
import { type Layer, layerOf, layers } from './lenet-layers'

/** Digits that no network has learned from. */
const UNSEEN = 5

/** Pixels, or what a layer of LeNet-5 makes of them, before or after it has learned. */
export type DigitView = 'pixels' | Layer

export type Tell = (share: number, what: string) => Promise<void>

/** How many digits are learned from, as in the digit lab, and how many at a time. */
const [LEARNED, BATCH] = [10_000, 64]

let learned: State | undefined

/** The weights of a LeNet-5 that has learned: those that were kept at an earlier visit of this page or the digit lab, or new ones. */
async function learnedWeights(tell: Tell): Promise<State> {
  learned ??= await kept<State>(KEPT_READER)
  if (learned === undefined) {
    const reader = new Reader(Math.floor(LEARNED / BATCH))
    await reader.train(makeDigits(LEARNED), (share, loss) =>
      tell(share, `LeNet-5 learns from 10,000 digits, loss ${loss.toFixed(2)}`),
    )
    learned = await reader.state()
    await keep(KEPT_READER, learned)
  }
  return learned
}

/** Generated digits as a layer sees them. */
export async function digitCollection(
  view: DigitView,
  isTrained: boolean,
  wanted: number,
  tell: Tell,
): Promise<Collection> {
  const width = view === 'pixels' ? PIXELS : layers[view].width
  const count = Math.min(wanted, Math.floor(MOST_NUMBERS / width))
  await tell(0, 'Digits are written')
  const { pictures, labels } = makeDigits(count, UNSEEN)
  const digit = classesOf('digit', Array.from(labels, String))
  const drawn = { side: SIDE, pixels: Uint8Array.from(pictures, (ink) => Math.round(255 * ink)) }
  if (view === 'pixels') {
    const vectors = { count, width, data: pictures }
    return { note: '', count, width, colourings: [digit], pictures: drawn, vectors }
  }
  const weights = isTrained ? await learnedWeights(tell) : undefined
  const { values, read } = await layerOf(view, weights, pictures, (share) => tell(share, 'LeNet-5 reads'))
  const isRight = Int32Array.from(read, (each, i) => (each === labels[i] ? 1 : 0))
  const right = isRight.reduce((sum, each) => sum + each, 0)
  const fewer = count < wanted ? ` Of so wide a layer ${count.toLocaleString('en')} vectors are taken.` : ''
  return {
    note: `LeNet-5 ${isTrained ? 'reads' : 'has learned nothing and reads'} ${((100 * right) / count).toFixed(1)} % of them right.${fewer}`,
    ...{ count, width, pictures: drawn, vectors: { count, width, data: values } },
    colourings: [
      digit,
      classesOf('read as', Array.from(read, String)),
      { kind: 'classes', name: 'right or wrong', names: ['wrong', 'right'], of: isRight },
    ],
  }
}
