import { type Merge, pairKey } from '../models/byte-pair.js'
import { Heap } from '../models/heap.js'

/** What training changes: tokens by number, and what has been merged. */
export interface Merges {
  readonly tokens: readonly string[]
  readonly merges: readonly Merge[]
}

/**
 * Learns merges: the most frequent pair of neighbours becomes a token, again and again; of equally frequent ones the one with
 * the smaller numbers.
 *
 * Counts are kept: a merge changes only those of pairs beside it, and only in words that have it. Pairs wait in a heap under a count
 * that may be too large by then, and go back with the true one when their turn comes.
 *
 * @param words pieces of text with how often they occur
 * @param alphabet single characters, which all words are made of
 * @param size how many tokens there are to be at most
 */
export function learnMerges(
  words: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  size: number,
  minCount: number,
): Merges {
  const tokens = [...alphabet]
  const idOf = new Map(tokens.map((token, id) => [token, id]))
  const sequences = [...words.keys()].map((word) => Array.from(word, (character) => idOf.get(character)!))
  const counts = [...words.values()]
  const pairs = new Pairs()
  sequences.forEach((ids, word) => {
    for (let i = 0; i + 1 < ids.length; i++) pairs.change(ids[i]!, ids[i + 1]!, counts[word]!, word)
  })
  pairs.offerChanged()
  const merges: Merge[] = []
  while (tokens.length < size) {
    const best = pairs.takeBest(Math.max(1, minCount))
    if (best === undefined) break
    const { left, right, words: inWords } = best
    const token = tokens[left]! + tokens[right]!
    // The same token may come about in two ways.
    const merged = idOf.get(token) ?? tokens.push(token) - 1
    idOf.set(token, merged)
    merges.push([left, right, merged])
    for (const word of inWords) {
      const count = counts[word]!
      sequences[word] = mergeIn(sequences[word]!, left, right, merged, (a, b, sign) => {
        // The merged pair itself is forgotten already.
        if (sign > 0 || a !== left || b !== right) pairs.change(a, b, sign * count, word)
      })
    }
    pairs.offerChanged()
  }
  return { tokens, merges }
}

/** A word with the pair merged from left to right; tells which pairs go (−1) and come (1). */
function mergeIn(
  ids: readonly number[],
  left: number,
  right: number,
  merged: number,
  change: (a: number, b: number, sign: 1 | -1) => void,
): number[] {
  const out: number[] = []
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== left || ids[i + 1] !== right) {
      out.push(ids[i]!)
      continue
    }
    const before = out.at(-1)
    if (before !== undefined) {
      change(before, left, -1)
      change(before, merged, 1)
    }
    const after = ids[i + 2]
    if (after !== undefined) {
      change(right, after, -1)
      change(merged, after, 1)
    }
    out.push(merged)
    i++
  }
  return out
}

interface Pair {
  readonly left: number
  readonly right: number
  count: number
  /** The words that have, or once had, it. */
  readonly words: Set<number>
}

interface Offer {
  readonly pair: Pair
  readonly count: number
}

/** Pairs with their counts, the most frequent first. */
class Pairs {
  readonly #pairs = new Map<number, Pair>()
  readonly #changed = new Set<Pair>()
  readonly #heap = new Heap(comesFirst)

  change(left: number, right: number, by: number, word: number): void {
    const key = pairKey(left, right)
    let pair = this.#pairs.get(key)
    if (pair === undefined) {
      pair = { left, right, count: 0, words: new Set() }
      this.#pairs.set(key, pair)
    }
    pair.count += by
    if (by < 0) return
    pair.words.add(word)
    this.#changed.add(pair)
  }

  /** Puts pairs that have become more frequent into the heap. */
  offerChanged(): void {
    for (const pair of this.#changed) if (pair.count > 0) this.#heap.push({ pair, count: pair.count })
    this.#changed.clear()
  }

  /** The most frequent pair, which is then forgotten; undefined if all are rarer. */
  takeBest(minCount: number): Pair | undefined {
    for (;;) {
      const top = this.#heap.pop()
      if (top === undefined) return undefined
      const { pair, count } = top
      if (pair.count === count && count >= minCount) {
        // It is merged everywhere, so whatever waits under it is out of date.
        const found = { ...pair }
        pair.count = 0
        this.#pairs.delete(pairKey(pair.left, pair.right))
        return found
      }
      if (pair.count === count) return undefined
      if (pair.count > 0 && pair.count < count) this.#heap.push({ pair, count: pair.count })
    }
  }
}

const comesFirst = (a: Offer, b: Offer): boolean =>
  a.count > b.count ||
  (a.count === b.count && (a.pair.left < b.pair.left || (a.pair.left === b.pair.left && a.pair.right < b.pair.right)))
