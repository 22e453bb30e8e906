import { alignColumns } from '../../core/columns.js'
import { presentAsText } from '../../core/presentation.js'
import { formatShape, sizeOf } from '../../core/shape.js'

/** A tensor in a file, as {@link inspectFile} lists it. */
export interface ListedTensor {
  readonly name: string
  /** What the format calls its elements. */
  readonly dtype: string
  readonly shape: readonly number[]
}

/** The formats that are known by their content. */
export type FileFormat =
  | 'safetensors'
  | 'safetensors index'
  | 'checkpoint'
  | 'pytorch'
  | 'gguf'
  | 'onnx'
  | 'keras'
  | 'hdf5'
  | 'tensorflow.js'
  | 'tensorboard'
  | 'npy'
  | 'npz'
  | 'idx'
  | 'parquet'
  | 'csv'
  | 'json'
  | 'text'
  | 'zip'
  | 'tar'
  | 'gzip'
  | 'png'
  | 'jpeg'
  | 'gif'
  | 'wav'
  | 'unknown'

/** What a reader finds in a file. */
export interface Found {
  readonly format: FileFormat
  /** In a few words. */
  readonly title: string
  /** What else is worth knowing, by name. */
  readonly details?: Readonly<Record<string, string | number>>
  readonly tensors?: readonly ListedTensor[]
}

const LISTED = 200
const LONGEST = 100

/** What is in a file; as text, a page to read. */
export class FileContents {
  readonly name: string
  /** In bytes. */
  readonly size: number
  readonly format: FileFormat
  readonly title: string
  readonly details: Readonly<Record<string, string | number>>
  readonly tensors: readonly ListedTensor[]

  constructor(name: string, size: number, { format, title, details = {}, tensors = [] }: Found) {
    this.name = name
    this.size = size
    this.format = format
    this.title = title
    this.details = details
    this.tensors = tensors
  }

  /** How many numbers the tensors have. */
  get elementCount(): number {
    return this.tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  }

  /** What is in the file, line by line. */
  toString(): string {
    const { tensors } = this
    const short = (value: string | number): string => {
      const text = String(value).replace(/\s+/g, ' ')
      return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text
    }
    const lines = [`${this.name}: ${this.title}, ${bytesText(this.size)}`]
    const details = Object.entries(this.details).filter(([, value]) => value !== '')
    lines.push(...alignColumns(details.map(([name, value]) => [`  ${name}`, short(value)])))
    if (tensors.length > 0) {
      lines.push(
        `  ${tensors.length} tensor${tensors.length === 1 ? '' : 's'} with ${this.elementCount.toLocaleString('en-US')} elements`,
      )
      const rows = tensors.slice(0, LISTED).map(({ name, dtype, shape }) => [`    ${name}`, dtype, formatShape(shape)])
      lines.push(...alignColumns(rows))
      if (tensors.length > LISTED) lines.push(`    … and ${tensors.length - LISTED} more`)
    }
    return lines.join('\n')
  }
}

presentAsText(FileContents.prototype)

/** `1.5 MB` */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return unit === 0 ? `${bytes} bytes` : `${Number((bytes / 1000 ** unit).toPrecision(3))} ${units[unit]}`
}
