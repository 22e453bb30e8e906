import { expectNumber } from '../../core/arguments.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { broadcastShapes, formatShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { vecDot } from '../contraction/matmul.js'
import { abs, maximum, mul, sub } from '../elementwise/arithmetic.js'
import { roll } from '../movement/slicing.js'
import { aligned, floating, inFloat32, numeric, type Operand, promoted, stretch } from '../operand.js'
import { type Axes, max, norm, sum } from '../reductions.js'

export interface UnitOptions {
  /** The p of the norm; 2. */
  readonly order?: number
  /** The smallest length divided by, so that zeros stay zeros; 1e-12. */
  readonly epsilon?: number
}

/** Vectors along an axis (the last) brought to length 1: x / max(‖x‖, ε). Integers become float32. */
export const unitLength = inFloat32((x: Operand, axis: Axes = -1, options: UnitOptions = {}): Node => {
  checkOptions('normalize', options, { order: true, epsilon: true })
  const { order = 2, epsilon = 1e-12 } = options
  const node = floating(x)
  const length = maximum(norm(node, axis, { order, keepDims: true }), epsilon)
  return build.div(node, stretch(length, node.shape))
})

export interface SimilarityOptions {
  /** The smallest length divided by; 1e-8. */
  readonly epsilon?: number
}

/** The cosine of the angle between vectors along `axis` (the last) of a and b, which broadcast: a · b / (max(‖a‖, ε) max(‖b‖, ε)). */
export const cosineSimilarity = inFloat32(
  (a: Operand, b: Operand, axis: number = -1, options: SimilarityOptions = {}): Node => {
    checkOptions('cosineSimilarity', options, { epsilon: true })
    const { epsilon = 1e-8 } = options
    const [x, y] = aligned([a, b], 'cosineSimilarity').map(floating)
    return vecDot(unitLength(x, axis, { epsilon }), unitLength(y, axis, { epsilon }), axis)
  },
)

export interface DistanceOptions {
  /** How distance is measured; 'euclidean'. A number p is (Σ |aᵢ − bᵢ|ᵖ)^(1/p). */
  readonly metric?: 'euclidean' | 'squaredEuclidean' | 'manhattan' | 'chebyshev' | 'cosine' | number
}

/**
 * The distance of each row of a from each row of b: […, m, features] and […, n, features] → […, m, n]; leading axes broadcast.
 * The differences themselves are added up, so that near points keep their distance. 'cosine' is 1 − cosine similarity.
 * @throws ShapeError if there are not as many features in both.
 */
export const pairwiseDistances = inFloat32((a: Operand, b: Operand, options: DistanceOptions = {}): Node => {
  checkOptions('pairwiseDistances', options, { metric: true })
  const { metric = 'euclidean' } = options
  const [x, y] = promoted([a, b], 'pairwiseDistances').map(floating)
  if (x.rank < 2 || y.rank < 2 || x.shape[x.rank - 1] !== y.shape[y.rank - 1]) {
    failShape(
      'pairwiseDistances',
      `rows of ${formatShape(x.shape)} and of ${formatShape(y.shape)}`,
      'Give two matrices whose last axes, the features, are as long.',
    )
  }
  if (metric === 'cosine') {
    const turned = build.permute(y, [...y.shape.keys()].slice(0, -2).concat(y.rank - 1, y.rank - 2))
    const lengths = norm(turned, -2, { keepDims: true })
    const units = build.div(turned, stretch(maximum(lengths, 1e-8), turned.shape))
    return sub(1, similarities(unitLength(x, -1, { epsilon: 1e-8 }), units))
  }
  const left = build.reshape(x, [...x.shape.slice(0, -1), 1, x.shape[x.rank - 1]])
  const right = build.reshape(y, [...y.shape.slice(0, -2), 1, ...y.shape.slice(-2)])
  const distance = sub(left, right)
  if (metric === 'squaredEuclidean') return sum(mul(distance, distance), -1)
  if (metric === 'manhattan') return sum(abs(distance), -1)
  if (metric === 'chebyshev')
    return distance.shape[distance.rank - 1] === 0 ? sum(distance, -1) : max(abs(distance), -1)
  const names = "'euclidean', 'squaredEuclidean', 'manhattan', 'chebyshev', 'cosine'"
  if (metric !== 'euclidean' && typeof metric !== 'number') {
    fail(`pairwiseDistances: there is no metric ${JSON.stringify(metric)}`, `Metrics are ${names}, or a number p.`)
  }
  const order = metric === 'euclidean' ? 2 : expectNumber('pairwiseDistances', 'the metric', metric)
  if (!(order > 0 && order < Infinity))
    fail(`pairwiseDistances: p is ${order}`, "Use a positive number, or 'chebyshev'.")
  return norm(distance, -1, { order })
})

function similarities(x: Node, y: Node): Node {
  const batch = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2), 'pairwiseDistances')
  return build.dot(stretch(x, [...batch, ...x.shape.slice(-2)]), stretch(y, [...batch, ...y.shape.slice(-2)]))
}

/**
 * The Kronecker product: each element of a times all of b, block by block. Size k of the result is that of a times that of b;
 * missing leading axes count as 1. [m, n], [p, q] → [m p, n q].
 */
export function kron(a: Operand, b: Operand): Node {
  const [x, y] = promoted([a, b], 'kron').map(numeric)
  const rank = Math.max(x.rank, y.rank)
  const padded = (node: Node): readonly number[] => [...new Array<number>(rank - node.rank).fill(1), ...node.shape]
  const [m, n] = [padded(x), padded(y)]
  const blocks = m.flatMap((size, i) => [size, n[i]])
  const left = build.expand(
    build.reshape(
      x,
      m.flatMap((size) => [size, 1]),
    ),
    blocks,
  )
  const right = build.expand(
    build.reshape(
      y,
      n.flatMap((size) => [1, size]),
    ),
    blocks,
  )
  return build.reshape(
    build.mul(left, right),
    m.map((size, i) => size * n[i]),
  )
}

/**
 * The vector product of the vectors of 3 along the last axis of a and b, which broadcast: perpendicular to both.
 * @throws ShapeError if the last axes do not have size 3.
 */
export const cross = inFloat32((a: Operand, b: Operand): Node => {
  const [x, y] = promoted([a, b], 'cross').map(numeric)
  if (x.shape[x.rank - 1] !== 3 || y.shape[y.rank - 1] !== 3) {
    failShape(
      'cross',
      `vectors of ${formatShape(x.shape)} and ${formatShape(y.shape)}`,
      'The last axes must have size 3.',
    )
  }
  const next = (node: Node, by: number): Node => roll(node, -by, -1)
  return sub(mul(next(x, 1), next(y, 2)), mul(next(x, 2), next(y, 1)))
})
