import { oneOrMore } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import type { Fronts } from '../types/sizes.js'
import type { ManySizes } from '../types/windows.js'

// The axes of layers over sequences, pictures and volumes: [batch, spatial axes, channels].

/** How many axes have a name in 'batch, height, width'. */
const named = (axes: keyof Fronts): number => axes.split(', ').length

/** Throws unless x has the named axes and channels behind them, a certain number where one is given. */
export function expectAxes(operation: string, label: string, x: Node, axes: keyof Fronts, channels?: number): void {
  if (x.rank === named(axes) + 1 && x.shape[x.rank - 1] === (channels ?? x.shape[x.rank - 1])) return
  failShape(
    operation,
    `${label} takes [${axes}, ${channels ?? 'channels'}], it is given ${formatShape(x.shape)}`,
    'The channels are the last axis; add missing axes of size 1 with unsqueeze.',
  )
}

/** One size per spatial axis, from one for all or a list. */
export function onAxes(operation: string, what: string, sizes: ManySizes, axes: keyof Fronts): number[] {
  const count = named(axes) - 1
  const list = oneOrMore(operation, what, sizes)
  if (typeof sizes !== 'number' && list.length !== count) {
    failShape(operation, `${what} ${formatShape(list)} does not fit [${axes}]`, `Give one number, or ${count}.`)
  }
  return typeof sizes === 'number' ? new Array<number>(count).fill(sizes) : [...list]
}

/** `2`, or `[2, 1]` where sizes differ. */
export function sizesText(sizes: ManySizes): string {
  if (typeof sizes === 'number') return String(sizes)
  return sizes.every((size) => size === sizes[0]) ? String(sizes[0]) : formatShape(sizes)
}
