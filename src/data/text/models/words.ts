import { fail } from '../../../core/errors.js'
import type { Vocabulary } from '../vocabulary.js'
import type { TokenModel } from './byte-pair.js'

/** Each piece is one token. */
export const wordModel =
  (vocabulary: Vocabulary): TokenModel =>
  (piece) => [vocabulary.id(piece)]

/**
 * WordPiece: the longest token that a word begins with, then the longest one with the prefix that goes on, to the end; the unknown
 * token for a word that cannot be cut so, or has more than `longest` characters.
 *
 * Source: Schuster, Nakajima, "Japanese and Korean voice search", 2012; Wu et al., "Google's neural machine translation system", 2016.
 */
export function wordPieceModel(vocabulary: Vocabulary, unknown: string, prefix: string, longest: number): TokenModel {
  const unknownId = vocabulary.has(unknown) ? vocabulary.id(unknown) : undefined
  const longestToken = vocabulary.entries().reduce((most, [token]) => Math.max(most, token.length), 0)
  const asUnknown = (word: string): readonly number[] => {
    if (unknownId !== undefined) return [unknownId]
    return fail(
      `encode: ${JSON.stringify(word.slice(0, 40))} cannot be cut into tokens, and ${JSON.stringify(unknown)} is none.`,
      'Add the unknown token to the vocabulary.',
    )
  }
  return (word) => {
    const characters = [...word]
    if (characters.length > longest) return asUnknown(word)
    const ids: number[] = []
    for (let start = 0; start < characters.length; ) {
      const front = start === 0 ? '' : prefix
      let end = Math.min(characters.length, start + longestToken)
      let token = front + characters.slice(start, end).join('')
      while (end > start && !vocabulary.has(token)) {
        end--
        token = front + characters.slice(start, end).join('')
      }
      if (end === start) return asUnknown(word)
      ids.push(vocabulary.id(token))
      start = end
    }
    return ids
  }
}
