import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { RandomStream } from '../../core/threefry.js'
import { type Column, integerColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'
import { generate } from '../pipeline/make.js'
import type { Stream } from '../pipeline/stream.js'

export interface WindowOptions {
  /** From the begin of one window to that of the next; their length, so that every token is predicted once. */
  readonly stride?: number
}

export interface RandomWindowOptions {
  /** How many an epoch has; without end by default. */
  readonly count?: number
  /** Equal seeds give equal windows; 0. */
  readonly seed?: number
}

/** Throws unless a window and the token behind it fit. */
function checkWindow(operation: string, tokens: ArrayLike<number>, length: number): void {
  if (expectInteger(operation, 'the length', length) < 1)
    fail(`${operation}: the length is ${length}.`, 'Give at least 1.')
  if (tokens.length > length) return
  fail(
    `${operation}: ${tokens.length} tokens have no window of ${length} and the next one.`,
    'Give more text, or shorter windows.',
  )
}

/**
 * Windows of a text for a language model: `inputs` are `length` tokens, `targets` at each place the token that comes next. What does not
 * fill a window at the end is left out.
 *
 * Throws if the text is shorter than one window.
 *
 * ```ts
 * const data = languageModelWindows([1, 2, 3, 4, 5, 6, 7], 3)
 * data.values('inputs') // [1, 2, 3, 4, 5, 6]
 * data.values('targets') // [2, 3, 4, 5, 6, 7]
 * ```
 */
export function languageModelWindows<const Length extends number>(
  tokens: ArrayLike<number>,
  length: Length,
  options: WindowOptions = {},
): Dataset<{
  readonly inputs: Column<'int32', readonly [Length]>
  readonly targets: Column<'int32', readonly [Length]>
}> {
  checkOptions<WindowOptions>('languageModelWindows', options, { stride: true })
  checkWindow('languageModelWindows', tokens, length)
  const stride = expectInteger('languageModelWindows', 'the stride', options.stride ?? length)
  if (stride < 1) fail(`languageModelWindows: the stride is ${stride}.`, 'Give at least 1.')
  const count = Math.floor((tokens.length - length - 1) / stride) + 1
  const [inputs, targets] = [new Int32Array(count * length), new Int32Array(count * length)]
  for (let window = 0; window < count; window++) {
    for (let i = 0; i < length; i++) {
      inputs[window * length + i] = tokens[window * stride + i]!
      targets[window * length + i] = tokens[window * stride + i + 1]!
    }
  }
  return dataset({ inputs: integerColumn(inputs, [length]), targets: integerColumn(targets, [length]) })
}

/**
 * Windows as in {@link languageModelWindows} that begin anywhere, drawn at random; nothing is copied before it is used.
 *
 * ```ts
 * const windows = randomWindows([1, 2, 3, 4, 5, 6, 7], 3, { count: 8 })
 * const batches = windows.batch(4, { inputs: integers([3]), targets: integers([3]) })
 * ```
 */
export function randomWindows(
  tokens: ArrayLike<number>,
  length: number,
  options: RandomWindowOptions = {},
): Stream<{ readonly inputs: Int32Array; readonly targets: Int32Array }> {
  checkOptions<RandomWindowOptions>('randomWindows', options, { count: true, seed: true })
  checkWindow('randomWindows', tokens, length)
  const { count = Infinity, seed = 0 } = options
  return generate(
    (context) => {
      const from = new RandomStream(context.seed).integer(tokens.length - length)
      const window = Int32Array.from({ length: length + 1 }, (_, i) => tokens[from + i]!)
      return { inputs: window.slice(0, length), targets: window.slice(1) }
    },
    { length: count, seed },
  )
}
