import { RandomStream } from '../../src/core/threefry.js'

/** A damaged copy of a file: cut, bytes changed, a number made huge, a piece moved. The same `seed` gives the same copy. */
export function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const random = new RandomStream(seed)
  const below = (n: number): number => Math.floor(random.uniform() * n)
  let copy = new Uint8Array(bytes)
  for (let changes = 1 + below(4); changes > 0 && copy.length > 0; changes--) {
    const at = below(copy.length)
    switch (below(7)) {
      case 0:
        copy = copy.slice(0, at)
        break
      case 1:
        copy[at] ^= 1 << below(8)
        break
      case 2:
        copy[at] = below(256)
        break
      case 3:
        copy.fill(below(2) * 255, at, at + 1 + below(8))
        break
      case 4:
        copy.copyWithin(at, below(copy.length), below(copy.length))
        break
      case 5:
        copy = new Uint8Array(
          [...copy.subarray(0, at), ...copy.subarray(below(copy.length))].slice(0, 2 * bytes.length),
        )
        break
      default: {
        // A digit of a number in text, or a small number in binary.
        const digit = copy.findIndex((byte, i) => i >= at && byte >= 48 && byte < 58)
        if (digit >= 0) copy[digit] = 48 + below(10)
      }
    }
  }
  return copy
}
