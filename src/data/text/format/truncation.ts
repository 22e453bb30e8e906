import { fail } from '../../../core/errors.js'
import type { Fields } from './fields.js'

/** Cuts lists of tokens so that together with `room` more they are not too long. */
export type Truncation = (texts: readonly number[][], room: number) => readonly number[][]

/** The part `truncation`. */
export function readTruncation(fields: Fields | undefined): Truncation {
  if (fields === undefined) return (texts) => texts
  fields.only('direction', 'max_length', 'strategy', 'stride')
  const longest = fields.count('max_length')
  const right = fields.choice('direction', ['Right', 'Left'], 'Right') === 'Right'
  const strategy = fields.choice('strategy', ['LongestFirst', 'OnlyFirst', 'OnlySecond'], 'LongestFirst')
  const cut = (tokens: number[], length: number) => {
    if (tokens.length <= length) return tokens
    return right ? tokens.slice(0, length) : tokens.slice(tokens.length - length)
  }
  return (texts, room) => {
    const lengths = texts.map(({ length }) => length)
    const over = lengths.reduce((sum, length) => sum + length, room) - longest
    if (over <= 0) return texts
    if (strategy !== 'LongestFirst') {
      const at = strategy === 'OnlyFirst' ? 0 : 1
      if (at >= lengths.length || lengths[at]! <= over) {
        fail(
          `${fields.where}: a text is too short to cut ${over} tokens from it.`,
          'Give shorter texts, or the strategy LongestFirst.',
        )
      }
      return texts.map((tokens, i) => (i === at ? cut(tokens, tokens.length - over) : tokens))
    }
    const total = longest - room
    if (total < 0)
      fail(`${fields.where}: ${longest} tokens leave no place for ${room} special ones.`, 'Raise max_length.')
    if (texts.length === 1) return texts.map((tokens) => cut(tokens, total))
    // The longer of the two gives first; where both must, the longer keeps the odd token.
    const [a, b] = [lengths[0]!, lengths[1]!]
    const short = Math.min(a, b)
    let [keepShort, keepLong] = [short, total - short]
    if (keepLong < short) {
      keepShort = Math.floor(total / 2)
      keepLong = total - keepShort
    }
    const [keepA, keepB] = a > b ? [keepLong, keepShort] : [keepShort, keepLong]
    return [cut(texts[0]!, keepA), cut(texts[1]!, keepB)]
  }
}
