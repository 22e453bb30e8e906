import { checkOptions, type OptionNames } from '../core/options.js'
import { normalizeAxis } from '../core/shape.js'
import { build, type Node } from '../graph/index.js'
import { inFloat32, lift, numeric, type Operand } from './operand.js'

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
  const part = (node: Node, start: number, size: number): Node =>
    build.slice(
      node,
      node.shape.map((_, i) => (i === along ? start : 0)),
      node.shape.map((length, i) => (i === along ? size : length)),
    )
  let result = x
  for (let distance = 1; distance < n; distance *= 2) {
    const rest = n - distance
    const low = part(result, 0, rest)
    const high = part(result, distance, rest)
    result = reverse
      ? build.concat([combine(low, high), part(result, rest, distance)], along)
      : build.concat([part(result, 0, distance), combine(low, high)], along)
  }
  return result
}
