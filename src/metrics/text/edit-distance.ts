import { fail } from '../../core/errors.js'
import { expectSome, type Metric, measured } from '../metric.js'

/** Words, characters or token numbers. */
export type Tokens = readonly (string | number)[]

/**
 * The least number of insertions, deletions and substitutions that make one sequence of the other: strings by their characters (code
 * points), or lists of tokens. (Levenshtein, 1966.)
 *
 * @example editDistance('kitten', 'sitting') // 3
 */
export function editDistance(a: string | Tokens, b: string | Tokens): number {
  const [x, y] = [[...a], [...b]]
  let row = Array.from({ length: y.length + 1 }, (_, j) => j)
  x.forEach((token, i) => {
    const next = [i + 1]
    y.forEach((other, j) => {
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (token === other ? 0 : 1)))
    })
    row = next
  })
  return row[y.length]
}

/** The words of a text: what blanks stand between. */
export const wordsOf = (text: string | Tokens): Tokens =>
  typeof text === 'string' ? text.split(/\s+/u).filter((word) => word !== '') : text

/** Edits over the length of what is right. See {@link wordErrorRate}. */
abstract class ErrorRate implements Metric<[outputs: readonly string[], targets: readonly string[]], number> {
  #edits = 0
  #length = 0
  #count = 0

  constructor(
    readonly name: string,
    /** What a text is cut into. */
    readonly tokens: (text: string) => Tokens,
  ) {}

  update(outputs: readonly string[], targets: readonly string[]): void {
    expectPairs(this.name, outputs, targets)
    outputs.forEach((output, i) => {
      const wanted = this.tokens(targets[i])
      this.#edits += editDistance(this.tokens(output), wanted)
      this.#length += wanted.length
    })
    this.#count += outputs.length
  }

  /** Infinity where something is said and nothing should have been; 0 where both are empty. */
  result(): number {
    expectSome(this.name, this.#count)
    return this.#edits === 0 ? 0 : this.#edits / this.#length
  }

  reset(): void {
    this.#edits = 0
    this.#length = 0
    this.#count = 0
  }
}

/** {@link wordErrorRate} over batches. */
export class WordErrorRate extends ErrorRate {
  constructor() {
    super('WordErrorRate', wordsOf)
  }
}

/** {@link characterErrorRate} over batches. */
export class CharacterErrorRate extends ErrorRate {
  constructor() {
    super('CharacterErrorRate', (text) => [...text])
  }
}

/**
 * All edits of words over the number of words in the targets: 0 is perfect, and it may be above 1.
 *
 * @example wordErrorRate(['the cat sat'], ['the cat sat down']) // 0.25
 */
export const wordErrorRate = (outputs: readonly string[], targets: readonly string[]): number =>
  measured(new WordErrorRate(), outputs, targets)

/**
 * The same of characters.
 *
 * @example characterErrorRate(['abcx'], ['abcd']) // 0.25
 */
export const characterErrorRate = (outputs: readonly string[], targets: readonly string[]): number =>
  measured(new CharacterErrorRate(), outputs, targets)

/** Throws if there is not one target for each output. */
export function expectPairs(metric: string, outputs: readonly unknown[], targets: readonly unknown[]): void {
  if (!Array.isArray(outputs) || !Array.isArray(targets)) {
    fail(`${metric}: texts are not in lists`, 'Give one list of outputs and one of targets.')
  }
  if (outputs.length !== targets.length) {
    fail(`${metric}: ${outputs.length} outputs and ${targets.length} targets`, 'Give one for each.')
  }
}
