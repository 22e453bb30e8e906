import { expectChoice } from '../../../core/arguments.js'
import { checkOptions } from '../../../core/options.js'
import { byteToken } from '../models/byte-pair.js'
import type { Tokenizer } from '../tokenizer.js'
import { assemble, type TrainingText, textsOf } from './parts.js'

export interface CharacterTokenizerOptions {
  /** Tokens with the first numbers, such as `<pad>`. */
  readonly special?: readonly string[]
  /**
   * What becomes of characters that are not in the text: an error, the token `<unk>`, or tokens of their bytes, 256 more, so that every
   * string comes back; 'error'.
   */
  readonly unknown?: 'error' | 'token' | 'bytes'
}

/**
 * A tokenizer with a token for each different character (code point) of a text, in their order.
 *
 * ```ts
 * const characters = trainCharacterTokenizer('hello')
 * characters.encode('hole') // [1, 3, 2, 0]
 * const text = characters.decode([1, 0]) // 'he'
 * ```
 */
export function trainCharacterTokenizer(text: TrainingText, options: CharacterTokenizerOptions = {}): Tokenizer {
  checkOptions<CharacterTokenizerOptions>('trainCharacterTokenizer', options, { special: true, unknown: true })
  const unknown = options.unknown ?? 'error'
  expectChoice('trainCharacterTokenizer', 'unknown', unknown, ['error', 'token', 'bytes'])
  const characters = new Set<string>()
  for (const each of textsOf('trainCharacterTokenizer', text)) for (const character of each) characters.add(character)
  const special = [...(options.special ?? []), ...(unknown === 'token' ? ['<unk>'] : [])]
  const bytes = unknown === 'bytes' ? Array.from({ length: 256 }, (_, byte) => byteToken(byte)) : []
  const sorted = [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)
  const tokens = [...new Set([...special, ...bytes, ...sorted])]
  return assemble({
    special,
    decoder:
      unknown === 'bytes'
        ? { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] }
        : { type: 'Fuse' },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: unknown === 'token' ? '<unk>' : null },
      ...{ continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false },
      ...{ byte_fallback: unknown === 'bytes', ignore_merges: false },
      ...{ vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: [] },
    },
  })
}
