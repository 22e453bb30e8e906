import { ShapewiseError } from '../../core/errors.js'
import { inflate } from '../../data/formats/inflate.js'
import { type ByteLocation, type ByteSource, bytesInMemory, openBytes, readAll } from '../bytes/source.js'
import { isH5 } from '../keras/h5.js'
import { readRecords } from '../tensorboard/records.js'
import { bytesText, FileContents, type Found } from './contents.js'
import { gifIn, idxIn, jpegIn, jsonIn, npyIn, pngIn, tarIn, textIn, wavIn } from './data.js'
import { archiveIn, ggufIn, hdf5In, onnxIn, pytorchIn, safetensorsIn, tensorBoardIn } from './weights.js'

/** How a format is known, and what a file of it holds. */
interface Recognition {
  /** Whether a file that begins so is of the format. */
  matches(start: Uint8Array, source: ByteSource): boolean
  /** Undefined if it is not, after all. */
  find(source: ByteSource): Found | undefined | Promise<Found | undefined>
}

const opens = (start: Uint8Array, text: string, at = 0): boolean =>
  [...text].every((letter, i) => start[at + i] === letter.charCodeAt(0))

/** With the whole content. */
const whole =
  (find: (bytes: Uint8Array, name: string) => Found | undefined | Promise<Found | undefined>): Recognition['find'] =>
  async (source) =>
    find(await readAll(source), source.name)

/** What is found by an attempt to read it: other files are not damaged, but something else. */
const attempt =
  (find: Recognition['find']): Recognition['find'] =>
  async (source) => {
    try {
      return await find(source)
    } catch {
      return undefined
    }
  }

const safetensors = (start: Uint8Array, size: number): boolean =>
  start.length > 8 &&
  start[8] === 0x7b &&
  new DataView(start.buffer, start.byteOffset).getBigUint64(0, true) <= BigInt(size - 8)

function text(bytes: Uint8Array, name: string): Found | undefined {
  let content: string
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
  // Control characters are in no text.
  if (bytes.subarray(0, 4096).some((byte) => byte < 9 || (byte > 13 && byte < 27))) return undefined
  return (/^\s*[[{]/.test(content) ? jsonIn(content) : undefined) ?? textIn(content, bytes, name)
}

/** In this order; the first that finds something has it. */
const recognitions: readonly Recognition[] = [
  { matches: (start) => opens(start, 'GGUF'), find: ggufIn },
  { matches: (start) => opens(start, '\x93NUMPY'), find: whole(npyIn) },
  { matches: (start) => opens(start, '\x89PNG'), find: whole(pngIn) },
  { matches: (start) => opens(start, '\xff\xd8\xff'), find: whole(jpegIn) },
  { matches: (start) => opens(start, 'GIF8'), find: whole(gifIn) },
  { matches: (start) => opens(start, 'RIFF') && opens(start, 'WAVE', 8), find: whole(wavIn) },
  { matches: isH5, find: whole(hdf5In) },
  { matches: (start) => opens(start, 'PAR1'), find: () => ({ format: 'parquet', title: 'table (Parquet)' }) },
  { matches: (start) => opens(start, 'PK\x03\x04') || opens(start, 'PK\x05\x06'), find: archiveIn },
  // The pickle of the number that files of PyTorch began with before version 1.6.
  { matches: (start) => opens(start, '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.'), find: pytorchIn },
  { matches: (start) => opens(start, '\x1f\x8b'), find: compressed },
  { matches: (start) => opens(start, 'ustar', 257), find: whole(tarIn) },
  { matches: (start, { size }) => safetensors(start, size), find: safetensorsIn },
  {
    matches: (start) => start[0] === 0 && start[1] === 0 && start[2] >= 8 && start[2] <= 14,
    find: attempt(whole(idxIn)),
  },
  { matches: isRecord, find: tensorBoardIn },
  { matches: (start) => start[0] === 8, find: attempt(whole(onnxIn)) },
  { matches: () => true, find: whole(text) },
]

/** Whether a file begins with the length of a record and its checksum. */
function isRecord(start: Uint8Array): boolean {
  if (start.length < 12) return false
  try {
    // Of the first record there is only the length, which is checked first.
    readRecords(start.subarray(0, 12), '', true).next()
    return true
  } catch {
    return false
  }
}

/** What is inside of a gzip file, unless that is far more than data mostly gets smaller by. */
async function compressed(source: ByteSource): Promise<Found> {
  const most = 64 * source.size + 64e6
  let bytes: Uint8Array
  try {
    bytes = await inflate(await readAll(source), 'gzip', most)
  } catch (error) {
    return {
      format: 'gzip',
      title: 'compressed by gzip',
      details: { problem: error instanceof Error ? error.message : String(error) },
    }
  }
  const { title, details, ...found } = await recognised(bytesInMemory(bytes, source.name))
  return { ...found, title: `${title}, compressed by gzip`, details: { unpacked: bytesText(bytes.length), ...details } }
}

async function recognised(source: ByteSource): Promise<Found> {
  const start = await source.read(0, Math.min(512, source.size), 'beginning')
  if (start.length === 0) return { format: 'unknown', title: 'an empty file' }
  for (const { matches, find } of recognitions) {
    const found = matches(start, source) ? await find(source) : undefined
    if (found !== undefined) return found
  }
  const first = Array.from(start.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return { format: 'unknown', title: 'nothing that is known', details: { 'begins with': first } }
}

/**
 * Tells what is in a file, by its content and not its name: weights and models of all formats that are read here, arrays, tables, pictures,
 * sounds, archives. Of large files of weights only the header is read.
 *
 * @param location a path (Node), an address, a Blob, or bytes
 * @returns format, notes and tensors; as text, a page to read
 * @throws if the file cannot be read, or is damaged
 * @example
 * const contents = await inspectFile(encodeSafetensors({ w: { dtype: 'float32', shape: [2], data: new Float32Array(2) } }))
 * contents.format // 'safetensors'
 * contents.tensors // [{ name: 'w', dtype: 'F32', shape: [2] }]
 */
export async function inspectFile(location: ByteLocation, name?: string): Promise<FileContents> {
  const source = await openBytes(location, name)
  try {
    return new FileContents(source.name, source.size, await recognised(source))
  } catch (error) {
    if (error instanceof ShapewiseError) throw error
    throw new ShapewiseError(
      `${source.name}: the file cannot be read (${error instanceof Error ? error.message : error}).`,
    )
  } finally {
    await source.close()
  }
}
