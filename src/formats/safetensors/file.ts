import { fail } from '../../core/errors.js'
import { didYouMean } from '../../core/suggestion.js'
import type { State, StoredValue } from '../../nn/state.js'
import { type ByteLocation, type ByteSource, openBytes } from '../bytes/source.js'
import { decodeRaw, type RawTensor, type SafetensorsDType } from './elements.js'
import { readHeader, type TensorEntry } from './header.js'
import { isShardIndex, readShardIndex, shardLocation } from './shards.js'

interface Place extends TensorEntry {
  readonly source: ByteSource
}

/** An open safetensors file, or a set of them: the headers are read, each tensor when it is asked for. */
export class SafetensorsFile {
  /** What to call it in messages. */
  readonly name: string
  /** What the writer has noted. */
  readonly metadata: Readonly<Record<string, string>>
  readonly #places: ReadonlyMap<string, Place>
  readonly #sources: readonly ByteSource[]

  /** Use {@link openSafetensors}. */
  constructor(
    name: string,
    metadata: Readonly<Record<string, string>>,
    places: ReadonlyMap<string, Place>,
    sources: readonly ByteSource[],
  ) {
    this.name = name
    this.metadata = metadata
    this.#places = places
    this.#sources = sources
  }

  /** The names of the tensors, in the order of the header. */
  get names(): readonly string[] {
    return [...this.#places.keys()]
  }

  has(path: string): boolean {
    return this.#places.has(path)
  }

  /** The element type in the file and the shape of a tensor, and how many bytes it takes. Throws if there is none of the name. */
  info(path: string): { readonly dtype: SafetensorsDType; readonly shape: readonly number[]; readonly bytes: number } {
    const { dtype, shape, length } = this.#place(path)
    return { dtype, shape, bytes: length }
  }

  /**
   * Reads one tensor. Integers of 8 and 16 bits become int32; those of 64 bits become int32 or uint32, if all fit.
   *
   * Throws if there is none of the name, or no dtype of ours holds its elements.
   */
  async read(path: string): Promise<StoredValue> {
    return decodeRaw(await this.raw(path), path, this.#place(path).source.name)
  }

  /** Reads one tensor as it lies in the file. Throws if there is none of the name. */
  async raw(path: string): Promise<RawTensor> {
    const { source, dtype, shape, at, length } = this.#place(path)
    return { dtype, shape, bytes: await source.read(at, length, `tensor '${path}'`) }
  }

  /** All tensors, or those that are named, as `loadState` takes them. */
  async state(names: Iterable<string> = this.names): Promise<State> {
    const entries: (readonly [string, StoredValue])[] = []
    for (const name of names) entries.push([name, await this.read(name)])
    return Object.fromEntries(entries)
  }

  /** Closes the file; what has been read stays. */
  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #place(path: string): Place {
    const place = this.#places.get(path)
    if (place !== undefined) return place
    const names = this.names
    fail(`${this.name}: there is no tensor '${path}'.`, didYouMean(path, names) || `There are ${names.length} others.`)
  }
}

/**
 * Opens a safetensors file to read single tensors from it: a path (Node; only the parts asked for are read), an address (range
 * requests), a Blob, or bytes. The index file of a sharded set (`model.safetensors.index.json`) opens the set.
 *
 * 16-bit floats are given as float32, exactly, as in the state of a module.
 *
 * @throws if the file cannot be read, or is no safetensors file: the header, and the place of each tensor, are checked
 *
 * Source: Hugging Face, "Safetensors: format", version 0.6, 2025.
 *
 * @example
 * const file = await openSafetensors(encodeSafetensors({ weight: { dtype: 'float16', shape: [2], data: new Float32Array([1, 0.5]) } }))
 * file.info('weight') // { dtype: 'F16', shape: [2], bytes: 4 }
 */
export async function openSafetensors(location: ByteLocation, name?: string): Promise<SafetensorsFile> {
  const source = await openBytes(location, name)
  const sources = [source]
  try {
    if (!(await isShardIndex(source))) {
      const { metadata, tensors } = await readHeader(source)
      return new SafetensorsFile(source.name, metadata, placesIn(source, tensors), sources)
    }
    const { metadata, files } = await readShardIndex(source)
    const places = new Map<string, Place>()
    for (const [file, wanted] of files) {
      const shard = await openBytes(shardLocation(location, file, source.name))
      sources.push(shard)
      const found = placesIn(shard, (await readHeader(shard)).tensors)
      for (const path of wanted) {
        const place = found.get(path)
        if (place === undefined) fail(`${source.name}: ${file} has no tensor '${path}'.`, 'Fetch the files again.')
        places.set(path, place)
      }
    }
    await source.close()
    return new SafetensorsFile(source.name, metadata, places, sources.slice(1))
  } catch (error) {
    await Promise.all(sources.map((each) => each.close()))
    throw error
  }
}

const placesIn = (source: ByteSource, tensors: ReadonlyMap<string, TensorEntry>): ReadonlyMap<string, Place> =>
  new Map([...tensors].map(([path, entry]) => [path, { ...entry, source }]))

/**
 * Reads all tensors of a safetensors file, as `loadState` of a module takes them; see {@link openSafetensors}.
 *
 * @example
 * const state = await readSafetensors(encodeSafetensors(await model.state()))
 * model.loadState(state)
 */
export async function readSafetensors(location: ByteLocation, name?: string): Promise<State> {
  const file = await openSafetensors(location, name)
  try {
    return await file.state()
  } finally {
    await file.close()
  }
}
