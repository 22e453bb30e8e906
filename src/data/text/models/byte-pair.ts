import { fail } from '../../../core/errors.js'
import { bytesOf } from '../bytes.js'
import type { Vocabulary } from '../vocabulary.js'
import { Heap } from './heap.js'

/** Makes the numbers of tokens of a piece of text. */
export type TokenModel = (piece: string) => readonly number[]

/** Two tokens that become one: their numbers, and that of what they become, in the order in which merges were learned. */
export type Merge = readonly [left: number, right: number, merged: number]

export interface BytePairSettings {
  readonly vocabulary: Vocabulary
  readonly merges: readonly Merge[]
  /** What is put before all characters of a piece but the first. */
  readonly prefix: string
  /** What is put behind the last character of a piece. */
  readonly suffix: string
  /** Whether several unknown characters in a row are one token. */
  readonly fuseUnknown: boolean
  /** Whether unknown characters become tokens of their bytes: `<0xE2>`. */
  readonly byteFallback: boolean
  /** Whether a piece that is a token as it stands is that token, whatever the merges say. */
  readonly ignoreMerges: boolean
}

/** Two numbers below 2²⁶ as one; larger ones are refused when merges are read. */
export const pairKey = (left: number, right: number): number => left * 2 ** 26 + right

/** Pieces whose tokens are remembered, so that frequent words are merged once. */
const REMEMBERED = 50_000

/**
 * Byte-pair encoding: from single characters on, the pair that was learned first is merged, until there is none.
 *
 * Source: Sennrich, Haddow, Birch, "Neural machine translation of rare words with subword units", 2016.
 */
export function bytePairModel(settings: BytePairSettings): TokenModel {
  const ranks = new Map(settings.merges.map(([left, right, merged], rank) => [pairKey(left, right), { rank, merged }]))
  const remembered = new Map<string, readonly number[]>()
  return (piece) => {
    const known = remembered.get(piece)
    if (known !== undefined) return known
    const whole = settings.ignoreMerges && settings.vocabulary.has(piece) ? [settings.vocabulary.id(piece)] : undefined
    const ids = whole ?? merged(characterIds(piece, settings), ranks)
    if (remembered.size === REMEMBERED) remembered.clear()
    if (piece.length < 64) remembered.set(piece, ids)
    return ids
  }
}

function characterIds(piece: string, { vocabulary, prefix, suffix, fuseUnknown, byteFallback }: BytePairSettings) {
  const ids: number[] = []
  let unknownBefore = false
  let at = 0
  for (const character of piece) {
    const last = at + character.length === piece.length
    const token = (at === 0 ? '' : prefix) + character + (last ? suffix : '')
    at += character.length
    const known = vocabulary.has(token)
    const bytes = known || !byteFallback ? [] : Array.from(bytesOf(token), byteToken)
    if (known) ids.push(vocabulary.id(token))
    else if (bytes.length > 0 && bytes.every((byte) => vocabulary.has(byte))) {
      for (const byte of bytes) ids.push(vocabulary.id(byte))
    } else if (vocabulary.unknown === undefined) {
      fail(
        `encode: no token begins with ${JSON.stringify(token)}, and none stands for unknown ones.`,
        'Train on text that has it, or give an unknown token.',
      )
    } else {
      if (!(fuseUnknown && unknownBefore)) ids.push(vocabulary.id(vocabulary.unknown))
      unknownBefore = true
      continue
    }
    unknownBefore = false
  }
  return ids
}

/** `<0x0A>` */
export const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`

/** Merges, the first learned pair first, of equal ones the leftmost: n log n steps for n characters. */
function merged(
  ids: number[],
  ranks: ReadonlyMap<number, { readonly rank: number; readonly merged: number }>,
): number[] {
  const count = ids.length
  if (count < 2) return ids
  // A doubly linked list of what stands, and a heap of places where something may be merged.
  const next = Int32Array.from(ids, (_, i) => i + 1)
  const before = Int32Array.from(ids, (_, i) => i - 1)
  const heap = new Heap(earlier)
  const offer = (left: number) => {
    const right = next[left]!
    if (left < 0 || right >= count) return
    const found = ranks.get(pairKey(ids[left]!, ids[right]!))
    if (found !== undefined) heap.push({ rank: found.rank, left, right, ids: [ids[left]!, ids[right]!] })
  }
  for (let i = 0; i + 1 < count; i++) offer(i)
  for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
    const { left, right } = best
    // What has been merged since is not there any more.
    if (next[left] !== right || ids[left] !== best.ids[0] || ids[right] !== best.ids[1]) continue
    ids[left] = ranks.get(pairKey(ids[left]!, ids[right]!))!.merged
    ids[right] = -1
    next[left] = next[right]!
    if (next[left]! < count) before[next[left]!] = left
    if (before[left]! >= 0) offer(before[left]!)
    offer(left)
  }
  return ids.filter((id) => id >= 0)
}

interface Candidate {
  readonly rank: number
  readonly left: number
  readonly right: number
  readonly ids: readonly [number, number]
}

const earlier = (a: Candidate, b: Candidate): boolean => a.rank < b.rank || (a.rank === b.rank && a.left < b.left)
