import { cureFor, describe } from '../../../core/describe.js'
import { fail } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { type FileLocation, readFile } from '../../../data/own/read-file.js'
import { readMessage } from '../file/read.js'
import type { Message } from '../file/schema.js'
import { OnnxModel } from './model.js'
import { graphsIn, heldIn } from './weights.js'

export interface FromOnnxOptions {
  /** 'float32' holds the 16-bit floats of the file as float32, to train them without loss; by default they stay what they are. */
  readonly dtype?: 'float32'
  /** The bytes of files in which the model keeps weights, by the names that it uses; needed where the model itself comes as bytes. */
  readonly external?: Readonly<Record<string, Uint8Array>>
  /** Whether a tensor of floats is to be trained; by default those are that stand where weights do. */
  readonly trainable?: (name: string, shape: readonly number[]) => boolean
}

/**
 * The model of an ONNX file as a module that runs, trains and can be exported again.
 *
 * Weights become parameters and statistics buffers under the names of the file. The layout is that of the file: pictures are [batch, channels,
 * height, width]. Shapes that the model calculates (Shape, Gather, Concat, Reshape …) are worked out for the shapes it is called with.
 * Whole numbers of 64 bits are held in 32. The module starts in evaluation mode.
 * (ONNX, "Open Neural Network Exchange", versions 7 … 21 of the operators.)
 *
 * @param source a path or address, or the bytes of the file
 * @throws if the file is damaged, or has an operator, a type or a version that is not supported; the message names the node
 * @example
 * const model = await fromOnnx(bytes)
 * const maps = model.forward(picture) // [1, 3, 8, 8] → [1, 4, 6, 6]
 */
export async function fromOnnx(source: FileLocation | Uint8Array, options: FromOnnxOptions = {}): Promise<OnnxModel> {
  checkOptions('fromOnnx', options, { dtype: true, external: true, trainable: true })
  const { dtype, external = {}, trainable } = options
  if (dtype !== undefined && dtype !== 'float32') {
    fail(`fromOnnx: the dtype is ${describe(dtype)}`, "It may be 'float32'; without it, dtypes are those of the file.")
  }
  const isBytes = source instanceof Uint8Array
  if (!isBytes && typeof source !== 'string' && !(source instanceof URL)) {
    fail(
      `fromOnnx: the file is ${describe(source)}`,
      cureFor(source, 'Give a path, an address, or the bytes of a file as a Uint8Array.'),
    )
  }
  const file = isBytes ? 'fromOnnx' : String(source)
  const message = readMessage('Model', isBytes ? source : await readFile(source), file)
  const files = new Map(Object.entries(external))
  if (!isBytes) {
    for (const name of externalFiles(message)) {
      if (!files.has(name)) files.set(name, await readFile(beside(String(source), name)))
    }
  }
  return new OnnxModel(message, {
    file,
    dtype,
    trainable,
    external: (name) =>
      files.get(name) ??
      fail(`${file}: the file '${name}' with weights is missing`, `Pass its bytes: external: { '${name}': … }.`),
  })
}

/** The other files that a model needs; names that lead out of its folder are refused later. */
function externalFiles({ graph }: Message<'Model'>): Set<string> {
  const names = new Set<string>()
  if (graph === undefined) return names
  for (const inner of graphsIn(graph)) {
    for (const { tensor } of heldIn(inner)) {
      const name =
        tensor.dataLocation === 1 ? tensor.externalData.find(({ key }) => key === 'location')?.value : undefined
      if (name !== undefined && !/^([/\\]|[A-Za-z]:)/.test(name) && !name.split(/[/\\]/).includes('..')) names.add(name)
    }
  }
  return names
}

/** The path or address of a file in the folder of another. */
const beside = (file: string, name: string): string =>
  `${file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)}${name}`
