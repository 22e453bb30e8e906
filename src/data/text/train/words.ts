import { expectChoice } from '../../../core/arguments.js'
import { checkOptions } from '../../../core/options.js'
import { Fields } from '../format/fields.js'
import { readNormalizer } from '../format/normalizers.js'
import { readPreTokenizer } from '../format/pre-tokenizers.js'
import type { Tokenizer } from '../tokenizer.js'
import { chosen, type VocabularyOptions } from '../vocabulary.js'
import { assemble, type TrainingText, textsOf } from './parts.js'

export interface WordTokenizerOptions extends VocabularyOptions {
  /** Whether capital letters become small ones; false. */
  readonly lowercase?: boolean
  /**
   * With 'drop', tokens are words and signs alone, and text comes back with blanks between; with 'keep' each has the blank before it, and
   * text of known words comes back as it was; 'drop'.
   */
  readonly spaces?: 'keep' | 'drop'
}

/** Words with an apostrophe inside, numbers, and single signs. */
const words = "[\\p{L}\\p{M}\\p{N}_]+(?:['’][\\p{L}\\p{M}\\p{N}_]+)*|[^\\s\\p{L}\\p{M}\\p{N}_]"

/**
 * A tokenizer with a token for each word and sign of a text, the most frequent first; others become `<unk>`, unless the option
 * `unknown` has another name for them.
 *
 * Throws if nothing is left.
 *
 * ```ts
 * const words = trainWordTokenizer('the cat saw the dog.', { lowercase: true })
 * words.encode('The bird saw.') // [1, 0, 5, 2]
 * const text = words.decode([1, 3]) // 'the cat'
 * ```
 */
export function trainWordTokenizer(text: TrainingText, options: WordTokenizerOptions = {}): Tokenizer {
  checkOptions<WordTokenizerOptions>('trainWordTokenizer', options, {
    ...{ unknown: true, special: true, minCount: true, maxSize: true, lowercase: true, spaces: true },
  })
  const { unknown = '<unk>', special = [], lowercase = false, spaces = 'drop' } = options
  expectChoice('trainWordTokenizer', 'spaces', spaces, ['keep', 'drop'])
  const pattern = spaces === 'drop' ? words : ` ?(?:${words})|\\s+(?!\\S)|\\s+`
  const preTokenizer = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true }
  const normalizer = lowercase ? { type: 'Lowercase' } : undefined
  const normalize = readNormalizer(normalizer && new Fields(normalizer, 'normalizer'))
  const cut = readPreTokenizer(new Fields(preTokenizer, 'pre_tokenizer'))
  const counts = new Map<string, number>()
  for (const each of textsOf('trainWordTokenizer', text)) {
    for (const word of cut(normalize(each), true)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const first = [...new Set([...special, unknown])]
  const vocab = Object.fromEntries(chosen('trainWordTokenizer', counts, { ...options, unknown, special }))
  return assemble({
    ...{ special: first, ...(normalizer && { normalizer }), preTokenizer },
    decoder: spaces === 'keep' ? { type: 'Fuse' } : { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordLevel', vocab, unk_token: unknown },
  })
}
