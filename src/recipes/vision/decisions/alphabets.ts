import { augment } from 'shapewise/data'
import { NotAvailable } from '../../../data/files/published.js'
import type { Reporter } from '../../report.js'
import { byAlphabet, type Character, characters, SIDE, turned } from '../likeness/characters.js'
import { type Kinds, type LabelledPictures, labelledPictures } from './fine-training.js'

/** How many drawings of each character are learned from: a network that has seen none before tells them apart with more. */
const LEARNED_FROM = 3
/** The first of those to test on; settings were chosen on the five before. */
const TESTED_FROM = 10

/** As another hand might have drawn them. */
const varied = augment.affine({ degrees: 15, translate: 0.08, scale: [0.85, 1.15], shear: 12 })

/**
 * Characters as species: those of every third alphabet to be told apart, those of all other alphabets to learn from before, also turned, which makes
 * other characters of them. Undefined, and said, where Omniglot is not to be had.
 */
export async function alphabets(report: Reporter): Promise<Kinds | undefined> {
  try {
    const all = byAlphabet(await characters(report))
    const own = all.filter((_, i) => i % 3 === 0).flat()
    const others = all.filter((_, i) => i % 3 !== 0).flat()
    const more = [0, 1, 2, 3].map((turn) =>
      others.map((each) => ({ ...each, drawings: each.drawings.map((drawing) => turned(drawing, turn)) })),
    )
    return {
      before: drawingsOf(more.flat(), 0),
      train: drawingsOf(own, 0, LEARNED_FROM),
      test: drawingsOf(own, TESTED_FROM),
      varied,
    }
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    report.log(`Without characters, which are not to be had: ${error.message}`)
    return undefined
  }
}

/** What some of the people drew. */
function drawingsOf(some: readonly Character[], from: number, to?: number): LabelledPictures {
  const all = some.flatMap(({ drawings }, label) => drawings.slice(from, to).map((drawing) => ({ drawing, label })))
  const pixels = new Float32Array(all.length * SIDE * SIDE)
  for (const [i, { drawing }] of all.entries()) pixels.set(drawing, i * SIDE * SIDE)
  const labels = Int32Array.from(all, ({ label }) => label)
  return labelledPictures(pixels, labels, [SIDE, SIDE, 1], some.length)
}
