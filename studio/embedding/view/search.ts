import type { Described } from '../data/collection'

/** Points whose label holds a word, or which have the number that is written as #12; none for an empty question. */
export function find({ count, colourings }: Described, question: string): number[] {
  const word = question.trim().toLowerCase()
  if (word === '') return []
  const number = /^#\s*(\d+)$/.exec(word)
  if (number !== null) return Number(number[1]) < count ? [Number(number[1])] : []
  const found = new Set<number>()
  for (const colouring of colourings) {
    if (colouring.kind !== 'classes') continue
    const names = colouring.names.map((name) => name.toLowerCase())
    // A label that is just this is meant, if there is one: 1 is not 10.
    const isExact = names.includes(word)
    const isMeant = names.map((name) => (isExact ? name === word : name.includes(word)))
    for (let i = 0; i < count; i++) if (isMeant[colouring.of[i]!]) found.add(i)
  }
  return [...found].sort((a, b) => a - b)
}
