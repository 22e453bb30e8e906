import type { DType } from '../../../core/dtype.js'
import { fail, failShape } from '../../../core/errors.js'
import type { OptionNames } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { Tensor } from '../../../tensor/tensor.js'
import { expectCount } from '../../counts.js'
import { glorotUniform, type Initializer, zeros } from '../../initializers.js'
import type { LinearOptions } from '../linear/linear.js'

export interface HeadsOptions {
  /** How many heads keys and values have, each shared by as many heads of queries (Ainslie et al., 2023); `heads`. */
  readonly keyValueHeads?: number
  /** The part of the weights that is set to 0 while training; 0. */
  readonly dropout?: number
  /** Whether something is added to the products; true. */
  readonly bias?: boolean
  /** The first weights; Glorot's uniform ones. */
  readonly initializer?: Initializer
  /** The first biases; zeros. */
  readonly biasInitializer?: Initializer
  /** float32 */
  readonly dtype?: DType
}

export const headsOptions: OptionNames<HeadsOptions> = {
  ...{ keyValueHeads: true, dropout: true, bias: true, initializer: true, biasInitializer: true, dtype: true },
}

export interface AttentionMasks {
  /** Which queries may see which keys, bool that broadcasts to [batch, heads, queries, keys]; all. */
  readonly mask?: Tensor
  /** Which keys are there, bool [batch, keys], such as those that are no padding; all. */
  readonly keyMask?: Tensor
}

/** What the projections have in common. */
export function projections(options: HeadsOptions): LinearOptions {
  const { bias = true, initializer = glorotUniform(), biasInitializer = zeros(), dtype = 'float32' } = options
  return { bias, initializer, biasInitializer, dtype }
}

/** How many values a head has, if everything divides. */
export function sizeOfHead(name: string, width: number, heads: number, keyValueHeads: number): number {
  expectCount(name, 'values of an element', width)
  expectCount(name, 'heads', heads)
  expectCount(name, 'heads of keys and values', keyValueHeads)
  if (width % heads !== 0) {
    fail(
      `${name}: a width of ${width} does not divide into ${heads} heads`,
      'Choose a multiple of the number of heads.',
    )
  }
  if (heads % keyValueHeads !== 0) {
    fail(
      `${name}: ${heads} heads of queries do not share ${keyValueHeads} heads of keys and values evenly`,
      'keyValueHeads divides the number of heads.',
    )
  }
  return width / heads
}

/** [batch, time, heads · size] → [batch, heads, time, size] */
export function intoHeads(x: Node, heads: number): Node {
  const [batch, time, width] = x.shape
  return ops.permute(ops.reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3])
}

/** [batch, heads, time, size] → [batch, time, heads · size] */
export function outOfHeads(x: Node): Node {
  const [batch, heads, time, size] = x.shape
  return ops.reshape(ops.permute(x, [0, 2, 1, 3]), [batch, time, heads * size])
}

/** Keys or values repeated for the heads of queries that share them. */
export function shared(x: Node, heads: number): Node {
  const [batch, own, time, size] = x.shape
  if (own === heads) return x
  const repeated = ops.expand(ops.unsqueeze(x, 2), [batch, own, heads / own, time, size])
  return ops.reshape(repeated, [batch, heads, time, size])
}

export function expectSequence(name: string, label: string, x: Node, width: number, what = 'time'): void {
  if (x.rank === 3 && x.shape[2] === width) return
  failShape(
    name,
    `${label} takes [batch, ${what}, ${width}], it is given ${formatShape(x.shape)}`,
    'Sequences have three axes; add a missing batch with unsqueeze(0).',
  )
}
