import { type CharacterDataset, type Omniglot, omniglot } from 'shapewise/data'
import { NotAvailable } from '../../../data/files/published.js'
import type { Reporter } from '../../report.js'
import { type LabelledPictures, labelledPictures } from './fine-training.js'

/** Pixels of each side, after making drawings of 105 smaller. */
const SIDE = 28
const DRAWERS = 20

export interface Characters {
  /** Of alphabets that are not among the others. */
  readonly before: LabelledPictures
  readonly train: LabelledPictures
  readonly test: LabelledPictures
  readonly classes: { readonly before: number; readonly own: number }
}

/**
 * Characters as species; undefined, and said, where Omniglot is not to be had. Those of small set 2 to learn from before, and of the alphabets that only small set 1 has, the drawings of 15
 * people and of 5 others.
 */
export async function alphabets(report: Reporter): Promise<Characters | undefined> {
  try {
    return await charactersOf(await omniglot({ set: 'small2' }), await omniglot({ set: 'small1' }))
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    report.log(`Without characters, which are not to be had: ${error.message}`)
    return undefined
  }
}

async function charactersOf(known: Omniglot, target: Omniglot): Promise<Characters> {
  const isNew = target.alphabets.map((name) => !known.alphabets.includes(name))
  const own = target.data.filter(({ alphabet }) => isNew[alphabet]!)
  return {
    before: await smaller(known.data),
    train: await smaller(own.filter(({ drawer }) => drawer < DRAWERS * 0.75)),
    test: await smaller(own.filter(({ drawer }) => drawer >= DRAWERS * 0.75)),
    classes: { before: classesOf(known.data), own: classesOf(own) },
  }
}

const classesOf = (data: CharacterDataset): number => new Set(data.values('labels')).size

/** With labels from 0 on. */
async function smaller(data: CharacterDataset): Promise<LabelledPictures> {
  const labels = data.values('labels')
  const different = [...new Set(labels)].sort((a, b) => a - b)
  const pixels = new Float32Array(data.length * SIDE * SIDE)
  for (let i = 0; i < data.length; i += 500) {
    const { inputs } = data.gather(Array.from({ length: Math.min(500, data.length - i) }, (_, k) => i + k)).tensors()
    pixels.set((await inputs.adaptiveAvgPool([SIDE, SIDE]).data()) as Float32Array, i * SIDE * SIDE)
  }
  const numbered = labels.map((label) => different.indexOf(label))
  return labelledPictures(pixels, numbered, [SIDE, SIDE, 1], different.length)
}
