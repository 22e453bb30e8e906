import { fail } from '../../core/errors.js'
import { decodeFloat16 } from '../../core/float16.js'
import { formatShape, sizeOf } from '../../core/shape.js'
import { isPlainObject } from '../../core/tree.js'
import { damaged, decodeUtf8 } from '../../data/formats/damage.js'
import type { StoredValue } from '../../nn/state.js'
import { joined, openBytes, readAll } from '../bytes/source.js'
import { shardLocation } from '../safetensors/shards.js'

/** Where a model is: the path or address of its `model.json`, or all of its files by their names. */
export type TensorFlowLocation = string | URL | Readonly<Record<string, Uint8Array>>

/** A model as its files have it. */
export interface TensorFlowFiles {
  readonly name: string
  readonly json: Readonly<Record<string, unknown>>
  readonly weights: ReadonlyMap<string, TensorFlowWeight>
}

/** A weight among the shards. */
export interface TensorFlowWeight {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  read(): Promise<StoredValue>
}

/** Reads the description of a model and its weights. */
export async function readTensorFlowFiles(location: TensorFlowLocation): Promise<TensorFlowFiles> {
  const inMemory = isPlainObject(location) ? (location as Readonly<Record<string, Uint8Array>>) : undefined
  const name = inMemory === undefined ? String(location) : 'model.json'
  const bytesOf = async (file: string): Promise<Uint8Array> => {
    if (inMemory !== undefined) {
      if (Object.hasOwn(inMemory, file)) return inMemory[file]
      return fail(`${name}: the file ${file} is missing.`, `There are ${Object.keys(inMemory).join(', ')}.`)
    }
    const place = location as string | URL
    const source = await openBytes(file === 'model.json' ? place : shardLocation(place, file, name))
    try {
      return await readAll(source)
    } finally {
      await source.close()
    }
  }
  const json = parsed(await bytesOf('model.json'), name)
  const groups = json.weightsManifest
  if (!Array.isArray(groups)) return damaged(name, 'there is no list of weights')
  const weights = new Map<string, TensorFlowWeight>()
  for (const group of groups)
    for (const weight of await weightsIn(group, name, bytesOf)) weights.set(weight.name, weight)
  return { name, json, weights }
}

function parsed(bytes: Uint8Array, name: string): Readonly<Record<string, unknown>> {
  let json: unknown
  try {
    json = JSON.parse(decodeUtf8(bytes, name))
  } catch (error) {
    damaged(name, `the file is no JSON (${error instanceof Error ? error.message : error})`)
  }
  return isPlainObject(json) ? json : damaged(name, 'the file is no JSON object')
}

/** The types of elements in shards. */
const widths: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
  complex64: 8,
}

async function weightsIn(
  group: unknown,
  name: string,
  bytesOf: (file: string) => Promise<Uint8Array>,
): Promise<TensorFlowWeight[]> {
  const { paths, weights } = isPlainObject(group) ? group : {}
  if (!Array.isArray(paths) || !Array.isArray(weights)) return damaged(name, 'the list of weights is damaged')
  const shards: Uint8Array[] = []
  for (const path of paths) {
    if (typeof path !== 'string' || !/^[^/\\:]+$/.test(path) || path === '..' || path === '.') {
      return damaged(name, `a file of weights is '${path}', no plain name`, 'The files of a model lie in one folder.')
    }
    shards.push(await bytesOf(path))
  }
  const bytes = joined(shards)
  let at = 0
  const found = weights.map((weight: unknown): TensorFlowWeight => {
    const { name: path, shape, dtype, quantization } = isPlainObject(weight) ? weight : {}
    if (typeof path !== 'string' || typeof dtype !== 'string' || !isShape(shape))
      return damaged(name, 'a weight is damaged')
    const packing = isPlainObject(quantization) ? quantization : undefined
    const stored = String(packing?.dtype ?? dtype)
    if (!Object.hasOwn(widths, stored))
      return fail(`${name}: the weight '${path}' is of the type ${stored}.`, 'Only numbers can be read.')
    const length = sizeOf(shape) * widths[stored]
    if (!(at + length <= bytes.length)) {
      return damaged(
        name,
        `the weight '${path}' ${formatShape(shape)} ends behind the ${bytes.length} bytes of its files`,
      )
    }
    const own = bytes.slice(at, at + length)
    at += length
    return {
      name: path,
      shape,
      dtype,
      read: async () => ({ shape, ...decoded(own, dtype, stored, packing, `${name}: '${path}'`) }),
    }
  })
  if (at !== bytes.length) damaged(name, `the weights have ${at} bytes, their files ${bytes.length}`)
  return found
}

const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)

function decoded(
  bytes: Uint8Array,
  dtype: string,
  stored: string,
  packing: Readonly<Record<string, unknown>> | undefined,
  label: string,
): Pick<StoredValue, 'dtype' | 'data'> {
  if (stored === 'float16')
    return { dtype: 'float32', data: Float32Array.from(new Uint16Array(bytes.buffer), decodeFloat16) }
  if (packing !== undefined) {
    const { scale, min } = packing
    if (typeof scale !== 'number' || typeof min !== 'number') return damaged(label, 'its quantisation is damaged')
    const packed = stored === 'uint16' ? new Uint16Array(bytes.buffer) : bytes
    const values = Float32Array.from(packed, (value) => value * scale + min)
    return dtype === 'int32'
      ? { dtype: 'int32', data: Int32Array.from(values, Math.round) }
      : { dtype: 'float32', data: values }
  }
  if (stored === 'float32') return { dtype: 'float32', data: new Float32Array(bytes.buffer) }
  if (stored === 'int32') return { dtype: 'int32', data: new Int32Array(bytes.buffer) }
  if (stored === 'bool') return { dtype: 'bool', data: bytes.map((byte) => (byte === 0 ? 0 : 1)) }
  if (stored === 'uint8') return { dtype: 'uint8', data: bytes }
  return fail(`${label} is of the type ${stored}.`, 'There are no tensors of it.')
}
