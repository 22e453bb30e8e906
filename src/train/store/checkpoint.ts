import { fail } from '../../core/errors.js'
import type { State } from '../../nn/state.js'
import { putTogether, takeApart } from './stored.js'
import { packTensors, unpackTensors } from './tensors.js'

/** What the metadata of the file call the plain part. */
const KEY = 'shapewise.training'

/** Plain data with values of tensors in it as the bytes of a safetensors file, the plain part among its metadata. */
export function packCheckpoint(value: unknown): Uint8Array {
  const { plain, tensors } = takeApart(value)
  return packTensors(tensors, { [KEY]: JSON.stringify(plain) })
}

/** Takes back {@link packCheckpoint}. @throws if the bytes are no checkpoint, or damaged */
export function unpackCheckpoint(name: string, bytes: Uint8Array): unknown {
  const { tensors, metadata } = unpackTensors(name, bytes)
  const text = metadata[KEY]
  if (text === undefined) {
    fail(`${name}: this is no checkpoint of a training`, 'Take one from the folder checkpoints of a run.')
  }
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch {
    fail(`${name}: the checkpoint is damaged`, 'Use an earlier one.')
  }
  return putTogether({ plain, tensors })
}

/** The weights of models alone, as a file that other programs read, too. */
export const packWeights = (state: State, about: Readonly<Record<string, string>> = {}): Uint8Array =>
  packTensors(state, about)
