import { fail } from '../../../core/errors.js'
import type { Vocabulary } from '../vocabulary.js'
import type { Fields } from './fields.js'
import type { Normalizer } from './normalizers.js'
import { exactly } from './pattern.js'

/** A token that is found in the text itself, before the text is cut. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  /** Only between characters that do not belong to words. */
  readonly single_word: boolean
  /** Whether it takes the white space before it. */
  readonly lstrip: boolean
  readonly rstrip: boolean
  /** Whether it is looked for in the text as the normalizer leaves it. */
  readonly normalized: boolean
  /** Whether it is left out when tokens become text. */
  readonly special: boolean
}

/** A part of a text: an added token, or what is to be cut. */
export type Section = { readonly id: number } | { readonly text: string; readonly first: boolean }

/** The part `added_tokens`. */
export function readAddedTokens(fields: readonly Fields[], vocabulary: Vocabulary): readonly AddedToken[] {
  return fields.map((each) => {
    each.only('id', 'content', 'single_word', 'lstrip', 'rstrip', 'normalized', 'special')
    const special = each.boolean('special', false)
    const token: AddedToken = {
      ...{
        id: each.count('id'),
        content: each.string('content'),
        single_word: each.boolean('single_word', false),
        special,
      },
      ...{ lstrip: each.boolean('lstrip', false), rstrip: each.boolean('rstrip', false) },
      normalized: each.boolean('normalized', !special),
    }
    if (vocabulary.has(token.content) && vocabulary.id(token.content) !== token.id) {
      const other = vocabulary.id(token.content)
      fail(
        `${each.where}: ${JSON.stringify(token.content)} is token ${token.id} here and ${other} in the vocabulary.`,
        'Use one number.',
      )
    }
    return token
  })
}

/** Cuts a text at added tokens; the text between is normalized. */
export function sectionsOf(tokens: readonly AddedToken[], normalize: Normalizer): (text: string) => readonly Section[] {
  const raw = finder(tokens.filter(({ normalized }) => !normalized).map((token) => [token.content, token]))
  const late = finder(tokens.filter(({ normalized }) => normalized).map((token) => [normalize(token.content), token]))
  return (text) =>
    raw(text, true).flatMap((section) => ('id' in section ? [section] : late(normalize(section.text), section.first)))
}

function finder(tokens: readonly (readonly [string, AddedToken])[]): (text: string, first: boolean) => Section[] {
  // The leftmost match, of these the longest.
  const sought = tokens.filter(([content]) => content !== '').sort(([a], [b]) => b.length - a.length)
  const byContent = new Map([...sought].reverse())
  const pattern = new RegExp(sought.map(([content]) => exactly(content).source).join('|'), 'gu')
  return (text, first) => {
    const sections: Section[] = []
    let end = 0
    for (const { 0: match, index } of sought.length === 0 ? [] : text.matchAll(pattern)) {
      const token = byContent.get(match)!
      if (
        token.single_word &&
        (wordEnds.test(text.slice(0, index)) || wordBegins.test(text.slice(index + match.length)))
      ) {
        continue
      }
      let [from, to] = [index, index + match.length]
      if (token.lstrip) from -= /\p{White_Space}*$/u.exec(text.slice(end, from))![0].length
      if (token.rstrip) to += /^\p{White_Space}*/u.exec(text.slice(to))![0].length
      if (from > end) sections.push({ text: text.slice(end, from), first: first && end === 0 })
      sections.push({ id: token.id })
      end = to
    }
    if (end < text.length) sections.push({ text: text.slice(end), first: first && end === 0 })
    return sections
  }
}

const wordEnds = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u
const wordBegins = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u
