import { type DType, expectDType } from '../../core/dtype.js'
import { build, type Node } from '../../graph/index.js'
import { lift, type Operand } from '../operand.js'

/**
 * The values as another dtype. For integers the fraction is cut off, and what does not fit wraps modulo 2ⁿ as their arithmetic
 * does; NaN and infinities become 0. As bool all but 0 and −0 is true, NaN too.
 */
export const cast = (x: Operand, dtype: DType): Node => build.cast(lift(x), expectDType('cast', dtype))
/** The same bytes read as another dtype of the same width. */
export const bitcast = (x: Operand, dtype: DType): Node => build.bitcast(lift(x), expectDType('bitcast', dtype))
/** The values, through which no gradient flows. */
export const stopGradient = (x: Operand): Node => build.stopGradient(lift(x))
