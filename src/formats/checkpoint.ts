import { describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import { isPlainObject } from '../core/tree.js'
import { damaged } from '../data/formats/damage.js'
import type { Json } from '../data/pipeline/stage.js'
import type { State } from '../nn/state.js'
import type { ByteLocation } from './bytes/source.js'
import { openSafetensors } from './safetensors/file.js'
import { encodeSafetensors, writeSafetensors } from './safetensors/write.js'

/** All that is needed to go on: tensors by name, and whatever else as JSON. */
export interface Checkpoint {
  readonly tensors: State
  readonly json: Json
}

/** Where the JSON stands in the metadata. */
export const CHECKPOINT_KEY = 'shapewise'
/** Numbers that JSON has no form for are written as objects with this key. */
const NUMBER = '$number'

/**
 * Writes a checkpoint (Node): a safetensors file, which other programs read, with the JSON in its metadata. Every number comes back as
 * it was, those too that JSON does not know: infinities, NaN, −0. The file has its name only when it is complete and on the disk.
 *
 * @throws if the file cannot be written, or a value in `json` is not JSON
 * @example
 * const save = async (file: string) => writeCheckpoint(file, { tensors: await model.state(), json: { epoch: 3, best: Infinity } })
 */
export async function writeCheckpoint(path: string, { tensors, json }: Checkpoint): Promise<void> {
  return writeSafetensors(path, tensors, { metadata: metadataOf(json) })
}

/**
 * The bytes of the file that {@link writeCheckpoint} writes, to be kept elsewhere than in a file.
 *
 * @throws if a value in `json` is not JSON
 * @example
 * const bytes = encodeCheckpoint({ tensors: await model.state(), json: { epoch: 3 } })
 * const { json } = await readCheckpoint(bytes)
 * json // { epoch: 3 }
 */
export const encodeCheckpoint = ({ tensors, json }: Checkpoint): Uint8Array =>
  encodeSafetensors(tensors, { metadata: metadataOf(json) })

const metadataOf = (json: Json): Readonly<Record<string, string>> => ({
  [CHECKPOINT_KEY]: JSON.stringify(encoded(json, 'json')),
})

/**
 * Reads what {@link writeCheckpoint} has written.
 *
 * @throws if the file cannot be read, is damaged, or is no checkpoint
 * @example
 * const resume = async (file: string) => model.loadState((await readCheckpoint(file)).tensors)
 */
export async function readCheckpoint(location: ByteLocation): Promise<Checkpoint> {
  const file = await openSafetensors(location)
  try {
    const text = file.metadata[CHECKPOINT_KEY]
    if (text === undefined) {
      fail(`${file.name}: the file has tensors, but is no checkpoint.`, 'Read the tensors with readSafetensors.')
    }
    return { tensors: await file.state(), json: parse(text, file.name) }
  } finally {
    await file.close()
  }
}

function encoded(value: unknown, path: string): unknown {
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { [NUMBER]: Object.is(value, -0) ? '-0' : `${value}` }
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return Array.from(value, (each, i) => encoded(each, `${path}[${i}]`))
  if (!isPlainObject(value) || Object.hasOwn(value, NUMBER)) {
    return fail(
      `writeCheckpoint: ${path} is ${describe(value)}, which is not JSON`,
      'Put arrays of numbers into tensors.',
    )
  }
  const given = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(given.map(([key, each]) => [key, encoded(each, `${path}.${key}`)]))
}

function parse(text: string, name: string): Json {
  try {
    return JSON.parse(text, (_, value: unknown) =>
      isPlainObject(value) && NUMBER in value ? Number(value[NUMBER]) : value,
    )
  } catch (error) {
    return damaged(name, `the JSON in it is damaged (${error instanceof Error ? error.message : error})`)
  }
}
