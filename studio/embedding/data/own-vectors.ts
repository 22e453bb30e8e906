import { parseCsv } from 'shapewise/data'
import { openSafetensors, parseNpy, readNpz } from 'shapewise/formats'
import { asPictures, type Collection, type Colouring, classesOf, MOST_NUMBERS, type Vectors } from './collection'

export interface OwnFile {
  readonly name: string
  readonly bytes: Uint8Array
}

export const MOST_VECTORS = 10_000
/** A column of whole numbers of this name is a class and no feature. */
const LABEL = /^(labels?|class(es)?|targets?|species|kind|category)$/i
/** Of a column with more different words nothing can be seen by colours. */
const MOST_CLASSES = 200
/** Texts longer than this are looked at for the separator only here. */
const HEAD = 100_000

/** Numbers by rows, as files have them, and what stands beside them. */
interface Table {
  readonly count: number
  readonly width: number
  readonly at: (row: number, column: number) => number
  readonly features?: readonly string[]
  readonly columns: readonly { readonly name: string; readonly values: readonly string[] }[]
  /** The same if the first line, taken for a head, was a row. */
  readonly headless?: () => Table
}

/**
 * Vectors of the user: a table (CSV or TSV, a head or none, words are labels), npy, npz or safetensors; and beside it, if wanted, a file with a label for
 * each vector.
 *
 * @throws with words for the user
 */
export async function readOwnVectors(files: readonly OwnFile[]): Promise<Collection> {
  if (files.length === 0) throw new Error('There is no file. Drop one with vectors, and one with labels if you like.')
  const tables = await Promise.all(files.map(async (file) => ({ file, table: await readTable(file) })))
  const main = tables.reduce((best, each) => (each.table.width > best.table.width ? each : best))
  const beside = tables.filter((each) => each !== main)
  if (main.table.width === 0) {
    throw new Error(`${main.file.name}: no column holds numbers in most rows. Give a row of numbers for each vector.`)
  }
  const columns = [...main.table.columns]
  for (const { file, table: read } of beside) {
    const table = read.count + 1 === main.table.count ? (read.headless?.() ?? read) : read
    if (table.count !== main.table.count) {
      throw new Error(
        `${file.name} has ${table.count} rows and ${main.file.name} ${main.table.count}. Give a label for each vector.`,
      )
    }
    columns.push(...table.columns)
    for (let j = 0; j < table.width; j++) {
      columns.push({
        name: table.features?.[j] ?? file.name.replace(/\.\w+$/, ''),
        values: Array.from({ length: table.count }, (_, i) => String(table.at(i, j))),
      })
    }
  }
  return collectionOf(main.file.name, { ...main.table, columns })
}

function collectionOf(name: string, { count, width, at, features, columns }: Table): Collection {
  const isWhole = (i: number): boolean => {
    for (let j = 0; j < width; j++) if (!Number.isFinite(at(i, j))) return false
    return true
  }
  const whole = Array.from({ length: count }, (_, i) => i).filter(isWhole)
  const most = Math.min(MOST_VECTORS, Math.floor(MOST_NUMBERS / width))
  const rows = whole.slice(0, most)
  if (rows.length === 0) {
    throw new Error(
      count === 0
        ? `${name} has no rows.`
        : `${name}: each of the ${count} rows lacks a number. Fill them in, or leave columns out.`,
    )
  }
  const data = new Float32Array(rows.length * width)
  for (const [k, i] of rows.entries()) for (let j = 0; j < width; j++) data[k * width + j] = at(i, j)
  const vectors: Vectors = { count: rows.length, width, data }
  if (!data.every(Number.isFinite)) {
    throw new Error(`${name}: a number is too large to be held in 32 bits. Divide the numbers by something.`)
  }
  const colourings = columns.flatMap(({ name: title, values }): Colouring[] => {
    const own = rows.map((i) => values[i]!)
    const known = classesOf(title, own)
    if (known.kind !== 'classes') return []
    const numbers = own.map(Number)
    const isNumber = numbers.every(Number.isFinite) && own.every((value) => value !== '')
    if (isNumber && known.names.length > 20) return [{ kind: 'values', name: title, of: Float32Array.from(numbers) }]
    return known.names.length > MOST_CLASSES ? [] : [known]
  })
  const left = count - whole.length
  const one = rows.length === 1 ? 'vector' : 'vectors'
  const note = [
    `${name}: ${rows.length.toLocaleString('en')} ${one} of ${width.toLocaleString('en')} ${width === 1 ? 'number' : 'numbers'}.`,
    left === 0
      ? ''
      : `${left} ${left === 1 ? 'row that lacks a number was' : 'rows that lack a number were'} left out.`,
    whole.length > rows.length ? `Of ${whole.length.toLocaleString('en')} rows the first are taken.` : '',
  ]
  const pictures = asPictures(vectors)
  return {
    ...{ note: note.filter((part) => part !== '').join(' '), count: rows.length, width, colourings, vectors },
    ...(features !== undefined && { features }),
    ...(pictures !== undefined && { pictures }),
  }
}

