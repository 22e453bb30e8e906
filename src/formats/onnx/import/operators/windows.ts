import type { Padding } from '../../../../graph/primitives.js'
import type { Call } from '../call.js'

/** The windows of a convolution or pooling, one number or pair for each spatial axis. */
export interface Windows {
  readonly window: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly padding: readonly Padding[]
  /** What a last window that is not complete needs beyond the padding. */
  readonly extra: readonly number[]
}

const reachOf = (window: number, dilation: number): number => (window - 1) * dilation + 1

/** The attributes of windows for spatial axes of these sizes. */
export function windowsOf(call: Call, sizes: readonly number[], window: readonly number[]): Windows {
  const { attributes } = call
  const ones = sizes.map(() => 1)
  const strides = attributes.ints('strides') ?? ones
  const dilations = attributes.ints('dilations') ?? ones
  const reaches = window.map((n, i) => reachOf(n, dilations[i]))
  if ([window, strides, dilations].some((list) => list.length !== sizes.length)) {
    call.refuse(`windows ${window.join(' × ')} do not fit ${call.describe()}`)
  }
  const padding = paddingOf(call, sizes, reaches, strides)
  const isCeil = attributes.int('ceil_mode', 0) !== 0
  const extra = sizes.map((n, i) => {
    const [low, high] = padding[i]
    const rest = low + n + high - reaches[i]
    // A window that would start in the padding behind is none.
    const places = Math.ceil(rest / strides[i])
    return isCeil && rest > 0 && places * strides[i] < low + n ? places * strides[i] - rest : 0
  })
  return { window, strides, dilations, padding, extra: extra.map((n) => Math.max(0, n)) }
}

function paddingOf(
  call: Call,
  sizes: readonly number[],
  reaches: readonly number[],
  strides: readonly number[],
): Padding[] {
  const { attributes } = call
  const auto = attributes.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET')
  if (auto === 'VALID') return sizes.map((): Padding => [0, 0])
  if (auto === 'NOTSET') {
    const pads = attributes.ints('pads') ?? sizes.flatMap(() => [0, 0])
    return sizes.map((_, i): Padding => [pads[i], pads[sizes.length + i]])
  }
  return sizes.map((n, i) => {
    const total = Math.max(0, (Math.ceil(n / strides[i]) - 1) * strides[i] + reaches[i] - n)
    return halves(total, auto === 'SAME_UPPER')
  })
}

/** Two halves, the larger one behind or before. */
export function halves(total: number, isLargerBehind: boolean): Padding {
  const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)]
  return isLargerBehind ? [less, more] : [more, less]
}
