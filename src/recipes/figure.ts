import { type ChartOptions, chart } from 'shapewise/plot'
import type { RecipeContext } from './recipe.js'

const COLUMNS = 72
const ROWS = 36
const FAR = 100

/**
 * Keeps a chart as `pictures/NAME.svg`, where the page of the run shows it, and draws its curves in the terminal.
 *
 * @param name in kebab-case; its words are the caption on the page
 */
export async function figure(
  { folder, report }: Pick<RecipeContext, 'folder' | 'report'>,
  name: string,
  options: ChartOptions,
): Promise<void> {
  await folder.storage.write(`pictures/${name}.svg`, chart(options))
  const [x, y] = [placer(options, 'x', COLUMNS), placer(options, 'y', ROWS)]
  const values = new Float32Array(COLUMNS * ROWS)
  for (const { x: xs, y: ys, kind = 'line' } of options.series) {
    const at = (i: number) => [x(xs === undefined ? i + 1 : xs[i]!), ROWS - 1 - y(ys[i]!)] as const
    for (let i = 0; i < ys.length; i++) {
      const [to, from] = [at(i), at(kind === 'points' || i === 0 ? i : i - 1)]
      const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]))))
      // Infinite where a number has no place.
      for (let step = 0; step <= steps && steps < Infinity; step++) {
        const [column, row] = [0, 1].map((k) => Math.round(from[k]! + ((to[k]! - from[k]!) * step) / steps))
        if (column! >= 0 && column! < COLUMNS && row! >= 0 && row! < ROWS) values[row! * COLUMNS + column!] = 1
      }
    }
  }
  const axes = [options.y?.label, options.x?.label].filter((label) => label !== undefined).join(' over ')
  report.pictures({
    title: options.title ?? name.replaceAll('-', ' '),
    scale: 'ink',
    pictures: [{ caption: axes, width: COLUMNS, height: ROWS, values }],
  })
}

/** From numbers to the columns or rows that show them. */
function placer({ series, ...axes }: ChartOptions, axis: 'x' | 'y', count: number): (value: number) => number {
  const scaled = (value: number): number => (axes[axis]?.scale === 'log' ? Math.log(value) : value)
  const all = series.flatMap((one) => Array.from(one[axis] ?? one.y, (value, i) => (one[axis] ? value : i + 1)))
  const shown = all.map(scaled).filter(Number.isFinite)
  const { from, to } = axes[axis] ?? {}
  const low = from === undefined ? shown.reduce((a, b) => Math.min(a, b), Infinity) : scaled(from)
  const high = to === undefined ? shown.reduce((a, b) => Math.max(a, b), -Infinity) : scaled(to)
  return (value) => {
    const place = ((scaled(value) - low) / (high - low || 1)) * (count - 1)
    // However far a curve leaves the picture, it is not followed for long.
    return Number.isFinite(place) ? Math.max(-FAR * count, Math.min(FAR * count, place)) : place
  }
}
