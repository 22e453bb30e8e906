import { expectChoice, expectNumber } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { lift, type Operand } from '../operand.js'
import { part } from './slicing.js'

/** For each axis the number of elements on both sides, or those before and after; one number counts for all axes. */
export type Paddings = number | readonly (number | readonly [before: number, after: number])[]

export interface PadOptions {
  /** What stands there: `value`, the mirror image without the edge, the edge, or the other end; 'constant'. */
  readonly mode?: 'constant' | 'reflect' | 'edge' | 'wrap'
  /** The value of mode 'constant'; 0. */
  readonly value?: number
}

/**
 * `x` with a margin.
 * @throws ShapeError if there is not one padding per axis, or a mirror image or wrap needs more elements than there are.
 */
export function pad(x: Operand, paddings: Paddings, options: PadOptions = {}): Node {
  checkOptions('pad', options, { mode: true, value: true })
  const { mode = 'constant', value = 0 } = options
  expectChoice('pad', 'the mode', mode, ['constant', 'reflect', 'edge', 'wrap'])
  expectNumber('pad', 'the value', value)
  const node = lift(x)
  const list = typeof paddings === 'number' ? node.shape.map(() => paddings) : paddings
  if (!Array.isArray(list)) {
    fail(
      `pad: the paddings are ${describe(paddings)}`,
      cureFor(paddings, 'Give one number, or a list with a number or pair per axis.'),
    )
  }
  const pairs = list.map((item) => (typeof item === 'number' ? ([item, item] as const) : item))
  if (pairs.length !== node.rank || pairs.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    failShape(
      'pad',
      `paddings ${JSON.stringify(paddings)} do not fit ${formatShape(node.shape)}`,
      'Give one number or pair of whole numbers, 0 or more, per axis; use slice to crop.',
    )
  }
  if (mode === 'constant') {
    const low = pairs.map(([before]) => before)
    const high = pairs.map(([, after]) => after)
    return build.pad(node, low, high, undefined, value)
  }
  return pairs.reduce((padded, [before, after], axis) => {
    if (before === 0 && after === 0) return padded
    return build.concat(
      [...margins[mode](padded, axis, before), padded, ...margins[mode](padded, axis, after, true)],
      axis,
    )
  }, node)
}

type Margin = (x: Node, axis: number, size: number, behind?: boolean) => Node[]

const margins: { readonly [M in Exclude<PadOptions['mode'], 'constant' | undefined>]: Margin } = {
  reflect: (x, axis, size, behind = false) => {
    const n = x.shape[axis]
    if (size === 0) return []
    checkElements(x, axis, size, n - 1, 'A mirror image without the edge has one element less than the axis.')
    return [part(x, axis, behind ? n - 2 : size, size, size === 1 ? 1 : -1)]
  },
  edge: (x, axis, size, behind = false) => {
    const n = x.shape[axis]
    if (size === 0) return []
    checkElements(x, axis, 1, n, 'An empty axis has no edge.')
    const edge = part(x, axis, behind ? n - 1 : 0, 1)
    return [
      build.expand(
        edge,
        x.shape.map((length, i) => (i === axis ? size : length)),
      ),
    ]
  },
  wrap: (x, axis, size, behind = false) => {
    const n = x.shape[axis]
    if (size === 0) return []
    checkElements(x, axis, size, n, 'Only as many elements as the axis has can be wrapped around.')
    return [part(x, axis, behind ? 0 : n - size, size)]
  },
}

function checkElements(x: Node, axis: number, wanted: number, available: number, cure: string): void {
  if (wanted > available) {
    failShape('pad', `a margin of ${wanted} on axis ${axis} of ${formatShape(x.shape)}`, cure)
  }
}
