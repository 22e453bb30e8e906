import { EXTENT, type Points } from './plane'

const CLASSES = 6
const MOST = 500
/** Points keep away from the edge by this share of the plane. */
const MARGIN = 0.9

/**
 * Points from a table as people have it: comma, semicolon, tab or spaces between the columns, a head or none, classes as words or numbers.
 * The first two columns of numbers are the places, moved and scaled to fill the plane; the last other column is the class.
 *
 * @returns the points, and in words what has been made of the table
 * @throws if there are not two columns of numbers and one of at most six classes
 */
export function readPoints(text: string): {
  readonly points: Pick<Points, 'places' | 'targets'>
  readonly note: string
} {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const separator = [';', '\t', ','].find((one) => lines[0]?.includes(one)) ?? /\s+/
  const table = lines.map((line) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')))
  const isNumber = (cell: string | undefined): boolean =>
    cell !== undefined && cell !== '' && Number.isFinite(Number(cell))
  const hasHead = table.length > 1 && !table[0]!.some(isNumber)
  const rows = hasHead ? table.slice(1) : table
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => i)
  const [x, y] = columns.filter((column) => rows.every((row) => isNumber(row[column])))
  if (x === undefined || y === undefined) {
    throw new Error('There are not two columns that hold numbers in every row. Give rows such as: 5.1, 3.5, setosa')
  }
  const label = columns.findLast((column) => column !== x && column !== y)
  if (label === undefined) throw new Error('There is no third column. It says which class a point belongs to.')
  const names = [...new Set(rows.map((row) => row[label] ?? ''))].sort()
  if (names.length < 2 || names.length > CLASSES) {
    throw new Error(
      `The last column has ${names.length} different values. It takes 2 to ${CLASSES} classes, such as words or small numbers.`,
    )
  }
  const kept = rows.slice(0, MOST)
  const scaled = [x, y].map((column) => {
    const values = kept.map((row) => Number(row[column]))
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return values.map((value) => ((value - low) / (high - low || 1) - 0.5) * 2 * EXTENT * MARGIN)
  })
  const heads = table[0]!
  const nameOf = (column: number): string => (hasHead ? heads[column]! : `column ${column + 1}`)
  const left = rows.length > MOST ? ` Of ${rows.length} rows the first ${MOST} are used.` : ''
  return {
    points: {
      places: Float32Array.from(kept.flatMap((_, i) => [scaled[0]![i]!, scaled[1]![i]!])),
      targets: Float32Array.from(kept, (row) => names.indexOf(row[label] ?? '')),
    },
    note: `${kept.length} points: x₁ is ${nameOf(x)}, x₂ is ${nameOf(y)}, the classes are ${names.join(', ')}.${left}`,
  }
}
