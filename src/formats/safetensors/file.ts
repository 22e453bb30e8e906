import { fail } from '../../core/errors.js'
import type { State } from '../../nn/state.js'
import { type ByteLocation, type ByteSource, openBytes } from '../bytes/source.js'
import { type RawTensor, TensorFile, type TensorPlace } from '../tensor-file.js'
import { decodeRaw, type SafetensorsDType } from './elements.js'
import { readHeader, type TensorEntry } from './header.js'
import { isShardIndex, readShardIndex, shardLocation } from './shards.js'

/** An open safetensors file, or a set of them: the headers are read, each tensor when it is asked for. */
export type SafetensorsFile = TensorFile<SafetensorsDType, Readonly<Record<string, string>>>

type Place = TensorPlace<SafetensorsDType>

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
      return new TensorFile(source.name, metadata, placesIn(source, tensors), () => closeAll(sources))
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
    return new TensorFile(source.name, metadata, places, () => closeAll(sources.slice(1)))
  } catch (error) {
    await closeAll(sources)
    throw error
  }
}

async function closeAll(sources: readonly ByteSource[]): Promise<void> {
  await Promise.all(sources.map((source) => source.close()))
}

const placesIn = (source: ByteSource, tensors: ReadonlyMap<string, TensorEntry>): ReadonlyMap<string, Place> =>
  new Map(
    [...tensors].map(([path, { dtype, shape, at, length }]): [string, Place] => {
      const raw = async (): Promise<RawTensor<SafetensorsDType>> => {
        return { dtype, shape, bytes: await source.read(at, length, `tensor '${path}'`) }
      }
      return [path, { dtype, shape, bytes: length, raw, read: async () => decodeRaw(await raw(), path, source.name) }]
    }),
  )

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
