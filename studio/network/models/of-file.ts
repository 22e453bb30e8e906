import { inspectFile, openGguf, openKeras, openPyTorch, openSafetensors, type TensorFile } from 'shapewise/formats'
import { graphOfNames } from '../graph/from-names'
import type { Source } from './source'

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
  const contents = await inspectFile(file, name)
  const { format, title } = contents
  if (!Object.hasOwn(openers, format)) {
    throw new Error(
      `${name} is ${title}. Models are drawn from ONNX, Keras (.keras, .h5), PyTorch (.pt, .pth), safetensors, GGUF and checkpoints of Shapewise.`,
    )
  }
  const opened = await openers[format as keyof typeof openers](file, name)
  const tensors = opened.names.map((tensor) => ({ name: tensor, shape: opened.info(tensor).shape }))
  if (tensors.length === 0) throw new Error(`${name} is ${title}, but no tensors are in it.`)
  return {
    graph: graphOfNames(name, tensors),
    inputs: [],
    order: format === 'pytorch' || format === 'safetensors' ? 'first' : 'last',
    notes: [`${title}: names and shapes of its weights; what is computed with them stands in no such file.`],
    async weight(tensor) {
      const { shape, data } = await opened.read(tensor)
      return { shape, data: data as ArrayLike<number> }
    },
    close: () => opened.close(),
  }
}
