import { parseCsv, RandomStream } from 'shapewise/data'
import { EXTENT, type Points } from './plane'

const CLASSES = 6
const MOST = 500
/** Points keep away from the edge by this share of the plane. */
const MARGIN = 0.9

/** Which columns of a table are what, by their places. */
export interface Choice {
  readonly x: number
  readonly y: number
  readonly label: number
}

/** What has been made of a table. */
export interface ReadTable {
  /** The names of all columns, and which of them hold numbers. */
  readonly columns: readonly { readonly name: string; readonly isNumbers: boolean }[]
  readonly choice: Choice
  readonly points: Pick<Points, 'places' | 'targets'>
  /** In words. */
  readonly note: string
}

/**
 * Points from a table as people have it: comma, semicolon, tab or spaces between the columns, quotes, decimal commas, a head or none, holes.
 * Two columns of numbers are the places, moved and scaled to fill the plane; another column is the class.
 *
 * @param chosen which columns to take; by default the first two of numbers, and the last that can hold classes
 * @throws if there are no such columns; the message says what to do
 */
export function readTable(text: string, chosen?: Choice): ReadTable {
  if (text.trim() === '') throw new Error('The table is empty. Give rows such as: 5.1, 3.5, setosa')
  const { heads, rows, numberOf } = parse(text)
  const columns = heads.map((name, at) => {
    const cells = rows.map((row) => row[at]!).filter((cell) => !isMissing(cell))
    return { name, isNumbers: cells.length > 0 && cells.every((cell) => numberOf(cell) !== undefined) }
  })
  if (rows.length === 0)
    throw new Error('There is a line of names and nothing below it. Add rows such as: 5.1, 3.5, setosa')
  const choice = chosen ?? choose(columns, rows, numberOf)
  const { x, y, label } = choice
  const whole = rows.filter((row) => ![x, y, label].some((column) => isMissing(row[column]!)))
  const names = [...new Set(whole.map((row) => row[label]!))].sort()
  if (names.length < 2 || names.length > CLASSES) {
    throw new Error(
      `The column ${columns[label]!.name} has ${names.length} different values. It takes 2 to ${CLASSES} classes, such as words or small numbers.`,
    )
  }
  const used = sample(whole)
  const scaled = [x, y].map((column) => scale(used.map((row) => numberOf(row[column]!) ?? 0)))
  const holes = rows.length - whole.length
  const left = [
    ...(holes > 0 ? [`${holes} rows with missing values are left out.`] : []),
    ...(whole.length > MOST ? [`Of ${whole.length} rows ${MOST} are used, drawn at random.`] : []),
  ]
  return {
    columns,
    choice,
    points: {
      places: Float32Array.from({ length: 2 * used.length }, (_, i) => scaled[i % 2]![i >> 1]!),
      targets: Float32Array.from(used, (row) => names.indexOf(row[label]!)),
    },
    note: [
      `${used.length} points: x₁ is ${columns[x]!.name}, x₂ is ${columns[y]!.name}, the classes are ${names.join(', ')}.`,
      ...left,
    ].join(' '),
  }
}

type Rows = readonly (readonly string[])[]
type NumberOf = (cell: string) => number | undefined

const isMissing = (cell: string): boolean => /^(|-|\?|na|n\/a|nan|null|none)$/i.test(cell)

function parse(text: string): { readonly heads: readonly string[]; readonly rows: Rows; readonly numberOf: NumberOf } {
  const firstLine = text.trimStart().split(/[\r\n]/, 1)[0]!
  const hasBlanks = !/[;\t,|]/.test(firstLine) && /\S +\S/.test(firstLine)
  const written = hasBlanks ? text.replace(/^ +| +$/gm, '').replace(/ +/g, '\t') : text
  // What stands between the columns is not what stands before decimals.
  const separator = /[;\t|]/.exec(firstLine)?.[0]
  const numberOf: NumberOf = (cell) => {
    const value = Number(separator !== undefined && /^[+-]?\d+,\d+$/.test(cell) ? cell.replace(',', '.') : cell)
    return Number.isFinite(value) ? value : undefined
  }
  const options = { header: false, trim: true, ...(separator !== undefined && { separator }) }
  const table = parseCsv(written, options, 'The table')
  const all = table.rows.map((row) => row.map((cell) => cell.trim()))
  const [first = []] = all
  const hasHead = !first.some((cell) => !isMissing(cell) && numberOf(cell) !== undefined)
  const heads = first.map((cell, i) => (hasHead && cell !== '' ? cell : `column ${i + 1}`))
  return { heads, rows: hasHead ? all.slice(1) : all, numberOf }
}

function choose(columns: ReadTable['columns'], rows: Rows, numberOf: NumberOf): Choice {
  const places = Array.from(columns.keys())
  const isLabel = (column: number): boolean => {
    const values = new Set<string>()
    for (const row of rows) {
      if (!isMissing(row[column]!)) values.add(row[column]!)
      if (values.size > CLASSES) return false
    }
    return values.size > 1
  }
  const numbers = places.filter((column) => columns[column]!.isNumbers)
  const words = places.filter((column) => !columns[column]!.isNumbers)
  const label = words.findLast(isLabel) ?? (numbers.length > 2 ? numbers.findLast(isLabel) : undefined)
  const others = numbers.filter((column) => column !== label)
  // A column that only counts the rows says nothing about them.
  const isCount = (column: number): boolean =>
    rows.length > 3 &&
    rows.every((row, i) => i === 0 || numberOf(row[column]!)! - numberOf(rows[i - 1]![column]!)! === 1)
  const telling = others.filter((column) => !isCount(column))
  const [x, y] = telling.length >= 2 ? telling : others
  if (x === undefined || y === undefined) {
    throw new Error('There are not two columns that hold numbers in every row. Give rows such as: 5.1, 3.5, setosa')
  }
  const column = label ?? places.findLast((one) => one !== x && one !== y)
  if (column === undefined) throw new Error('There is no third column. It says which class a point belongs to.')
  return { x, y, label: column }
}

/** So many of the rows as there is room for. */
function sample(rows: Rows): Rows {
  if (rows.length <= MOST) return rows
  const order = Int32Array.from(rows.keys())
  new RandomStream(1).shuffle(order)
  return Array.from(order.subarray(0, MOST).sort(), (row) => rows[row]!)
}

function scale(values: readonly number[]): readonly number[] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return values.map((value) => (high > low ? ((value - low) / (high - low) - 0.5) * 2 * EXTENT * MARGIN : 0))
}
