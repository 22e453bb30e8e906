/** A point on a line: how far along, the loss there, and its slope along the line. */
export interface LinePoint<Place> {
  readonly at: number
  readonly loss: number
  readonly slope: number
  /** What else is known there. */
  readonly place: Place
}

/** What counts as enough: the loss falls by this part of what the first slope promises, and the slope becomes flatter by this. */
const DECREASE = 1e-4
const CURVATURE = 0.9
const MAX_EVALUATIONS = 25

/**
 * A point along a line downhill that satisfies the strong Wolfe conditions f(t) ≤ f(0) + 10⁻⁴ t f′(0) and |f′(t)| ≤ 0.9 |f′(0)|, or
 * the lowest one found if rounding or `MAX_EVALUATIONS` allow none.
 *
 * (Nocedal and Wright, "Numerical optimization", 2nd edition, 2006, algorithms 3.5 and 3.6.)
 *
 * @param start at 0, with a negative slope
 * @param first the point that is tried first
 */
export async function strongWolfe<Place>(
  evaluate: (at: number) => Promise<LinePoint<Place>>,
  start: LinePoint<Place>,
  first: number,
): Promise<LinePoint<Place>> {
  const isLow = ({ at, loss }: LinePoint<Place>): boolean => loss <= start.loss + DECREASE * at * start.slope
  const isFlat = ({ slope }: LinePoint<Place>): boolean => Math.abs(slope) <= -CURVATURE * start.slope
  let evaluations = 0
  let best = start
  const visit = async (at: number): Promise<LinePoint<Place>> => {
    evaluations++
    const point = await evaluate(at)
    if (point.loss < best.loss) best = point
    return point
  }

  // Out until a minimum lies between two points, `low` being the lower one.
  let low = start
  let high: LinePoint<Place> | undefined
  for (let at = first; high === undefined; ) {
    const point = await visit(at)
    if (!isLow(point) || (low !== start && point.loss >= low.loss)) high = point
    else if (isFlat(point)) return point
    else if (point.slope >= 0) [low, high] = [point, low]
    else {
      if (evaluations >= MAX_EVALUATIONS) return best
      at = Math.min(Math.max(minimumOf(low, point), point.at * 1.1), point.at * 10)
      low = point
    }
  }

  // In between them.
  while (evaluations < MAX_EVALUATIONS) {
    const width = Math.abs(high.at - low.at)
    if (width * Math.abs(low.slope) <= Number.EPSILON * Math.abs(low.loss)) break
    const [left, right] = low.at < high.at ? [low.at, high.at] : [high.at, low.at]
    // Not so close to an end that nothing is learned.
    const point = await visit(Math.min(Math.max(minimumOf(low, high), left + width / 10), right - width / 10))
    if (!isLow(point) || point.loss >= low.loss) high = point
    else {
      if (isFlat(point)) return point
      if (point.slope * (high.at - low.at) >= 0) high = low
      low = point
    }
  }
  return best
}

/** Where the cubic through two points with their slopes has its minimum; the middle if it has none, or a value is no number. */
function minimumOf(a: LinePoint<unknown>, b: LinePoint<unknown>): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.at - b.at)
  const square = d1 * d1 - a.slope * b.slope
  const d2 = Math.sign(b.at - a.at) * Math.sqrt(square)
  const at = b.at - (b.at - a.at) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
  return Number.isFinite(at) ? at : (a.at + b.at) / 2
}
