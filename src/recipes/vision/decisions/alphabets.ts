import { NotAvailable } from '../../../data/files/published.js'
import type { Reporter } from '../../report.js'
import { byAlphabet, type Character, characters, SIDE } from '../likeness/characters.js'
import { type Kinds, type LabelledPictures, labelledPictures } from './fine-training.js'

/** The part of the people whose drawings are learned from; those of the others are for the test. */
const LEARNED_FROM = 0.75

/**
 * Characters as species: those of every third alphabet to be told apart, those of all other alphabets to learn from before. Undefined, and said, where Omniglot is not to be had.
 */
export async function alphabets(report: Reporter): Promise<Kinds | undefined> {
  try {
    const all = byAlphabet(await characters(report))
    const own = all.filter((_, i) => i % 3 === 0).flat()
    const before = all.filter((_, i) => i % 3 !== 0).flat()
    return {
      before: drawingsOf(before, 0, 1),
      train: drawingsOf(own, 0, LEARNED_FROM),
      test: drawingsOf(own, LEARNED_FROM, 1),
    }
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error
    report.log(`Without characters, which are not to be had: ${error.message}`)
    return undefined
  }
}

/** What some of the people drew, from one part of them to another. */
function drawingsOf(some: readonly Character[], from: number, to: number): LabelledPictures {
  const all = some.flatMap(({ drawings }, label) => {
    const [first, end] = [from, to].map((part) => Math.round(part * drawings.length))
    return drawings.slice(first, end).map((drawing) => ({ drawing, label }))
  })
  const pixels = new Float32Array(all.length * SIDE * SIDE)
  for (const [i, { drawing }] of all.entries()) pixels.set(drawing, i * SIDE * SIDE)
  const labels = Int32Array.from(all, ({ label }) => label)
  return labelledPictures(pixels, labels, [SIDE, SIDE, 1], some.length)
}
