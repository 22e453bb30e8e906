import { expectBoolean, expectChoice, expectNumber } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { CUBIC_COEFFICIENT } from './cubic.js'

export interface ResizeOptions {
  /** The nearest element, or along each spatial axis a line between two or a cubic curve between four; 'nearest'. */
  readonly mode?: 'nearest' | 'bilinear' | 'bicubic'
  /**
   * Whether the centres of the corner elements stay where they are, rather than the outer edges of the image (half-pixel centres:
   * place (i + ½) · size / newSize − ½); false. It does not matter for 'nearest'.
   */
  readonly alignCorners?: boolean
  /**
   * Whether an axis that shrinks is smoothed first, with the kernel as many times as wide as the axis gets smaller, so that no fine
   * patterns turn into coarse ones; false. Beyond the edge there is nothing then, so the weights inside count for more.
   */
  readonly antialias?: boolean
  /** The slope a of the cubic curve at its neighbours; −½ with `antialias`, as in Pillow, else −¾, as in PyTorch. */
  readonly cubicCoefficient?: number
}

/** The options with their defaults. Throws if one is not what it has to be. */
export function expectedResizeOptions(operation: string, options: ResizeOptions): Required<ResizeOptions> {
  checkOptions(operation, options, { mode: true, alignCorners: true, antialias: true, cubicCoefficient: true })
  const { mode = 'nearest', alignCorners = false, antialias = false } = options
  const { cubicCoefficient = antialias ? -0.5 : CUBIC_COEFFICIENT } = options
  expectChoice(operation, 'the mode', mode, ['nearest', 'bilinear', 'bicubic'])
  expectBoolean(operation, 'antialias', antialias)
  expectNumber(operation, 'the cubic coefficient', cubicCoefficient)
  if (antialias && mode === 'nearest') {
    fail(`${operation}: the nearest element is not smoothed`, "With antialias the mode is 'bilinear' or 'bicubic'.")
  }
  return { mode, alignCorners, antialias, cubicCoefficient }
}
