import { byteLevelBytes, bytesOf, textOf } from '../bytes.js'
import type { Fields } from './fields.js'
import { readPattern } from './pattern.js'
import { readMetaspace } from './pre-tokenizers.js'

/** Makes parts of a text of tokens; joined, they are the text. */
export type Decoder = (tokens: readonly string[]) => readonly string[]

const kinds = [
  ...(['ByteLevel', 'WordPiece', 'BPEDecoder', 'Metaspace', 'Replace', 'ByteFallback', 'Fuse', 'Strip'] as const),
  'Sequence' as const,
]

/** The part `decoder`; without one, there are blanks between tokens. */
export function readDecoder(fields: Fields | undefined): Decoder {
  if (fields === undefined) return (tokens) => [tokens.join(' ')]
  switch (fields.type('decoder', kinds)) {
    case 'ByteLevel':
      fields.only('add_prefix_space', 'trim_offsets', 'use_regex')
      return (tokens) => [textOf(Uint8Array.from(tokens.flatMap((token) => Array.from(byteLevelBytes(token)))))]
    case 'WordPiece': {
      fields.only('prefix', 'cleanup')
      const [prefix, tidy] = [fields.string('prefix', '##'), fields.boolean('cleanup', true)]
      return (tokens) =>
        tokens.map((token, i) => {
          const joined = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
          return tidy ? tidied(joined) : joined
        })
    }
    case 'BPEDecoder': {
      fields.only('suffix')
      const suffix = fields.string('suffix', '</w>')
      return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '))
    }
    case 'Metaspace': {
      const { mark, prepend } = readMetaspace(fields)
      return (tokens) => tokens.map((token, i) => token.replaceAll(mark, i === 0 && prepend !== 'never' ? '' : ' '))
    }
    case 'Replace': {
      fields.only('pattern', 'content')
      const [pattern, content] = [readPattern(fields), fields.string('content')]
      return (tokens) => tokens.map((token) => token.replace(pattern, () => content))
    }
    case 'ByteFallback':
      fields.only()
      return bytesFallenBack
    case 'Fuse':
      fields.only()
      return (tokens) => [tokens.join('')]
    case 'Strip': {
      fields.only('content', 'start', 'stop')
      const [content, start, stop] = [fields.string('content'), fields.count('start'), fields.count('stop')]
      return (tokens) => tokens.map((token) => stripped(token, content, start, stop))
    }
    case 'Sequence': {
      fields.only('decoders')
      const all = fields.each('decoders').map(readDecoder)
      return (tokens) => all.reduce((parts, decode) => decode(parts), tokens)
    }
  }
}

/** Without the blanks that English has not. */
const tidied = (text: string): string =>
  text
    .replace(/ ([.?!,])/g, '$1')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(' do not', " don't")
    .replace(/ '(s|ve|re)/g, "'$1")

function stripped(token: string, content: string, start: number, stop: number): string {
  const characters = [...token]
  let [from, to] = [0, characters.length]
  while (from < start && characters[from] === content) from++
  while (characters.length - to < stop && to > from && characters[to - 1] === content) to--
  return characters.slice(from, to).join('')
}

/** Tokens such as `<0x41>` in a row as the text of these bytes. */
function bytesFallenBack(tokens: readonly string[]): readonly string[] {
  const parts: string[] = []
  let bytes: number[] = []
  const end = () => {
    if (bytes.length === 0) return
    const text = textOf(Uint8Array.from(bytes))
    // One sign for each byte if they are no text.
    parts.push(bytesOf(text).join() === bytes.join() ? text : '\ufffd'.repeat(bytes.length))
    bytes = []
  }
  for (const token of tokens) {
    const byte = /^<0x([0-9A-F]{2})>$/i.exec(token)?.[1]
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16))
    else {
      end()
      parts.push(token)
    }
  }
  end()
  return parts
}
