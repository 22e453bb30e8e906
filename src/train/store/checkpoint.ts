import { damaged } from '../../data/formats/damage.js'
import { encodeCheckpoint, readCheckpoint } from '../../formats/checkpoint.js'
import { encodeSafetensors } from '../../formats/safetensors/write.js'
import type { State } from '../../nn/index.js'
import { putTogether, takeApart } from './stored.js'

/** Plain data with values of tensors anywhere in it, as the bytes of a file that `readCheckpoint` of the formats reads, too. */
export const packCheckpoint = (value: unknown): Uint8Array => encodeCheckpoint(takeApart(value))

/** Takes back {@link packCheckpoint}. @throws if the bytes are no checkpoint, or damaged */
export async function unpackCheckpoint(name: string, bytes: Uint8Array): Promise<unknown> {
  try {
    return putTogether(await readCheckpoint(bytes))
  } catch (error) {
    return damaged(name, error instanceof Error ? error.message : String(error))
  }
}

/** The weights of a model alone. */
export const packWeights = (state: State): Uint8Array => encodeSafetensors(state)
