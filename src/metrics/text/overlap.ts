import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { expectSome, type Metric, measured } from '../metric.js'
import { expectPairs, type Tokens, wordsOf } from './edit-distance.js'

/** How often each run of n tokens occurs. */
function runs(tokens: Tokens, n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + n <= tokens.length; i++) {
    const run = JSON.stringify(tokens.slice(i, i + n))
    counts.set(run, (counts.get(run) ?? 0) + 1)
  }
  return counts
}

export interface BleuOptions {
  /** The longest runs of tokens; 4. */
  readonly n?: number
}

type Text = string | Tokens

/** See {@link bleu}. */
export class Bleu implements Metric<[outputs: readonly Text[], references: readonly (readonly Text[])[]], number> {
  readonly #n: number
  #matches: number[] = []
  #runs: number[] = []
  #lengths: [outputs: number, references: number] = [0, 0]
  #count = 0

  constructor(options: BleuOptions = {}) {
    checkOptions('Bleu', options, { n: true })
    this.#n = expectInteger('Bleu', 'n', options.n ?? 4)
    if (this.#n < 1) fail(`Bleu: n is ${this.#n}`, 'Give one at least.')
    this.reset()
  }

  update(outputs: readonly Text[], references: readonly (readonly Text[])[]): void {
    expectPairs('Bleu', outputs, references)
    outputs.forEach((text, i) => {
      const output = wordsOf(text)
      if (!Array.isArray(references[i]) || references[i].length === 0) {
        fail(`Bleu: output ${i} has no list of references`, 'Give a list of right translations for each.')
      }
      const right = references[i].map(wordsOf)
      const nearest = right
        .map(({ length }) => length)
        .sort((a, b) => distance(a, output) - distance(b, output) || a - b)
      this.#lengths[0] += output.length
      this.#lengths[1] += nearest[0]
      for (let n = 1; n <= this.#n; n++) {
        const known = right.map((reference) => runs(reference, n))
        for (const [run, count] of runs(output, n)) {
          this.#matches[n - 1] += Math.min(count, Math.max(...known.map((counts) => counts.get(run) ?? 0)))
          this.#runs[n - 1] += count
        }
      }
    })
    this.#count += outputs.length
  }

  result(): number {
    expectSome('Bleu', this.#count)
    if (this.#matches.some((matches) => matches === 0)) return 0
    const logarithms = this.#matches.map((matches, i) => Math.log(matches / this.#runs[i]))
    const [length, wanted] = this.#lengths
    return Math.exp(logarithms.reduce((a, b) => a + b) / this.#n + Math.min(0, 1 - wanted / length))
  }

  reset(): void {
    this.#matches = new Array(this.#n).fill(0)
    this.#runs = new Array(this.#n).fill(0)
    this.#lengths = [0, 0]
    this.#count = 0
  }
}

const distance = (length: number, output: Tokens): number => Math.abs(length - output.length)

/**
 * BLEU of a corpus, from 0 to 1: the geometric mean of the parts of runs of 1 … n words that stand in a reference, each at most as often as
 * there, times exp(1 − r / c) where the c words of the outputs are fewer than the r of the nearest references. Without any matching run of
 * a length it is 0; nothing is smoothed. Texts are cut at blanks, or given as lists of tokens.
 * (Papineni et al., "BLEU: a method for automatic evaluation of machine translation", 2002.)
 *
 * @example bleu(['the cat sat on the mat'], [['the cat sat on the mat']]) // 1
 */
export const bleu = (
  outputs: readonly Text[],
  references: readonly (readonly Text[])[],
  options: BleuOptions = {},
): number => measured(new Bleu(options), outputs, references)

/** See {@link rougeL}. */
export class RougeL implements Metric<[outputs: readonly Text[], targets: readonly Text[]], number> {
  #total = 0
  #count = 0

  update(outputs: readonly Text[], targets: readonly Text[]): void {
    expectPairs('RougeL', outputs, targets)
    outputs.forEach((text, i) => {
      const [output, target] = [wordsOf(text), wordsOf(targets[i])]
      const words = output.length + target.length
      if (words > 0) this.#total += (2 * longestCommon(output, target)) / words
    })
    this.#count += outputs.length
  }

  result(): number {
    expectSome('RougeL', this.#count)
    return this.#total / this.#count
  }

  reset(): void {
    this.#total = 0
    this.#count = 0
  }
}

/** The length of the longest sequence that is in both, with gaps. */
function longestCommon(a: Tokens, b: Tokens): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const token of a) {
    const next = [0]
    b.forEach((other, j) => {
      next.push(token === other ? row[j] + 1 : Math.max(row[j + 1], next[j]))
    })
    row = next
  }
  return row[b.length]
}

/**
 * The mean over texts of F1 of the longest common subsequence of words: 2 · LCS / (words of the output + words of the target), and 0 for two empty
 * texts. (Lin, "ROUGE: a package for automatic evaluation of summaries", 2004.)
 *
 * @example rougeL(['police killed the gunman'], ['police kill the gunman']) // 0.75
 */
export const rougeL = (outputs: readonly Text[], targets: readonly Text[]): number =>
  measured(new RougeL(), outputs, targets)
