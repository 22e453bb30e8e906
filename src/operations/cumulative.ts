import { expectInteger } from '../core/arguments.js'
import { fail, failShape } from '../core/errors.js'
import { checkOptions, type OptionNames } from '../core/options.js'
import { formatShape, normalizeAxis } from '../core/shape.js'
import { build, type Node } from '../graph/index.js'
import { mul } from './elementwise/arithmetic.js'
import { logAddExp } from './elementwise/exponential.js'
import { part } from './movement/slicing.js'
import { floating, inFloat32, lift, numeric, type Operand } from './operand.js'

export interface CumulativeOptions {
  /** Whether to run from the last element to the first; false. */
  readonly reverse?: boolean
}

const names: OptionNames<CumulativeOptions> = { reverse: true }

/** Running sums along `axis`. Booleans and uint8 give int32. */
export function cumSum(x: Operand, axis: number, options: CumulativeOptions = {}): Node {
  checkOptions('cumSum', options, names)
  const { reverse = false } = options
  return build.cumSum(wide(x), normalizeAxis(axis, lift(x).rank, 'cumSum'), reverse)
}

/** Running products along `axis`. Booleans and uint8 give int32. */
export const cumProd = inFloat32(
  (x: Operand, axis: number, options?: CumulativeOptions): Node =>
    running('cumProd', wide(x), axis, build.mul, options),
)

/** Running maxima along `axis`. */
export const cumMax = (x: Operand, axis: number, options?: CumulativeOptions): Node =>
  running('cumMax', lift(x), axis, build.max, options)

/** Running minima along `axis`. */
export const cumMin = (x: Operand, axis: number, options?: CumulativeOptions): Node =>
  running('cumMin', lift(x), axis, build.min, options)

function wide(x: Operand): Node {
  const node = numeric(x)
  return node.dtype === 'uint8' ? build.cast(node, 'int32') : node
}

/** After k rounds each element combines the 2ᵏ elements up to it: log₂ n rounds instead of n steps. */
function running(
  operation: string,
  x: Node,
  axis: number,
  combine: (a: Node, b: Node) => Node,
  options: CumulativeOptions = {},
): Node {
  checkOptions(operation, options, names)
  const { reverse = false } = options
  const along = normalizeAxis(axis, x.rank, operation)
  const n = x.shape[along]
  const piece = (node: Node, start: number, size: number): Node => part(node, along, start, size)
  let result = x
  for (let distance = 1; distance < n; distance *= 2) {
    const rest = n - distance
    const low = piece(result, 0, rest)
    const high = piece(result, distance, rest)
    result = reverse
      ? build.concat([combine(low, high), piece(result, rest, distance)], along)
      : build.concat([piece(result, 0, distance), combine(low, high)], along)
  }
  return result
}

/** log Σ exp of the elements up to each one along `axis`, without overflow. Integers become float32. */
export const logCumSumExp = inFloat32(
  (x: Operand, axis: number, options?: CumulativeOptions): Node =>
    running('logCumSumExp', floating(x), axis, logAddExp, options),
)

/**
 * The differences of neighbours along `axis` (the last), `order` (1) times: n elements become n − order. Booleans become int32.
 * @throws Error if the order is not a whole number, 0 or more.
 */
export function diff(x: Operand, axis = -1, order = 1): Node {
  const node = numeric(x)
  const along = normalizeAxis(axis, node.rank, 'diff')
  if (expectInteger('diff', 'the order', order) < 0) fail(`diff: the order is ${order}`, 'Use 0 or more.')
  let result = node
  for (let i = 0; i < order && result.shape[along] > 0; i++) {
    const rest = result.shape[along] - 1
    result = build.sub(part(result, along, 1, rest), part(result, along, 0, rest))
  }
  return result
}

/**
 * The area under the curve through the elements along `axis` (the last) by the trapezoidal rule: Σ (yᵢ + yᵢ₊₁) / 2 · Δᵢ. `points` is
 * the distance Δ of all neighbours (1), or a vector of the places of the elements. Integers become float32.
 * @throws ShapeError if there is not one place for each element.
 */
export const trapezoid = inFloat32((y: Operand, axis: number = -1, points: Operand = 1): Node => {
  const node = floating(y)
  const along = normalizeAxis(axis, node.rank, 'trapezoid')
  const n = node.shape[along]
  const places = lift(points, node)
  if (places.rank > 0 && (places.rank > 1 || places.shape[0] !== n)) {
    failShape(
      'trapezoid',
      `${formatShape(places.shape)} places for axis ${along} of ${formatShape(node.shape)}`,
      `Give a number, or a vector of ${n}.`,
    )
  }
  if (n < 2) return build.reduceSum(part(node, along, 0, 0), [along])
  const [low, high] = [part(node, along, 0, n - 1), part(node, along, 1, n - 1)]
  const middle = mul(build.add(low, high), 0.5)
  const width =
    places.rank === 0 ? places : build.reshape(diff(places), [n - 1, ...node.shape.slice(along + 1).map(() => 1)])
  const areas = mul(middle, width)
  return build.reduceSum(areas, [along])
})
