import { type Omniglot, omniglot } from 'shapewise/data'
import type { Reporter } from '../../report.js'

/** Pixels of a drawing as it is published, and as networks see it. */
const DRAWN = 105
export const SIDE = 28
const PIXELS = SIDE * SIDE

/** One written sign, drawn by 20 people: pictures of 28 × 28, ink 1. */
export interface Character {
  readonly name: string
  readonly alphabet: string
  readonly drawings: readonly Float32Array[]
}

/** The 242 characters of 8 alphabets of both small background sets of Omniglot; Greek and Latin, which are in both, once. */
export async function characters(report: Reporter): Promise<Character[]> {
  const sets = [await omniglot({ set: 'small1' }), await omniglot({ set: 'small2' })]
  const { description, genuine } = sets[0]!.source
  report.data({ name: 'Omniglot', description, genuine })
  const found = new Map(sets.flatMap(inSet))
  return [...found.values()]
}

function inSet({ data, characters }: Omniglot): [string, Character][] {
  const drawings = characters.map((): Float32Array[] => [])
  for (let i = 0; i < data.length; i++) {
    const { inputs, labels } = data.example(i)
    drawings[labels]!.push(shrunk(inputs))
  }
  return characters.map((name, i) => [
    name,
    { name, alphabet: name.slice(0, name.indexOf('/')), drawings: drawings[i]! },
  ])
}

/** A drawing of 105 × 105 with its centre of ink in the middle of 28 × 28: each pixel gives its ink to the cells that it lies on. */
export function shrunk(drawing: ArrayLike<number>): Float32Array {
  const [across, down] = middle(drawing)
  const cells = new Float32Array(PIXELS)
  const scale = SIDE / DRAWN
  for (let at = 0; at < DRAWN * DRAWN; at++) {
    if (drawing[at] === 0) continue
    const x = ((at % DRAWN) - across - 0.5) * scale + SIDE / 2
    const y = (Math.floor(at / DRAWN) - down - 0.5) * scale + SIDE / 2
    for (const [column, right] of shares(x, scale)) {
      for (const [row, below] of shares(y, scale)) {
        if (column >= 0 && column < SIDE && row >= 0 && row < SIDE) cells[SIDE * row + column]! += right * below
      }
    }
  }
  return cells
}

/** Column and row of the centre of ink. */
function middle(drawing: ArrayLike<number>): [number, number] {
  const points = inkOf(drawing)
  const mean = (k: 0 | 1) => points.reduce((sum, point) => sum + point[k], 0) / points.length
  return [mean(0), mean(1)]
}

/** Columns and rows of the pixels with ink. */
export const inkOf = (drawing: ArrayLike<number>): (readonly [number, number])[] =>
  Array.from({ length: DRAWN * DRAWN }, (_, at) => at)
    .filter((at) => drawing[at] !== 0)
    .map((at) => [at % DRAWN, Math.floor(at / DRAWN)])

/** The cells that an interval lies on, and how much of each it covers. */
function shares(from: number, length: number): readonly (readonly [number, number])[] {
  const cell = Math.floor(from)
  const rest = from + length - cell - 1
  return rest > 0
    ? [
        [cell, length - rest],
        [cell + 1, rest],
      ]
    : [[cell, length]]
}

/** Four quarter turns and their mirror images, each of which makes another character of one. */
export const TURNS = 8

/** A picture of 28 × 28 turned and mirrored, the same as it is for 0. */
export function turned(picture: Float32Array, turn: number): Float32Array {
  return Float32Array.from({ length: PIXELS }, (_, at) => {
    let [row, column] = [Math.floor(at / SIDE), at % SIDE]
    if (turn >= 4) column = SIDE - 1 - column
    for (let i = 0; i < turn % 4; i++) [row, column] = [column, SIDE - 1 - row]
    return picture[SIDE * row + column]!
  })
}

/** By alphabets, in the order of the characters. */
export function byAlphabet(all: readonly Character[]): Character[][] {
  const groups = new Map<string, Character[]>()
  for (const one of all) groups.set(one.alphabet, [...(groups.get(one.alphabet) ?? []), one])
  return [...groups.values()]
}
