import { byteLevel } from '../bytes.js'
import type { Fields } from './fields.js'
import { readPattern } from './pattern.js'

/** Changes a text before it is cut. */
export type Normalizer = (text: string) => string

const kinds = [
  ...(['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'Strip', 'StripAccents', 'Replace', 'Prepend', 'ByteLevel'] as const),
  ...(['BertNormalizer', 'Sequence'] as const),
]

/** The part `normalizer`. */
export function readNormalizer(fields: Fields | undefined): Normalizer {
  if (fields === undefined) return (text) => text
  const kind = fields.type('normalizer', kinds)
  switch (kind) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      fields.only()
      return (text) => text.normalize(kind)
    case 'Lowercase':
      fields.only()
      return lowerCase
    case 'StripAccents':
      fields.only()
      return (text) => text.replace(/\p{M}/gu, '')
    case 'ByteLevel':
      fields.only()
      return byteLevel
    case 'Strip': {
      fields.only('strip_left', 'strip_right')
      const [left, right] = [fields.boolean('strip_left', true), fields.boolean('strip_right', true)]
      return (text) => {
        const begun = left ? text.replace(/^\p{White_Space}+/u, '') : text
        return right ? begun.replace(/\p{White_Space}+$/u, '') : begun
      }
    }
    case 'Replace': {
      fields.only('pattern', 'content')
      const [pattern, content] = [readPattern(fields), fields.string('content')]
      return (text) => text.replace(pattern, () => content)
    }
    case 'Prepend': {
      fields.only('prepend')
      const prepend = fields.string('prepend')
      return (text) => (text === '' ? text : prepend + text)
    }
    case 'BertNormalizer':
      return bertNormalizer(fields)
    case 'Sequence': {
      fields.only('normalizers')
      const all = fields.each('normalizers').map(readNormalizer)
      return (text) => all.reduce((result, normalize) => normalize(result), text)
    }
  }
}

/** Each character by itself: JavaScript has another sigma at the end of words. */
const lowerCase = (text: string): string =>
  text.includes('Σ') ? Array.from(text, (character) => character.toLowerCase()).join('') : text.toLowerCase()

/** Ideographs, which are words of their own. */
const chinese =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu

function bertNormalizer(fields: Fields): Normalizer {
  fields.only('clean_text', 'handle_chinese_chars', 'strip_accents', 'lowercase')
  const lowercase = fields.boolean('lowercase', true)
  const steps: Normalizer[] = []
  if (fields.boolean('clean_text', true)) {
    steps.push((text) =>
      text.replace(/[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cn}\p{Co}]/gu, '').replace(/\p{White_Space}/gu, ' '),
    )
  }
  if (fields.boolean('handle_chinese_chars', true)) steps.push((text) => text.replace(chinese, ' $& '))
  if (fields.boolean('strip_accents', lowercase)) steps.push((text) => text.normalize('NFD').replace(/\p{Mn}/gu, ''))
  if (lowercase) steps.push(lowerCase)
  return (text) => steps.reduce((result, step) => step(result), text)
}
