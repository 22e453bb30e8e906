import type { DType } from '../../core/dtype.js'
import { build, type Node } from '../../graph/index.js'
import { lift, type Operand } from '../operand.js'

/** The values as another dtype: fractions are cut off for integers, non-zero is true for bool. */
export const cast = (x: Operand, dtype: DType): Node => build.cast(lift(x), dtype)
/** The same bytes read as another dtype of the same width. */
export const bitcast = (x: Operand, dtype: DType): Node => build.bitcast(lift(x), dtype)
/** The values, through which no gradient flows. */
export const stopGradient = (x: Operand): Node => build.stopGradient(lift(x))
