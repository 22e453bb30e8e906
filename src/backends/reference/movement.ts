import { encode, roundTo } from '../../core/dtype.js'
import { sizeOf, stridesOf } from '../../core/shape.js'
import { fillRandomBits } from '../../core/threefry.js'
import type { Primitive } from '../../graph/primitives.js'
import type { Evaluation } from './elements.js'
import { copyStrided } from './strides.js'

/** Sources, and what only moves elements. */
export const movementEvaluations = {
  constant: (_, [out], { dtype, value }) => {
    out.data[0] = roundTo(dtype, value)
  },
  iota: (_, [{ data, shape }], { axis }) => {
    const inner = sizeOf(shape.slice(axis + 1))
    const n = shape[axis]
    for (let i = 0; i < data.length; i++) data[i] = Math.floor(i / inner) % n
  },
  randomBits: ([key], [out]) => {
    const { buffer, byteOffset, length } = out.data
    fillRandomBits(new Uint32Array(buffer, byteOffset, length), key.data[0], key.data[1])
  },
  reshape: ([x], [out]) => out.data.set(x.data),
  permute: ([x], [out], { axes }) => {
    const strides = stridesOf(x.shape)
    const moved = axes.map((axis) => strides[axis])
    copyStrided(out.shape, x.data, 0, moved, out.data, 0, stridesOf(out.shape))
  },
  expand: ([x], [out]) => {
    const strides = stridesOf(x.shape).map((stride, axis) => (x.shape[axis] === 1 ? 0 : stride))
    copyStrided(out.shape, x.data, 0, strides, out.data, 0, stridesOf(out.shape))
  },
  slice: ([x], [out], { starts, steps }) => {
    const strides = stridesOf(x.shape)
    const offset = starts.reduce((sum, start, axis) => sum + start * strides[axis], 0)
    const stepped = strides.map((stride, axis) => stride * steps[axis])
    copyStrided(out.shape, x.data, offset, stepped, out.data, 0, stridesOf(out.shape))
  },
  pad: ([x], [out], { low, interior, value }) => {
    const strides = stridesOf(out.shape)
    const offset = low.reduce((sum, n, axis) => sum + n * strides[axis], 0)
    const spread = strides.map((stride, axis) => stride * (interior[axis] + 1))
    out.data.fill(encode(out.dtype, value))
    copyStrided(x.shape, x.data, 0, stridesOf(x.shape), out.data, offset, spread)
  },
  concat: (inputs, [out], { axis }) => {
    const strides = stridesOf(out.shape)
    let offset = 0
    for (const x of inputs) {
      copyStrided(x.shape, x.data, 0, stridesOf(x.shape), out.data, offset, strides)
      offset += x.shape[axis] * strides[axis]
    }
  },
} as const satisfies { readonly [P in Primitive]?: Evaluation<P> }
