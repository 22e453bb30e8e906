import { byteLevel } from '../bytes.js'
import type { Fields } from './fields.js'
import { exactly, readPattern } from './pattern.js'

/** Cuts a text into pieces that tokens do not cross; `first` is whether it stands at the very beginning. */
export type PreTokenizer = (text: string, first: boolean) => readonly string[]

const kinds = [
  ...(['ByteLevel', 'Whitespace', 'WhitespaceSplit', 'BertPreTokenizer', 'Metaspace', 'Punctuation', 'Split'] as const),
  ...(['Digits', 'CharDelimiterSplit', 'Sequence'] as const),
]

/** The part `pre_tokenizer`. */
export function readPreTokenizer(fields: Fields | undefined): PreTokenizer {
  if (fields === undefined) return (text) => [text]
  switch (fields.type('pre-tokenizer', kinds)) {
    case 'ByteLevel': {
      fields.only('add_prefix_space', 'trim_offsets', 'use_regex')
      const space = fields.boolean('add_prefix_space', true)
      const cut = fields.boolean('use_regex', true)
      return (text) => {
        const whole = space && !text.startsWith(' ') ? ` ${text}` : text
        return (cut ? (whole.match(gpt2Words) ?? []) : [whole]).map(byteLevel)
      }
    }
    case 'Whitespace':
      fields.only()
      return (text) =>
        text.match(
          /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu,
        ) ?? []
    case 'WhitespaceSplit':
      fields.only()
      return (text) => text.match(/\P{White_Space}+/gu) ?? []
    case 'BertPreTokenizer':
      fields.only()
      return (text) => text.match(bertWords) ?? []
    case 'Punctuation': {
      fields.only('behavior')
      return splitting(punctuation, fields.choice('behavior', behaviors, 'Isolated'), false)
    }
    case 'Split': {
      fields.only('pattern', 'behavior', 'invert')
      return splitting(readPattern(fields), fields.choice('behavior', behaviors), fields.boolean('invert', false))
    }
    case 'Digits':
      fields.only('individual_digits')
      return splitting(/\p{N}/gu, fields.boolean('individual_digits', false) ? 'Isolated' : 'Contiguous', false)
    case 'CharDelimiterSplit':
      fields.only('delimiter')
      return splitting(exactly(fields.string('delimiter')), 'Removed', false)
    case 'Metaspace':
      return metaspace(fields)
    case 'Sequence': {
      fields.only('pretokenizers')
      const all = fields.each('pretokenizers').map(readPreTokenizer)
      return (text, first) =>
        all.reduce<readonly string[]>(
          (pieces, cut) => pieces.flatMap((piece, i) => (piece === '' ? [] : cut(piece, first && i === 0))),
          [text],
        )
    }
  }
}

/** Words, numbers and signs with the one space before them; other white space (GPT-2). */
export const gpt2Words =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu

/** ASCII signs count as punctuation, whatever Unicode calls them. */
const punctuation = /[\p{P}$+<=>^`|~]/gu
const bertWords = /[\p{P}$+<=>^`|~]|[^\p{White_Space}\p{P}$+<=>^`|~]+/gu

const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const

/** Cuts around matches, and says what becomes of these; `invert`: around what lies between them. */
function splitting(pattern: RegExp, behavior: (typeof behaviors)[number], invert: boolean): PreTokenizer {
  return (text) => {
    const parts: { text: string; match: boolean }[] = []
    let end = 0
    for (const { 0: match, index } of text.matchAll(pattern)) {
      if (index > end) parts.push({ text: text.slice(end, index), match: invert })
      parts.push({ text: match, match: !invert })
      end = index + match.length
    }
    if (end < text.length) parts.push({ text: text.slice(end), match: invert })
    if (behavior === 'Removed') return parts.filter(({ match }) => !match).map((part) => part.text)
    const pieces: string[] = []
    parts.forEach((part, i) => {
      const before = parts[i - 1]
      const joined =
        before !== undefined &&
        ((behavior === 'Contiguous' && part.match === before.match) ||
          (behavior === 'MergedWithPrevious' && part.match && !before.match) ||
          (behavior === 'MergedWithNext' && !part.match && before.match))
      if (joined) pieces[pieces.length - 1] += part.text
      else pieces.push(part.text)
    })
    return pieces
  }
}

/** Where a mark is put before a text: the settings of Metaspace, also of its decoder. */
export function readMetaspace(fields: Fields): {
  readonly mark: string
  readonly prepend: string
  readonly split: boolean
} {
  fields.only('replacement', 'add_prefix_space', 'prepend_scheme', 'split', 'str_rep')
  const old = fields.boolean('add_prefix_space', true) ? 'always' : 'never'
  const prepend = fields.choice('prepend_scheme', ['always', 'never', 'first'], old)
  return { mark: fields.string('replacement', '▁'), prepend, split: fields.boolean('split', true) }
}

function metaspace(fields: Fields): PreTokenizer {
  const { mark, prepend, split } = readMetaspace(fields)
  const cut = splitting(exactly(mark), 'MergedWithNext', false)
  return (text, first) => {
    const marked = text.replaceAll(' ', mark)
    const whole =
      (prepend === 'always' || (prepend === 'first' && first)) && !marked.startsWith(mark) ? mark + marked : marked
    return split ? cut(whole, first) : [whole]
  }
}
