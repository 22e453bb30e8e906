import { parseTar } from '../formats/tar.js'

/**
 * The files of an archive whose paths match, by path, put together: what is compared where the same files were published in
 * different archives.
 */
export const joinedMembers =
  (path: RegExp) =>
  (content: Uint8Array): Uint8Array => {
    const members = parseTar(content)
      .filter((file) => path.test(file.path))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
    const joined = new Uint8Array(members.reduce((sum, { bytes }) => sum + bytes.length, 0))
    let at = 0
    for (const { bytes } of members) {
      joined.set(bytes, at)
      at += bytes.length
    }
    return joined
  }
