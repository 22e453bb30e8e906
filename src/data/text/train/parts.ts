import { fail } from '../../../core/errors.js'
import { Tokenizer } from '../tokenizer.js'

/** Text to learn from: one string, or several (lines, documents). */
export type TrainingText = string | Iterable<string>

/** The texts one by one. Throws if there is none. */
export function textsOf(operation: string, text: TrainingText): Iterable<string> {
  if (typeof text === 'string') return [text]
  if (typeof text === 'object' && text !== null && Symbol.iterator in text) return text
  return fail(`${operation}: there is no text.`, 'Give a string, or a list of strings.')
}

interface Parts {
  readonly special: readonly string[]
  readonly normalizer?: object
  readonly preTokenizer?: object
  readonly decoder: object
  readonly model: object
}

/** A tokenizer of these parts; special tokens have the first numbers. */
export function assemble({ special, normalizer, preTokenizer, decoder, model }: Parts): Tokenizer {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const json = {
    ...{ version: '1.0', truncation: null, padding: null },
    added_tokens: [...new Set(special)].map((content, id) => ({ id, content, ...flags })),
    ...{ normalizer: normalizer ?? null, pre_tokenizer: preTokenizer ?? null, post_processor: null, decoder, model },
  }
  return new Tokenizer(json, 'tokenizer')
}
