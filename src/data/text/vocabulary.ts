import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'

export interface VocabularyOptions {
  /** What stands for all other words, such as `<unk>`; without it, they are refused. */
  readonly unknown?: string
  /** Tokens with the first numbers, such as `<pad>`. */
  readonly special?: readonly string[]
  /** Words that occur less often are left out; 1. */
  readonly minCount?: number
  /** Only so many words, the most frequent ones, special tokens counted; all by default. */
  readonly maxSize?: number
}

/** Tokens and their numbers. */
export class Vocabulary {
  readonly #ids: ReadonlyMap<string, number>
  readonly #tokens = new Map<number, string>()
  /** One more than the largest number. */
  readonly size: number
  /** What stands for all tokens that are not here. */
  readonly unknown: string | undefined

  /** Use {@link vocabulary}. */
  constructor(ids: ReadonlyMap<string, number>, unknown?: string) {
    this.#ids = ids
    this.unknown = unknown
    let size = 0
    for (const [token, id] of ids) {
      this.#tokens.set(id, token)
      if (id >= size) size = id + 1
    }
    this.size = size
  }

  /** Whether the token is one of these; the unknown ones are not. */
  has(token: string): boolean {
    return this.#ids.has(token)
  }

  /** The number of a token, or that of the unknown one, or undefined. */
  find(token: string): number | undefined {
    return this.#ids.get(token) ?? (this.unknown === undefined ? undefined : this.#ids.get(this.unknown))
  }

  /** The number of a token. Throws if it is not here and nothing stands for unknown ones. */
  id(token: string): number {
    const id = this.find(token)
    if (id !== undefined) return id
    return fail(`vocabulary: ${JSON.stringify(token)} is not in it.`, "Make it with the option unknown: '<unk>'.")
  }

  /** The token with this number. Throws if there is none. */
  token(id: number): string {
    const token = this.#tokens.get(id)
    if (token !== undefined) return token
    return fail(`vocabulary: no token has the number ${id}.`, `Numbers are below ${this.size}.`)
  }

  /** Tokens and numbers, in the order of numbers. */
  entries(): readonly (readonly [string, number])[] {
    return [...this.#ids].sort(([, a], [, b]) => a - b)
  }
}

/**
 * The different words of a list, the most frequent first (of equally frequent ones the first in the order of characters), with
 * special tokens in front.
 *
 * Throws if nothing is left.
 *
 * ```ts
 * const words = vocabulary(['the', 'cat', 'the'], { unknown: '<unk>', special: ['<pad>'] })
 * const ids = ['the', 'dog'].map((word) => words.id(word)) // [2, 1]
 * ```
 */
export function vocabulary(words: Iterable<string>, options: VocabularyOptions = {}): Vocabulary {
  checkOptions<VocabularyOptions>('vocabulary', options, {
    unknown: true,
    special: true,
    minCount: true,
    maxSize: true,
  })
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return new Vocabulary(chosen('vocabulary', counts, options), options.unknown)
}

/** The numbers of the words that the options choose. */
export function chosen(
  operation: string,
  counts: ReadonlyMap<string, number>,
  { unknown, special = [], minCount = 1, maxSize = Infinity }: VocabularyOptions,
): Map<string, number> {
  const first = [...new Set(unknown === undefined ? special : [...special, unknown])]
  const sorted = [...counts]
    .filter(([word, count]) => count >= minCount && !first.includes(word))
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([word]) => word)
  const all = [...first, ...sorted].slice(0, maxSize)
  if (all.length === 0) fail(`${operation}: there are no words.`, 'Give text, or special tokens; check minCount.')
  return new Map(all.map((word, id) => [word, id]))
}
