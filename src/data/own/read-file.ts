import { fail } from '../../core/errors.js'
import { hasFileSystem, readBytes } from '../files/user-files.js'
import { type CsvOptions, parseCsv } from '../formats/csv.js'
import { decodeUtf8 } from '../formats/damage.js'
import { unpacked } from '../formats/gzip.js'
import { type NpyArray, parseNpy, readNpz } from '../formats/npy.js'
import { parseWav, type Wav } from '../formats/wav.js'
import type { CsvTable } from '../table/csv-table.js'

/** A path (Node), or an address that `fetch` knows. */
export type FileLocation = string | URL

/** The bytes of a file, decompressed if it is a gzip file. Throws, naming it, if it cannot be read. */
export async function readFile(location: FileLocation): Promise<Uint8Array> {
  const name = String(location)
  if (hasFileSystem() && !/^https?:/.test(name)) {
    const { fileURLToPath } = await import('node:url')
    return unpacked(await readBytes(name.startsWith('file:') ? fileURLToPath(name) : name), name)
  }
  try {
    const response = await fetch(name)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    return await unpacked(new Uint8Array(await response.arrayBuffer()), name)
  } catch (error) {
    return fail(
      `${name}: the file cannot be fetched (${error instanceof Error ? error.message : error}).`,
      'Check the address.',
    )
  }
}

/** A file of text in UTF-8, perhaps gzip-compressed. */
export const readText = async (location: FileLocation): Promise<string> =>
  decodeUtf8(await readFile(location), String(location))

/** A CSV file, perhaps gzip-compressed; see {@link parseCsv}. */
export const readCsv = async (location: FileLocation, options: CsvOptions = {}): Promise<CsvTable> =>
  parseCsv(await readFile(location), options, String(location))

/** An array that `numpy.save` has written; see {@link parseNpy}. */
export const readNpyFile = async (location: FileLocation): Promise<NpyArray> =>
  parseNpy(await readFile(location), String(location))

/** The arrays that `numpy.savez` has written; see {@link readNpz}. */
export const readNpzFile = async (location: FileLocation): Promise<ReadonlyMap<string, NpyArray>> =>
  readNpz(await readFile(location), String(location))

/** A WAV file; see {@link parseWav}. */
export const readWav = async (location: FileLocation): Promise<Wav> =>
  parseWav(await readFile(location), String(location))
