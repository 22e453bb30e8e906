import { decodeFloat16 } from '../../core/float16.js'

/** How a type of quantised elements lies in a file: blocks of so many elements in so many bytes. */
export interface BlockType {
  readonly elements: number
  readonly bytes: number
  /** Writes the elements of a block. Undefined: it is known how long blocks are, not what they mean. */
  readonly decode?: (block: Block, out: Float32Array, at: number) => void
}

/** One block of bytes. */
class Block {
  readonly #view: DataView
  /** Where it begins. */
  at = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  byte(i: number): number {
    return this.#view.getUint8(this.at + i)
  }

  signed(i: number): number {
    return this.#view.getInt8(this.at + i)
  }

  half(i: number): number {
    return decodeFloat16(this.#view.getUint16(this.at + i, true))
  }

  single(i: number): number {
    return this.#view.getFloat32(this.at + i, true)
  }

  /** The low and high four bits of a byte. */
  low(i: number): number {
    return this.byte(i) & 15
  }

  high(i: number): number {
    return this.byte(i) >> 4
  }

  bit(i: number, bit: number): number {
    return (this.byte(i) >> bit) & 1
  }

  /** Two bits of a byte. */
  pair(i: number, shift: number): number {
    return (this.byte(i) >> shift) & 3
  }
}

const { fround } = Math

/** Element j of 32: those of the low four bits of 16 bytes, then those of the high ones. */
const nibble = (block: Block, from: number, j: number): number =>
  j < 16 ? block.low(from + j) : block.high(from + j - 16)

/** As {@link nibble}, with a fifth bit in the four bytes before. */
const quintet = (block: Block, from: number, j: number): number =>
  nibble(block, from, j) + 16 * block.bit(from - 4 + (j >> 3), j & 7)

function fill(out: Float32Array, at: number, count: number, value: (j: number) => number): void {
  for (let j = 0; j < count; j++) out[at + j] = value(j)
}

/** The six bits of scale and minimum of each of 8 sub-blocks, in 12 bytes. */
function scaleAndMinimum(block: Block, from: number, j: number): readonly [number, number] {
  const byte = (i: number): number => block.byte(from + i)
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63]
  return [(byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)]
}

/** 256 elements in 8 sub-blocks: the low four bits of 32 bytes make one, the high ones the next. */
function eighths(
  block: Block,
  out: Float32Array,
  at: number,
  quants: number,
  extra: (l: number, j: number) => number,
): void {
  const [d, least] = [block.half(0), block.half(2)]
  for (let j = 0; j < 8; j++) {
    const [scale, minimum] = scaleAndMinimum(block, 4, j)
    const [step, base] = [fround(d * scale), fround(least * minimum)]
    for (let l = 0; l < 32; l++) {
      const byte = quants + 32 * (j >> 1) + l
      const quant = (j % 2 === 0 ? block.low(byte) : block.high(byte)) + extra(l, j)
      out[at + 32 * j + l] = fround(step * quant) - base
    }
  }
}

/** 256 elements in 16 sub-blocks: value(sub-block, which of a run of 32, which of 4 runs, which half). */
function sixteenths(
  out: Float32Array,
  at: number,
  value: (sub: number, l: number, j: number, half: number) => number,
): void {
  fill(out, at, 256, (i) => value(i >> 4, i & 31, (i >> 5) & 3, i >> 7))
}

const raw = (elements: number, bytes: number): BlockType => ({ elements, bytes })

/**
 * The quantised types. Source: G. Gerganov and contributors, "GGML: tensor types and their blocks" (ggml-common.h and ggml-quants.c), 2024.
 */
