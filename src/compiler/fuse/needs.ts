import { range } from '../../core/shape.js'

/**
 * Who needs whom among the groups of a segment, directly or not: bits in a matrix, a row for each group. The loops over it
 * stand by themselves, with plain counters, since they are what large graphs spend their time on.
 */
export class Needs {
  readonly #words: number
  readonly #matrix: Int32Array
  /** The groups that are left. */
  readonly #alive: number[]

  constructor(size: number) {
    this.#words = (size + 31) >> 5
    this.#matrix = new Int32Array(size * this.#words)
    this.#alive = range(size)
  }

  /** Whether group `i` needs group `j`. */
  has(i: number, j: number): boolean {
    return (this.#matrix[i * this.#words + (j >> 5)] & (1 << (j & 31))) !== 0
  }

  /** Notes that `i` needs `j`, of which is known what it needs, while nobody needs `i` yet. */
  add(i: number, j: number): void {
    this.#matrix[i * this.#words + (j >> 5)] |= 1 << (j & 31)
    this.#unite(i, j)
  }

  /** Makes `b` a part of `a`; `isHidden` says that whoever needs one of them needs the other too. */
  merge(a: number, b: number, isHidden: boolean): void {
    const alive = this.#alive
    alive[alive.indexOf(b)] = alive[alive.length - 1]
    alive.pop()
    const before = isHidden ? undefined : this.#row(a)
    this.#unite(a, b)
    this.#remove(a, a)
    this.#remove(a, b)
    if (before === undefined) return
    this.#teach(a, b, this.#news(before, a), this.#news(this.#row(b), a))
  }

  #row(i: number): Int32Array {
    return this.#matrix.slice(i * this.#words, (i + 1) * this.#words)
  }

  #remove(i: number, j: number): void {
    this.#matrix[i * this.#words + (j >> 5)] &= ~(1 << (j & 31))
  }

  #unite(i: number, j: number): void {
    const matrix = this.#matrix
    const words = this.#words
    const end = (i + 1) * words
    for (let to = i * words, from = j * words; to < end; to++, from++) matrix[to] |= matrix[from]
  }

  /** The words of row `i` that have more than `before`. */
  #news(before: Int32Array, i: number): number[] {
    const matrix = this.#matrix
    const words = this.#words
    const row = i * words
    const news: number[] = []
    for (let word = 0; word < words; word++) if ((matrix[row + word] & ~before[word]) !== 0) news.push(word)
    return news
  }

  /** Whoever needs `a` or `b` needs what both do from now on: of those words they may lack something. */
  #teach(a: number, b: number, ofB: readonly number[], ofA: readonly number[]): void {
    const matrix = this.#matrix
    const words = this.#words
    const alive = this.#alive
    const count = alive.length
    const row = a * words
    const wordA = a >> 5
    const wordB = b >> 5
    const maskA = 1 << (a & 31)
    const maskB = 1 << (b & 31)
    for (let i = 0; i < count; i++) {
      const at = alive[i] * words
      const needsA = matrix[at + wordA] & maskA
      const needsB = matrix[at + wordB] & maskB
      if (needsA === 0 && needsB === 0) continue
      matrix[at + wordB] &= ~maskB
      matrix[at + wordA] |= maskA
      if (needsA !== 0 && needsB !== 0) continue
      const news = needsA !== 0 ? ofB : ofA
      for (let k = 0; k < news.length; k++) matrix[at + news[k]] |= matrix[row + news[k]]
    }
  }
}
