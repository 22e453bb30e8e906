import { expectInteger } from '../../../core/arguments.js'
import { fail } from '../../../core/errors.js'
import { needOptions } from '../../../core/options.js'
import { byteCharacters, byteLevel } from '../bytes.js'
import { gpt2Words } from '../format/pre-tokenizers.js'
import type { Tokenizer } from '../tokenizer.js'
import { learnMerges } from './byte-pair-merges.js'
import { assemble, type TrainingText, textsOf } from './parts.js'

export interface BytePairTokenizerOptions {
  /** How many tokens there are to be at most: special ones, 256 bytes, and merges. */
  readonly size: number
  /** Tokens with the first numbers, such as `<|endoftext|>`. */
  readonly special?: readonly string[]
  /** Pairs that occur less often are not merged; 2. */
  readonly minCount?: number
}

/**
 * A byte-level byte-pair tokenizer: text is cut into words as GPT-2 does it, and of the bytes of these the most frequent pair of neighbours
 * becomes a token, again and again. Every string comes back exactly, whatever it was trained on.
 *
 * Throws if `size` has no place for the bytes.
 *
 * Source: Sennrich, Haddow, Birch, "Neural machine translation of rare words with subword units", 2016; Radford et al., "Language
 * models are unsupervised multitask learners", 2019.
 *
 * ```ts
 * const bytes = trainBytePairTokenizer('low lower lowest low', { size: 259 })
 * const tokens = Array.from(bytes.encode('slow'), (id) => bytes.token(id)) // ['s', 'low']
 * ```
 */
export function trainBytePairTokenizer(text: TrainingText, options: BytePairTokenizerOptions): Tokenizer {
  needOptions<BytePairTokenizerOptions>('trainBytePairTokenizer', options, {
    size: true,
    special: true,
    minCount: true,
  })
  const { size, minCount = 2 } = options
  const special = [...new Set(options.special)]
  const least = special.length + 256
  if (expectInteger('trainBytePairTokenizer', 'size', size) < least) {
    fail(`trainBytePairTokenizer: size is ${size}.`, `256 bytes and ${special.length} special tokens need ${least}.`)
  }
  const counts = new Map<string, number>()
  for (const each of textsOf('trainBytePairTokenizer', text)) {
    for (const word of each.match(gpt2Words) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const words = new Map([...counts].map(([word, count]) => [byteLevel(word), count]))
  const alphabet = [...byteCharacters].sort()
  const { tokens, merges } = learnMerges(words, alphabet, size - special.length, minCount)
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  const all = [...new Set([...special, ...tokens])]
  return assemble({
    ...{ special, preTokenizer: level, decoder: level },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
      vocab: Object.fromEntries(all.map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => [tokens[left], tokens[right]]),
    },
  })
}
