import {
  fromKeras,
  inspectFile,
  openGguf,
  openKeras,
  openPyTorch,
  openSafetensors,
  provideH5wasm,
  type TensorFile,
} from 'shapewise/formats'
import { graphOfNames } from '../graph/from-names'
import { moduleSource } from './of-module'
import { onnxSource } from './of-onnx'
import { recognised } from './recognised'
import type { Source } from './source'

provideH5wasm(() => import('h5wasm'))

/** How files of named weights are opened, by their format. */
const openers = {
  safetensors: openSafetensors,
  checkpoint: openSafetensors,
  pytorch: openPyTorch,
  gguf: openGguf,
  hdf5: openKeras,
  keras: openKeras,
} satisfies Record<string, (file: Blob, name: string) => Promise<TensorFile<string, unknown>>>

/**
 * The model of a file, known by its content.
 *
 * @throws if it is damaged, or no model is in it; the message says what is
 */
export async function openFile(file: Blob, name: string): Promise<Source> {
  const { format, title } = await inspectFile(file, name)
  if (format === 'onnx') return onnxSource(new Uint8Array(await file.arrayBuffer()), name)
  if (!Object.hasOwn(openers, format)) {
    throw new Error(
      `${name} is ${title}. Models are drawn from ONNX, Keras (.keras, .h5), PyTorch (.pt, .pth), safetensors, GGUF and checkpoints of Shapewise.`,
    )
  }
  const notes: string[] = []
  if (format === 'keras') {
    try {
      return await kerasSource(file, name)
    } catch (error) {
      notes.push(`Only its weights are shown: ${error instanceof Error ? error.message : error}`)
    }
  }
  const opened = await openers[format as keyof typeof openers](file, name)
  const tensors = opened.names.map((tensor) => ({ name: tensor, shape: opened.info(tensor).shape }))
  if (tensors.length === 0) throw new Error(`${name} is ${title}, but no tensors are in it.`)
  const known = format === 'safetensors' ? await recognised(opened) : undefined
  if (known !== undefined) {
    await opened.close()
    return known
  }
  if (notes.length === 0) {
    notes.push(`${title}: names and shapes of its weights; what is computed with them stands in no such file.`)
  }
  return {
    graph: graphOfNames(name, tensors),
    ...{ inputs: [], notes, order: format === 'pytorch' || format === 'safetensors' ? 'first' : 'last' },
    async weight(tensor) {
      const { shape, data } = await opened.read(tensor)
      return { shape, data: data as ArrayLike<number> }
    },
    close: () => opened.close(),
  }
}

/** Sizes that the file leaves open, except for the batch. */
const OPEN = 16

async function kerasSource(file: Blob, name: string): Promise<Source> {
  const model = await fromKeras(file, name)
  const embeds = [...model.layers.values()][0]?.constructor.name === 'Embedding'
  const inputs = model.inputNames.map((input, i) => {
    const declared = model.inputShapes[i]
    if (declared === undefined) throw new Error(`${name} does not say what shape its input '${input}' has.`)
    const shape = declared.map((size, axis) => size ?? (axis === 0 ? 1 : OPEN))
    const isPicture = shape.length === 4 && [1, 3, 4].includes(shape[3]!)
    return {
      ...{ name: input, shape, dtype: embeds ? ('int32' as const) : ('float32' as const) },
      ...(isPicture && { channels: 'last' as const }),
      ...(embeds && { below: 16 }),
    }
  })
  return moduleSource(name, model, inputs)
}