async function readTable(file: OwnFile): Promise<Table> {
  const { name, bytes } = file
  if (bytes.length === 0) throw new Error(`${name} is empty.`)
  if (/\.npy$/i.test(name)) return arrays(name, new Map([[name.replace(/\.npy$/i, ''), parseNpy(bytes, name)]]))
  if (/\.npz$/i.test(name)) return arrays(name, await readNpz(bytes, name))
  if (/\.safetensors$/i.test(name)) {
    const opened = await openSafetensors(bytes, name)
    const state = await opened.state()
    return arrays(name, new Map(Object.entries(state)))
  }
  return textTable(name, new TextDecoder().decode(bytes))
}

interface Stored {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/** The largest array of two or more axes; those of one axis that have a number for each row are labels. */
function arrays(name: string, stored: ReadonlyMap<string, Stored>): Table {
  const found = [...stored].map(([title, { shape, data }]) => ({ title, shape, data }))
  const size = ({ shape }: Stored): number => shape.reduce((product, each) => product * each, 1)
  const matrices = found.filter(({ shape }) => shape.length >= 2).sort((a, b) => size(b) - size(a))
  const list = (each: Stored & { readonly title: string }) => ({
    name: each.title,
    values: Array.from({ length: each.data.length }, (_, i) => String(each.data[i])),
  })
  const [largest] = matrices
  if (largest === undefined) {
    const [only] = found
    if (only === undefined || only.shape.length !== 1)
      throw new Error(`${name} has no array of two axes: [vectors, numbers].`)
    return { count: only.data.length, width: 0, at: () => Number.NaN, columns: [list(only)] }
  }
  const [count = 0] = largest.shape
  if (count === 0) throw new Error(`${name} has no rows: its array is [${largest.shape.join(', ')}].`)
  // What has more axes, such as pictures, is one vector for each first index.
  const width = size(largest) / count
  return {
    ...{ count, width, at: (i, j) => Number(largest.data[i * width + j]) },
    columns: found.filter((each) => each.shape.length === 1 && each.shape[0] === count).map(list),
  }
}

function textTable(name: string, text: string, mayHaveHead = true): Table {
  const isNumber = (cell: string | undefined): boolean =>
    cell !== undefined && cell.trim() !== '' && Number.isFinite(Number(cell))
  const head = text
    .slice(0, HEAD)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
  if (head.length === 0) throw new Error(`${name} is empty.`)
  // Words with blanks in between are a table of one column unless they are numbers.
  const blanks = !/[,;\t|]/.test(head[0]!) && head[0]!.trim().split(/\s+/).filter(isNumber).length > 1
  const content = blanks ? text.replace(/^[ ]+|[ ]+$/gm, '').replace(/ +/g, ' ') : text
  const separator = blanks ? { separator: ' ' } : !/[,;\t|]/.test(head[0]!) ? { separator: '\t' } : {}
  const first = parseCsv(`${head[0]!}\n`, { header: false, trim: true, ...separator }, name)
  const hasHead = mayHaveHead && head.length > 1 && !first.names.some((title) => isNumber(first.column(title)[0]))
  const table = parseCsv(content, { header: hasHead, trim: true, ...separator }, name)
  const columns = table.names.map((title) => {
    const values = table.column(title).map((value) => value ?? '')
    return { title, values, numbers: values.filter(isNumber).length }
  })
  const { length: count } = columns[0]!.values
  // Missing numbers do not make words of a column.
  const numeric = columns.filter(({ numbers }) => 2 * numbers > count)
  const side = Math.sqrt(numeric.length - 1)
  const isLabel = ({ title, values }: (typeof columns)[number], i: number): boolean => {
    if (numeric.length === 1) return false
    if (LABEL.test(title)) return true
    // Tables of pictures often have the class before the pixels.
    const isFirstOfSquare = i === 0 && side >= 5 && Number.isInteger(side)
    return isFirstOfSquare && values.every((value) => /^\d{1,2}$/.test(value))
  }
  const features = numeric.filter((column, i) => !isLabel(column, i))
  const labels = columns.filter((column) => !features.includes(column))
  const numbers = features.map(({ values }) => values.map((value) => (isNumber(value) ? Number(value) : Number.NaN)))
  return {
    ...{ count, width: features.length, at: (i, j) => numbers[j]![i]! },
    ...(hasHead && { features: features.map(({ title }) => title), headless: () => textTable(name, text, false) }),
    columns: labels.map(({ title, values }) => ({ name: title, values })),
  }
}
