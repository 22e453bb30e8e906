import { expectList } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import { needOptions } from '../../../core/options.js'
import { relu } from '../activation/activations.js'
import { conv2d } from '../convolution/plain.js'
import { maxPool2d } from '../pooling/max.js'
import { branch } from './residual.js'
import { sequential } from './sequential.js'

export interface InceptionOptions<A extends number, B extends number, C extends number, D extends number> {
  /** Outputs of the kernels of 1 × 1. */
  readonly one: A
  /** Inputs and outputs of the kernels of 3 × 3. */
  readonly three: readonly [number, B]
  /** Inputs and outputs of the kernels of 5 × 5. */
  readonly five: readonly [number, C]
  /** Outputs of the way with a pool. */
  readonly pool: D
  /** float32 */
  readonly dtype?: DType
}

/**
 * Kernels of three sizes and a pool, side by side, each of the larger ones behind one of 1 × 1 that makes channels fewer: from
 * [batch, height, width, channels] to [batch, height, width, one + three + five + pool].
 * (Szegedy et al., "Going deeper with convolutions", 2014, figure 2b.)
 *
 * @throws if a number of channels is not a whole one of at least 1
 * @example
 * const block = inception(16, { one: 8, three: [4, 8], five: [2, 4], pool: 4 })
 * block.forward(zeros([1, 7, 7, 16])) // [1, 7, 7, 16] → [1, 7, 7, 24]
 */
export function inception<
  Channels extends number,
  A extends number,
  B extends number,
  C extends number,
  D extends number,
>(channels: Channels, options: InceptionOptions<A, B, C, D>) {
  needOptions('inception', options, { one: true, three: true, five: true, pool: true, dtype: true })
  const { one, three, five, pool, dtype = 'float32' } = options
  for (const [name, pair] of Object.entries({ three, five })) expectList('inception', `the channels of '${name}'`, pair)
  const same = { padding: 'same', dtype } as const
  return branch(
    sequential(conv2d(channels, one, 1, { dtype }), relu()),
    sequential(conv2d(channels, three[0], 1, { dtype }), relu(), conv2d(three[0], three[1], 3, same), relu()),
    sequential(conv2d(channels, five[0], 1, { dtype }), relu(), conv2d(five[0], five[1], 5, same), relu()),
    sequential(maxPool2d(3, { stride: 1, padding: 'same' }), conv2d(channels, pool, 1, { dtype }), relu()),
  )
}