export const blockTypes = {
  Q4_0: {
    elements: 32,
    bytes: 18,
    decode(block, out, at) {
      const d = block.half(0)
      fill(out, at, 32, (j) => (nibble(block, 2, j) - 8) * d)
    },
  },
  Q4_1: {
    elements: 32,
    bytes: 20,
    decode(block, out, at) {
      const [d, least] = [block.half(0), block.half(2)]
      fill(out, at, 32, (j) => fround(nibble(block, 4, j) * d) + least)
    },
  },
  Q5_0: {
    elements: 32,
    bytes: 22,
    decode(block, out, at) {
      const d = block.half(0)
      fill(out, at, 32, (j) => (quintet(block, 6, j) - 16) * d)
    },
  },
  Q5_1: {
    elements: 32,
    bytes: 24,
    decode(block, out, at) {
      const [d, least] = [block.half(0), block.half(2)]
      fill(out, at, 32, (j) => fround(quintet(block, 8, j) * d) + least)
    },
  },
  Q8_0: {
    elements: 32,
    bytes: 34,
    decode(block, out, at) {
      const d = block.half(0)
      fill(out, at, 32, (j) => block.signed(2 + j) * d)
    },
  },
  Q8_1: {
    elements: 32,
    bytes: 36,
    decode(block, out, at) {
      const d = block.half(0)
      fill(out, at, 32, (j) => block.signed(4 + j) * d)
    },
  },
  Q2_K: {
    elements: 256,
    bytes: 84,
    decode(block, out, at) {
      const [d, least] = [block.half(80), block.half(82)]
      sixteenths(out, at, (sub, l, j, half) => {
        const quant = block.pair(16 + 32 * half + l, 2 * j)
        return fround(fround(d * block.low(sub)) * quant) - fround(least * block.high(sub))
      })
    },
  },
  Q3_K: {
    elements: 256,
    bytes: 110,
    decode(block, out, at) {
      const d = block.half(108)
      const scale = (sub: number): number => {
        const low = sub < 8 ? block.low(96 + sub) : block.high(88 + sub)
        return (low | (block.pair(104 + (sub & 3), 2 * (sub >> 2)) << 4)) - 32
      }
      sixteenths(out, at, (sub, l, j, half) => {
        const quant = block.pair(32 + 32 * half + l, 2 * j) + 4 * block.bit(l, 4 * half + j) - 4
        return fround(d * scale(sub)) * quant
      })
    },
  },
  Q4_K: {
    elements: 256,
    bytes: 144,
    decode: (block, out, at) => eighths(block, out, at, 16, () => 0),
  },
  Q5_K: {
    elements: 256,
    bytes: 176,
    decode: (block, out, at) => eighths(block, out, at, 48, (l, j) => 16 * block.bit(16 + l, j)),
  },
  Q6_K: {
    elements: 256,
    bytes: 210,
    decode(block, out, at) {
      const d = block.half(208)
      sixteenths(out, at, (sub, l, j, half) => {
        const byte = 64 * half + 32 * (j & 1) + l
        const low = j < 2 ? block.low(byte) : block.high(byte)
        const quant = (low | (block.pair(128 + 32 * half + l, 2 * j) << 4)) - 32
        return fround(d * block.signed(192 + sub)) * quant
      })
    },
  },
  Q8_K: {
    elements: 256,
    bytes: 292,
    decode(block, out, at) {
      const d = block.single(0)
      fill(out, at, 256, (j) => block.signed(4 + j) * d)
    },
  },
  IQ2_XXS: raw(256, 66),
  IQ2_XS: raw(256, 74),
  IQ3_XXS: raw(256, 98),
  IQ1_S: raw(256, 50),
  IQ4_NL: raw(32, 18),
  IQ3_S: raw(256, 110),
  IQ2_S: raw(256, 82),
  IQ4_XS: raw(256, 136),
  IQ1_M: raw(256, 56),
  TQ1_0: raw(256, 54),
  TQ2_0: raw(256, 66),
  MXFP4: raw(32, 17),
} as const satisfies Readonly<Record<string, BlockType>>

/** The elements of blocks. Undefined if it is not known what blocks of this type mean. */
export function dequantised(type: keyof typeof blockTypes, bytes: Uint8Array): Float32Array | undefined {
  const { elements, bytes: width, decode }: BlockType = blockTypes[type]
  if (decode === undefined) return undefined
  const count = bytes.length / width
  const out = new Float32Array(count * elements)
  const block = new Block(bytes)
  for (let i = 0; i < count; i++) {
    block.at = i * width
    decode(block, out, i * elements)
  }
  return out
}
