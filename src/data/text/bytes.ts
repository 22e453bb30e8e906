/**
 * UTF-8 that also takes the halves of surrogate pairs standing alone, which JavaScript's strings may hold: each becomes its three
 * bytes, so that every string comes back.
 *
 * Source: Sapin, "The WTF-8 encoding", 2015.
 */
export function bytesOf(text: string): Uint8Array {
  if (!loneSurrogate.test(text)) return new TextEncoder().encode(text)
  const bytes: number[] = []
  const encoder = new TextEncoder()
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code >= 0xd800 && code <= 0xdfff) bytes.push(0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
    else bytes.push(...encoder.encode(character))
  }
  return Uint8Array.from(bytes)
}

const loneSurrogate = /\p{Cs}/u

/** The string of such bytes; U+FFFD where they are none. */
export function textOf(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  let begun = 0
  for (let at = 0; at + 2 < bytes.length; at++) {
    const surrogate =
      bytes[at] === 0xed && bytes[at + 1]! >= 0xa0 && bytes[at + 1]! < 0xc0 && isFollower(bytes[at + 2]!)
    if (!surrogate) continue
    const code = 0xd000 | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)
    text += decoder.decode(bytes.subarray(begun, at)) + String.fromCharCode(code)
    begun = at + 3
    at += 2
  }
  return text + decoder.decode(bytes.subarray(begun))
}

const isFollower = (byte: number): boolean => (byte & 0xc0) === 0x80

/**
 * A printable character for each byte: those of Latin-1 that print stand for themselves, the others for 256 and on.
 *
 * Source: Radford et al., "Language models are unsupervised multitask learners", 2019 (GPT-2).
 */
export const byteCharacters: readonly string[] = (() => {
  const prints = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : next++))
})()

const byteOf: ReadonlyMap<string, number> = new Map(byteCharacters.map((character, byte) => [character, byte]))

/** A text with a character for each of its bytes. */
export function byteLevel(text: string): string {
  let characters = ''
  for (const byte of bytesOf(text)) characters += byteCharacters[byte]
  return characters
}

/** The bytes that the characters of a token stand for, or those of the token itself if one stands for none. */
export function byteLevelBytes(token: string): ArrayLike<number> {
  const bytes: number[] = []
  for (const character of token) {
    const byte = byteOf.get(character)
    if (byte === undefined) return bytesOf(token)
    bytes.push(byte)
  }
  return bytes
}
