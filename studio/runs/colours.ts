import type { RunEntry } from '../../src/studio/api'
import { type Colour, classColours, mix, type Theme } from '../parts/palette'
import { describedBy } from './options'

const white: Colour = [255, 255, 255]
const black: Colour = [0, 0, 0]
/** How far the colours of the second and third round are from those of the first: darker or lighter. */
const rounds = [0, 0.35, 0.6]

/** A colour of its own for each of the first eighteen; then they come again. */
export function colourAt(i: number, theme: Theme): Colour {
  const base = classColours[i % classColours.length]!
  const round = rounds[Math.floor(i / classColours.length) % rounds.length]!
  // On dark paper the dark ones would not be seen.
  const seen = theme === 'dark' ? mix(base, white, 0.25) : mix(base, black, 0.08)
  return mix(seen, theme === 'dark' ? white : black, round * 0.8)
}

/** From the smallest number to the largest: blue to orange, through grey. */
export function colourBetween(share: number, theme: Theme): Colour {
  const grey: Colour = theme === 'dark' ? [170, 176, 186] : [120, 126, 136]
  const [low, high] = [colourAt(1, theme), colourAt(0, theme)]
  return share < 0.5 ? mix(low, grey, 2 * share) : mix(grey, high, 2 * share - 1)
}

export interface Colouring {
  of(id: string): Colour
  /** What the colours mean; nothing where each run has its own. */
  readonly legend: readonly { readonly text: string; readonly colour: Colour }[]
}

/** Values that are this many numbers and more are a scale, not a list. */
const SCALE = 7

/** Who is shown keeps a number as long as it is shown; who comes gets the lowest that is free. */
export function numbered(ids: readonly string[], before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const kept = new Map([...before].filter(([id]) => ids.includes(id)))
  const taken = new Set(kept.values())
  let free = 0
  for (const id of ids) {
    if (kept.has(id)) continue
    while (taken.has(free)) free++
    kept.set(id, free)
    taken.add(free)
  }
  return kept
}

/** Colours of runs by what an option of them is, or by their numbers with `path` ''. */
export function colouring(
  runs: readonly RunEntry[],
  path: string,
  theme: Theme,
  numbers: ReadonlyMap<string, number>,
): Colouring {
  if (path === '') return { of: (id) => colourAt(numbers.get(id) ?? 0, theme), legend: [] }
  return byOption(runs, path, theme)
}

function byOption(runs: readonly RunEntry[], path: string, theme: Theme): Colouring {
  const values = new Map(runs.map((run) => [run.id, describedBy(run).get(path) ?? 'none']))
  const distinct = [...new Set(values.values())]
  const numbers = distinct.map(Number)
  const isScale = distinct.length >= SCALE && numbers.every(Number.isFinite)
  if (!isScale) {
    const ordered = numbers.every(Number.isFinite) ? distinct.sort((a, b) => Number(a) - Number(b)) : distinct.sort()
    const places = new Map(ordered.map((value, i) => [value, i]))
    return {
      of: (id) => colourAt(places.get(values.get(id) ?? '') ?? 0, theme),
      legend: ordered.map((text, i) => ({ text, colour: colourAt(i, theme) })),
    }
  }
  // Rates and sizes are chosen by factors.
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
  const isLog = low > 0 && high / low > 20
  const go = isLog ? Math.log : (value: number) => value
  const share = (value: number): number => (go(value) - go(low)) / (go(high) - go(low))
  return {
    of: (id) => colourBetween(share(Number(values.get(id))), theme),
    legend: [...numbers]
      .sort((a, b) => a - b)
      .map((value) => ({ text: String(value), colour: colourBetween(share(value), theme) })),
  }
}
