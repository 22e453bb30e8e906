import { failShape } from '../../../core/errors.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { GlobalShape } from '../../types/resampling.js'

/** What neighbouring squares share of their area, as nearly as whole numbers of them allow. */
const OVERLAP = 0.4
/** So many squares more stand along the longer side at most. */
const MOST_MORE = 6

/** See {@link rmacPool}. */
export class RmacPool extends Layer<GlobalShape<'rmacPool'>> {
  constructor(readonly levels: number) {
    super()
    expectCount('rmacPool', 'levels', levels)
  }

  protected run(x: Node): Node {
    if (x.rank !== 4) {
      failShape(
        'rmacPool',
        `${this.label} takes [batch, height, width, channels], it is given ${formatShape(x.shape)}`,
        'A single picture is a batch of one: unsqueeze(0).',
      )
    }
    const [, height, width] = x.shape
    const maxima = regions(height, width, this.levels).map(([top, left, side]) =>
      ops.unitLength(ops.max(ops.slice(x, ':', [top, top + side], [left, left + side]), [1, 2])),
    )
    return ops.unitLength(maxima.reduce((sum, maximum) => ops.add(sum, maximum)))
  }

  protected override describe(): string {
    return `${this.levels} levels`
  }
}

/** Top, left and side of the squares of all levels: level l has l along the shorter side, of a side of 2 / (l + 1) of it. */
function regions(height: number, width: number, levels: number): (readonly [number, number, number])[] {
  const [short, long] = [Math.min(height, width), Math.max(height, width)]
  const more = long === short ? 0 : moreAlong(long, short)
  return Array.from({ length: levels }, (_, i) => i + 1).flatMap((level) => {
    const side = Math.max(1, Math.floor((2 * short) / (level + 1)))
    const starts = (length: number): number[] => {
      const count = level + (length === short ? 0 : more)
      return Array.from({ length: count }, (_, i) =>
        count === 1 ? 0 : Math.floor((i * (length - side)) / (count - 1)),
      )
    }
    return starts(height).flatMap((top) => starts(width).map((left) => [top, left, side] as const))
  })
}

/** How many squares of the shorter side stand along the longer one, beside the first: those whose overlap is nearest to what is wanted. */
function moreAlong(long: number, short: number): number {
  const missing = Array.from({ length: MOST_MORE }, (_, i) => Math.abs(1 - (long - short) / (i + 1) / short - OVERLAP))
  return missing.indexOf(Math.min(...missing)) + 1
}

/**
 * A layer that looks at squares of several sizes: the largest value of each channel in each of them, as vectors of length 1, of which the sum has
 * length 1 again (regional maximum activations of convolutions): [batch, height, width, channels] → [batch, channels]. On level l squares have a
 * side of 2 / (l + 1) of the shorter side and l of them stand along it, on both sides of a square map; along a longer side there are more, so
 * that on the first level neighbours share about 40 %. (Tolias, Sicre and Jégou, "Particular object retrieval with integral max-pooling of CNN
 * activations", 2016.)
 *
 * @param levels sizes of squares; 3
 * @throws if levels is not a whole number of at least 1
 * @example rmacPool().forward(pictures) // [128, 28, 28, 6] → [128, 6]
 */
export const rmacPool = (levels = 3): RmacPool => new RmacPool(levels)
