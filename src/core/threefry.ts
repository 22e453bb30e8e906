import { fail } from './errors.js'

/**
 * Threefry-2x32 with 20 rounds: a counter-based random number generator, a bijection of two 32-bit words for every key.
 *
 * There is no state: the same key and counter give the same words on every machine and backend, in any order, so that
 * parallel and recomputed programs draw equal numbers.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */

/** The word that the key schedule mixes in so that an all-zero key is not a weak one (from Threefish, Skein 1.3). */
const KEY_PARITY = 0x1bd11bda

/** Writes the two words of one block to `out[at]` and `out[at + 1]`. */
function writeBlock(
  out: Uint32Array,
  at: number,
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): void {
  let current = key1 | 0
  let next = KEY_PARITY ^ key0 ^ key1
  let later = key0 | 0
  let x0 = (counter0 + key0) | 0
  let x1 = (counter1 + key1) | 0
  for (let group = 1; group <= 5; group++) {
    // Two sets of rotation distances alternate from one group of four rounds to the next.
    if ((group & 1) === 1) {
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0
    } else {
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0
      x0 = (x0 + x1) | 0
      x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0
    }
    x0 = (x0 + current) | 0
    x1 = (x1 + next + group) | 0
    const used = current
    current = next
    next = later
    later = used
  }
  out[at] = x0
  out[at + 1] = x1
}

/**
 * The two random words of one block of Threefry-2x32-20. All six numbers are 32-bit unsigned integers.
 *
 * ```ts
 * threefry2x32(0, 0, 0, 0)  // [0x6b200159, 0x99ba4efe]
 * ```
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const block = new Uint32Array(2)
  writeBlock(block, 0, key0, key1, counter0, counter1)
  return [block[0]!, block[1]!]
}

/**
 * Fills `out` with random words; this is the definition of the `randomBits` primitive for every backend:
 *
 * `out[i] = threefry2x32(key0, key1, ⌊i / 2⌋, counter1)[i mod 2]`
 *
 * Blocks are numbered by the first counter word; the second, zero for the primitive, lets a long stream be made in pieces.
 * A shorter array with the same key therefore holds the first words of a longer one.
 */
export function fillRandomBits(out: Uint32Array, key0: number, key1: number, counter1 = 0): void {
  const paired = out.length & ~1
  for (let i = 0; i < paired; i += 2) writeBlock(out, i, key0, key1, i >>> 1, counter1)
  if (paired < out.length) out[paired] = threefry2x32(key0, key1, paired >>> 1, counter1)[0]
}

/** An array that can be permuted in place: a plain array or a typed array. */
export interface Permutable<T> {
  readonly length: number
  [index: number]: T
}

/** Words made at a time: enough to amortise the loop, little enough that a short-lived stream costs nothing. */
const WORDS_PER_REFILL = 64

/**
 * A stream of random numbers on the host, for making data and shuffling it; tensors draw from `randomBits` instead.
 *
 * Streams with different `(seed, stream)` are independent, so that example `i` of a data set may have its own stream and
 * does not depend on how many others are made.
 *
 * Throws if `seed` or `stream` is not a whole number that a double holds exactly.
 *
 * ```ts
 * const random = new RandomStream(42)
 * random.shuffle([1, 2, 3])
 * ```
 */
export class RandomStream {
  readonly #key0: number
  readonly #key1: number
  readonly #words = new Uint32Array(WORDS_PER_REFILL)
  #used = WORDS_PER_REFILL
  #refills = 0
  #spareNormal: number | undefined

  constructor(seed: number, stream = 0) {
    for (const [name, value] of [
      ['seed', seed],
      ['stream', stream],
    ] as const) {
      if (!Number.isSafeInteger(value)) {
        fail(`RandomStream: ${name} is ${value}, which is not a whole number.`, 'Give a whole number below 2^53.')
      }
    }
    // Hashing seed and stream with one block each gives unrelated keys to neighbouring seeds and streams.
    const [a, b] = threefry2x32(seed >>> 0, Math.floor(seed / 2 ** 32), 0, 0)
    const [key0, key1] = threefry2x32(a, b, stream >>> 0, Math.floor(stream / 2 ** 32))
    this.#key0 = key0
    this.#key1 = key1
  }

  /** The next 32 random bits, a whole number in [0, 2³²). */
  bits(): number {
    if (this.#used === WORDS_PER_REFILL) {
      fillRandomBits(this.#words, this.#key0, this.#key1, this.#refills++)
      this.#used = 0
    }
    return this.#words[this.#used++]!
  }

  /** A number drawn uniformly from [low, high), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const upper = this.bits() >>> 5
    const lower = this.bits() >>> 6
    return low + (high - low) * ((upper * 2 ** 26 + lower) / 2 ** 53)
  }

  /** A number drawn from the normal distribution (Box and Muller, 1958). */
  normal(mean = 0, standardDeviation = 1): number {
    const spare = this.#spareNormal
    this.#spareNormal = undefined
    return mean + standardDeviation * (spare ?? this.#normalPair())
  }

  /** Returns one of two independent standard normal numbers and keeps the other. */
  #normalPair(): number {
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** A whole number drawn uniformly from 0 … count − 1, without the bias of a plain remainder. */
  integer(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > 2 ** 32) {
      fail(`RandomStream.integer: the count is ${count}.`, 'Give a whole number from 1 to 2^32.')
    }
    const accepted = 2 ** 32 - (2 ** 32 % count)
    let bits = this.bits()
    while (bits >= accepted) bits = this.bits()
    return bits % count
  }

  /** Permutes `array` in place, every order equally likely (Fisher and Yates; Durstenfeld, 1964), and returns it. */
  shuffle<A extends Permutable<unknown>>(array: A): A {
    for (let last = array.length - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const moved = array[last]
      array[last] = array[other]
      array[other] = moved
    }
    return array
  }
}
