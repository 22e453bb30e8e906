import fc from 'fast-check'

const change = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), value: fc.nat(40) }),
  fc.record({ kind: fc.constant('end' as const), at: fc.nat(), value: fc.nat() }),
  fc.record({ kind: fc.constant('grow' as const), at: fc.nat(), value: fc.nat(255) }),
  // What sizes and places are, at their extremes.
  fc.record({
    kind: fc.constant('word' as const),
    at: fc.nat(),
    value: fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff),
  }),
)

/** A file as it comes when something went wrong: bytes changed, left out, cut off, put in, sizes that lie. */
export const mutated = (file: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    let bytes = file.slice()
    for (const { kind, at, value } of changes) {
      const place = at % Math.max(1, bytes.length)
      if (kind === 'byte') bytes[place] = value
      if (kind === 'cut') bytes = new Uint8Array([...bytes.subarray(0, place), ...bytes.subarray(place + value)])
      if (kind === 'end') bytes = bytes.slice(0, place)
      if (kind === 'grow') bytes = new Uint8Array([...bytes.subarray(0, place), value, ...bytes.subarray(place)])
      if (kind === 'word' && place + 4 <= bytes.length) new DataView(bytes.buffer).setUint32(place, value, true)
    }
    return bytes
  })
