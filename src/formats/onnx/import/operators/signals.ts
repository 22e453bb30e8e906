import { range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import type { Row } from '../call.js'

/** Real numbers as complex ones. */
const complex = (x: Node): Node =>
  x.shape[x.rank - 1] === 2
    ? x
    : build.pad(
        x,
        x.shape.map(() => 0),
        x.shape.map((_, i) => (i === x.rank - 1 ? 1 : 0)),
      )

/** The first n elements along an axis, with zeros where there are fewer. */
function ofLength(x: Node, axis: number, n: number): Node {
  const size = x.shape[axis]
  const none = x.shape.map(() => 0)
  if (n <= size)
    return build.slice(
      x,
      none,
      x.shape.map((m, i) => (i === axis ? n : m)),
    )
  return build.pad(
    x,
    none,
    none.map((_, i) => (i === axis ? n - size : 0)),
  )
}

const fourier: Row = (call) => {
  const { attributes, inputs, opset } = call
  const isInverse = attributes.int('inverse', 0) !== 0
  const axisInput = opset >= 20 && inputs[2] !== undefined ? call.numbers(2)[0] : undefined
  const axis = call.axis(axisInput ?? attributes.int('axis', opset >= 20 ? -2 : 1))
  const x = complex(call.x)
  const ready = inputs[1] === undefined ? x : ofLength(x, axis, call.numbers(1)[0])
  const spectrum = isInverse ? ops.ifft(ready, axis) : ops.fft(ready, axis)
  if (attributes.int('onesided', 0) === 0) return spectrum
  return ofLength(spectrum, axis, Math.floor(ready.shape[axis] / 2) + 1)
}

/** Spectra of pieces [batch, pieces, frequencies, 2] of a signal [batch, length, 1 or 2]. */
const shortTime: Row = (call) => {
  const { x, inputs, attributes } = call
  const window = inputs[2]
  const step = call.numbers(1)[0]
  const length =
    inputs[3] === undefined ? (window?.shape[0] ?? call.refuse('its frame length is missing')) : call.numbers(3)[0]
  const count = Math.floor((x.shape[1] - length) / step) + 1
  const [batch, , parts] = x.shape
  const pieces = ops.stack(
    range(count).map((i) => build.slice(x, [0, i * step, 0], [batch, length, parts])),
    1,
  )
  const seen = window === undefined ? pieces : ops.mul(pieces, build.reshape(window, [length, 1]))
  const spectra = ops.fft(complex(seen), 2)
  return attributes.int('onesided', 1) === 0 ? spectra : ofLength(spectra, 2, Math.floor(length / 2) + 1)
}

export const signalOperators = { DFT: fourier, STFT: shortTime } as const satisfies { readonly [operator: string]: Row }
