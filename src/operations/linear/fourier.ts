import { failShape } from '../../core/errors.js'
import { formatShape, normalizeAxis } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { moveAxis, unsqueeze } from '../movement/shape.js'
import { flip, part } from '../movement/slicing.js'
import { floating, inFloat32, like, type Operand } from '../operand.js'

// Complex numbers are pairs (real, imaginary) in an extra last axis; `axis` counts without it, so −1 is the one before
// the pairs. Forward transforms are plain sums, inverse ones divide by n.

/** Runs `transform` with the axis in question right before the pairs. */
function alongComplexAxis(operation: string, x: Operand, axis: number, transform: (x: Node) => Node): Node {
  const node = floating(x)
  if (node.rank < 2 || node.shape[node.rank - 1] !== 2) {
    failShape(
      operation,
      `${formatShape(node.shape)} does not hold complex numbers`,
      'The last axis is the pair (real, imaginary); use rfft for real numbers.',
    )
  }
  const along = normalizeAxis(axis, node.rank - 1, operation)
  return moveAxis(transform(moveAxis(node, along, -2)), -2, along)
}

function inverseTransform(x: Node): Node {
  const n = x.shape[x.rank - 2]
  const sums = build.fft(x, true)
  return n === 0 ? sums : build.div(sums, like(sums, n))
}

/** The discrete Fourier transform Σₜ xₜ exp(−2πi k t / n) of complex numbers: […, n, 2] → […, n, 2]. */
export const fft = (x: Operand, axis: number = -1): Node => alongComplexAxis('fft', x, axis, (node) => build.fft(node))

/** The inverse of {@link fft}: 1/n Σₖ xₖ exp(2πi k t / n). */
export const ifft = inFloat32(
  (x: Operand, axis: number = -1): Node => alongComplexAxis('ifft', x, axis, inverseTransform),
)

/** {@link fft} along two axes, by default the last two. */
export const fft2 = inFloat32(
  (x: Operand, axes: readonly [number, number] = [-2, -1]): Node => fft(fft(x, axes[0]), axes[1]),
)

/** {@link ifft} along two axes, by default the last two. */
export const ifft2 = inFloat32(
  (x: Operand, axes: readonly [number, number] = [-2, -1]): Node => ifft(ifft(x, axes[0]), axes[1]),
)

/** The first ⌊n/2⌋ + 1 terms of the Fourier transform of real numbers, which determine the others: […, n] → […, ⌊n/2⌋ + 1, 2]. */
export function rfft(x: Operand, axis = -1): Node {
  const node = floating(x)
  const along = normalizeAxis(axis, node.rank, 'rfft')
  const n = node.shape[along]
  if (n === 0) failShape('rfft', `${formatShape(node.shape)} has no elements along axis ${along}`, 'Give one or more.')
  const last = unsqueeze(moveAxis(node, along, -1), -1)
  const zeros = last.shape.map(() => 0)
  const pairs = build.pad(last, zeros, [...zeros.slice(1), 1])
  const half = part(build.fft(pairs), pairs.rank - 2, 0, Math.floor(n / 2) + 1)
  return moveAxis(half, -2, along)
}

/**
 * The inverse of {@link rfft}: […, m, 2] → n real numbers, n = 2 (m − 1) unless given (an odd n cannot be told from the
 * shape). Missing terms count as 0, as do the imaginary parts of the first term and, for even n, the middle one.
 */
export const irfft = inFloat32((x: Operand, n?: number, axis: number = -1): Node => {
  const pairs = alongComplexAxis('irfft', x, axis, (node) => {
    const r = node.rank - 2
    const size = n === undefined ? 2 * (node.shape[r] - 1) : n
    if (!Number.isInteger(size) || size < 1) {
      failShape('irfft', `${formatShape(node.shape)} gives ${size} numbers`, 'Give n, a whole number, 1 or more.')
    }
    const wanted = Math.floor(size / 2) + 1
    const terms = fitTo(node, r, wanted)
    const mirrored = part(terms, r, 1, Math.ceil(size / 2) - 1)
    const conjugate = build.concat([part(mirrored, r + 1, 0, 1), build.neg(part(mirrored, r + 1, 1, 1))], r + 1)
    return inverseTransform(build.concat([terms, flip(conjugate, r)], r))
  })
  return build.reshape(part(pairs, pairs.rank - 1, 0, 1), pairs.shape.slice(0, -1))
})

/** An axis cut or filled up with zeros to `size`. */
function fitTo(x: Node, axis: number, size: number): Node {
  const n = x.shape[axis]
  if (n >= size) return part(x, axis, 0, size)
  const none = x.shape.map(() => 0)
  return build.pad(
    x,
    none,
    none.map((_, i) => (i === axis ? size - n : 0)),
  )
}
