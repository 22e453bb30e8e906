import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { type FileLocation, readFile } from './read-file.js'

/** What is used of the package `hyparquet`. */
interface Hyparquet {
  parquetReadObjects(options: { file: ArrayBuffer; columns?: string[] }): Promise<Record<string, unknown>[]>
}

export interface ParquetOptions {
  /** Which columns to read; all by default. */
  readonly columns?: readonly string[]
}

/**
 * The rows of a Parquet file, by the optional package `hyparquet` (files compressed with Snappy, or not at all). Numbers of 64 bits become
 * plain numbers where these hold them exactly.
 *
 * Throws if the package is not installed, or the file is damaged.
 *
 * ```ts
 * const open = async (file: string) => stream(await readParquet(file)).shuffle()
 * ```
 */
export async function readParquet(
  location: FileLocation,
  options: ParquetOptions = {},
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  checkOptions<ParquetOptions>('readParquet', options, { columns: true })
  const bytes = await readFile(location)
  const { parquetReadObjects } = await loadPackage()
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  try {
    const columns = options.columns && [...options.columns]
    const rows = await parquetReadObjects(columns ? { file, columns } : { file })
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
  } catch (error) {
    return fail(
      `${location}: the Parquet file cannot be read (${error instanceof Error ? error.message : error}).`,
      'Check the file and the columns.',
    )
  }
}

const plain = (value: unknown): unknown =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value

async function loadPackage(): Promise<Hyparquet> {
  // Not a literal, so that bundlers and the compiler leave a package alone that need not be there.
  const name: string = 'hyparquet'
  try {
    return (await import(/* @vite-ignore */ name)) as Hyparquet
  } catch {
    return fail('readParquet: the package hyparquet is not installed.', 'npm install hyparquet')
  }
}
