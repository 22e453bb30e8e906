import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { element, heading, picture, textElement } from './svg.js'

export interface HeatmapOptions {
  readonly title?: string
  /** Rows from top to bottom. */
  readonly values: readonly ArrayLike<number>[]
  /** Names of the rows and columns; their numbers from 0 by default. */
  readonly rows?: readonly string[]
  readonly columns?: readonly string[]
  /** What rows and columns are. */
  readonly rowLabel?: string
  readonly columnLabel?: string
  /** What is written into a cell; by default the number, where there is room. */
  format?(value: number): string
  /** Pixels of a cell; as many as make 480, between 12 and 48. */
  readonly cell?: number
}

/**
 * A matrix of numbers as coloured cells, as the text of an SVG file: confusion matrices, attention, correlations. Light is little, dark is
 * much; numbers below 0 are red.
 *
 * @throws if there are no cells, rows differ in length, or names do not fit
 * @example
 * const svg = heatmap({ values: [[9, 1], [2, 8]], rows: ['cat', 'dog'], columns: ['cat', 'dog'], rowLabel: 'is' })
 */
export function heatmap(options: HeatmapOptions): string {
  checkOptions<HeatmapOptions>('heatmap', options, {
    ...{ title: true, values: true, rows: true, columns: true, rowLabel: true, columnLabel: true },
    ...{ format: true, cell: true },
  })
  const { title, values, rowLabel, columnLabel } = options
  const [height, width] = [values.length, values[0]?.length ?? 0]
  if (height === 0 || width === 0) fail('heatmap: there are no cells', 'Give rows of numbers.')
  if (values.some((row) => row.length !== width))
    fail('heatmap: rows differ in length', 'Give a number for each column.')
  const rows = namesOf('rows', options.rows, height)
  const columns = namesOf('columns', options.columns, width)
  const cell = options.cell ?? Math.max(12, Math.min(48, 480 / Math.max(height, width)))
  const flat = values.flatMap((row) => Array.from(row)).filter(Number.isFinite)
  const most = flat.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  const left = 24 + 7 * Math.min(24, Math.max(...rows.map(({ length }) => length))) + (rowLabel === undefined ? 0 : 18)
  const turned = columns.some(({ length }) => length * 7 > cell)
  const above = turned ? 7 * Math.min(24, Math.max(...columns.map(({ length }) => length))) : 10
  const [totalWidth, least] = [left + width * cell + 16, 200]
  const titled = heading(title, 16, Math.max(totalWidth, least) - 24)
  const top = 16 + above + titled.height + (columnLabel === undefined ? 0 : 18)
  const format = options.format ?? short
  const cells = values.flatMap((row, i) =>
    Array.from(row, (value, j) => {
      const [x, y] = [left + j * cell, top + i * cell]
      const part = Number.isFinite(value) ? Math.abs(value) / most : 0
      const fill = Number.isNaN(value) ? '#bbb' : value < 0 ? '#b2182b' : '#2166ac'
      const text = cell < 20 ? '' : format(value)
      const fits = text.length * 6.5 <= cell
      return (
        element('rect', { class: 'cell', x, y, width: cell, height: cell, fill: '#fff' }) +
        element('rect', { class: 'cell', x, y, width: cell, height: cell, fill, 'fill-opacity': part }) +
        (fits && text !== ''
          ? textElement(
              {
                x: x + cell / 2,
                y: y + cell / 2 + 4,
                'text-anchor': 'middle',
                style: `fill:${part > 0.5 ? '#fff' : '#333'}`,
              },
              text,
            )
          : '')
      )
    }),
  )
  const isNamed = cell >= 12
  const rowNames = rows.map((name, i) =>
    isNamed ? textElement({ x: left - 8, y: top + (i + 0.5) * cell + 4, 'text-anchor': 'end' }, cut(name)) : '',
  )
  const columnNames = columns.map((name, j) => {
    const [x, y] = [left + (j + 0.5) * cell, top - 8]
    if (!turned) return textElement({ x, y, 'text-anchor': 'middle' }, name)
    return textElement({ transform: `translate(${x + 4} ${y}) rotate(-90)` }, cut(name))
  })
  const totalHeight = top + height * cell + 16
  const middle = { x: left + (width * cell) / 2, y: top + (height * cell) / 2 }
  const labels = [
    titled.content,
    columnLabel === undefined
      ? ''
      : textElement({ x: middle.x, y: top - above - 12, 'text-anchor': 'middle' }, columnLabel),
    rowLabel === undefined
      ? ''
      : textElement({ transform: `translate(16 ${middle.y}) rotate(-90)`, 'text-anchor': 'middle' }, rowLabel),
  ]
  return picture(Math.max(totalWidth, least), totalHeight, title, [...labels, ...cells, ...rowNames, ...columnNames])
}

function namesOf(what: string, given: readonly string[] | undefined, count: number): readonly string[] {
  if (given === undefined) return Array.from({ length: count }, (_, i) => String(i))
  if (given.length !== count) fail(`heatmap: there are ${given.length} names for ${count} ${what}`, 'Give as many.')
  return given
}

const cut = (name: string): string => (name.length > 24 ? `${name.slice(0, 23)}…` : name)

/** A number in few characters: 1,234 as 1234, 0.12345 as 0.12. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value)
  return Number.isFinite(value) ? String(Number(value.toPrecision(2))) : ''
}
