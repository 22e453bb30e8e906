import type { DType } from '../../../core/dtype.js'
import type { OptionNames } from '../../../core/options.js'
import * as build from '../../../graph/build.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Parameter } from '../../../tensor/variable.js'

/** What layers that normalise have in common. */
export interface AffineOptions {
  /** Added to the variance, so that constants do not divide by 0; 1e-5. */
  readonly epsilon?: number
  /** Whether the normal values are multiplied by a trained weight and a trained bias is added. */
  readonly affine?: boolean
  /** Of weight and bias; float32. */
  readonly dtype?: DType
}

export const affineOptions: OptionNames<AffineOptions> = { epsilon: true, affine: true, dtype: true }

/** A parameter that starts with one value everywhere. */
export const filled = (value: number, shape: readonly number[], dtype: DType, name: string): Parameter =>
  new Parameter(new Tensor(build.fill(value, shape, dtype)), name)

/** What statistics are computed and kept in: 16-bit floats are too coarse. */
export const wideDType = (dtype: DType): DType => (dtype === 'float64' ? 'float64' : 'float32')
