import { isPlainObject } from '../../core/tree.js'
import { parseNpy } from '../../data/formats/npy.js'
import { openZipPieces, type Zip } from '../../data/formats/zip.js'
import { checkUnpacked } from '../bytes/archive.js'
import { type ByteSource, readAll } from '../bytes/source.js'
import { CHECKPOINT_KEY } from '../checkpoint.js'
import { ggufFrom } from '../gguf/file.js'
import type { GgufValue } from '../gguf/header.js'
import { openH5 } from '../keras/h5.js'
import { readMessage } from '../onnx/file/read.js'
import { openingPyTorch } from '../pytorch/file.js'
import { readHeader } from '../safetensors/header.js'
import type { TensorFile } from '../tensor-file.js'
import { readTensorBoard } from '../tensorboard/read.js'
import { bytesText, type Found, type ListedTensor } from './contents.js'

const listed = (file: TensorFile): readonly ListedTensor[] =>
  file.names.map((name) => {
    const { dtype, shape } = file.info(name)
    return { name, dtype, shape }
  })

export async function safetensorsIn(source: ByteSource): Promise<Found> {
  const { metadata, tensors } = await readHeader(source)
  const isCheckpoint = metadata[CHECKPOINT_KEY] !== undefined
  return {
    format: isCheckpoint ? 'checkpoint' : 'safetensors',
    title: isCheckpoint ? 'checkpoint of Shapewise' : 'safetensors file',
    details: metadata,
    tensors: [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
  }
}

/** A note in a line: of lists only how long they are. */
function noted(value: GgufValue): string | number {
  if (typeof value === 'object') return `${value.length} values`
  return typeof value === 'number' ? value : String(value)
}

export async function ggufIn(source: ByteSource): Promise<Found> {
  const file = await ggufFrom(source)
  const details = [...file.metadata].map(([key, value]) => [key, noted(value)] as const)
  return { format: 'gguf', title: 'GGUF file', details: Object.fromEntries(details), tensors: listed(file) }
}

export async function pytorchIn(source: ByteSource): Promise<Found> {
  const file = await openingPyTorch(source)
  const { metadata } = file
  const others =
    metadata instanceof Map
      ? [...metadata].filter(([, value]) => typeof value === 'number' || typeof value === 'string')
      : []
  const details = Object.fromEntries(others.map(([key, value]) => [String(key), value as string | number]))
  return { format: 'pytorch', title: 'tensors of PyTorch', details, tensors: listed(file) }
}

export async function hdf5In(bytes: Uint8Array, name: string): Promise<Found> {
  const file = await openH5(bytes, name)
  try {
    const tensors = [...file.datasets.values()].map(({ path, dtype, shape }) => ({ name: path, dtype, shape }))
    const config = file.attribute('', 'model_config')
    if (typeof config !== 'string') return { format: 'hdf5', title: 'HDF5 file', tensors }
    return { format: 'keras', title: 'model of Keras', details: modelDetails(config), tensors }
  } finally {
    file.close()
  }
}

/** The class of a model, and how many layers it has. */
function modelDetails(config: string): Readonly<Record<string, string | number>> {
  try {
    const model: unknown = JSON.parse(config)
    if (!isPlainObject(model)) return {}
    const inner = isPlainObject(model.config) ? model.config : {}
    const layers = Array.isArray(inner.layers) ? inner.layers : []
    const classes = layers.map((layer: unknown) => (isPlainObject(layer) ? String(layer.class_name) : '?'))
    return { class: String(model.class_name), layers: `${layers.length}: ${classes.join(', ')}` }
  } catch {
    return {}
  }
}

/** A zip archive, by what is in it. */
export async function archiveIn(source: ByteSource): Promise<Found> {
  const { name, size } = source
  const zip = await openZipPieces(source, name)
  if (zip.names.some((path) => /^([^/]+\/)?data\.pkl$/.test(path))) return pytorchIn(source)
  if (zip.has('config.json') && zip.has('model.weights.h5')) {
    checkUnpacked(zip, size, name)
    const config = new TextDecoder().decode(await zip.read('config.json'))
    const { tensors = [] } = await hdf5In(await zip.read('model.weights.h5'), name)
    return { format: 'keras', title: 'model of Keras 3', details: modelDetails(config), tensors }
  }
  const unpacked = zip.names.reduce((sum, path) => sum + zip.size(path), 0)
  const isSmall = unpacked <= 64 * size + 64e6
  if (isSmall && zip.names.length > 0 && zip.names.every((path) => path.endsWith('.npy'))) return arraysIn(zip, name)
  const details = { files: zip.names.length, unpacked: bytesText(unpacked), first: zip.names.slice(0, 8).join(', ') }
  return { format: 'zip', title: 'zip archive', details }
}

async function arraysIn(zip: Zip, name: string): Promise<Found> {
  const tensors: ListedTensor[] = []
  for (const path of zip.names) {
    const { data, shape } = parseNpy(await zip.read(path), `${name}: ${path}`)
    tensors.push({ name: path.slice(0, -4), dtype: data.constructor.name.replace('Array', '').toLowerCase(), shape })
  }
  return { format: 'npz', title: 'arrays of NumPy', tensors }
}

/** What ONNX calls its types, by their numbers. */
const onnxTypes = [
  '',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
]

export function onnxIn(bytes: Uint8Array, name: string): Found {
  const { graph, operatorSets, producerName = '' } = readMessage('Model', bytes, name)
  if (graph === undefined) throw new Error('no graph')
  const weights = new Set(graph.initializers.map((tensor) => tensor.name))
  const ports = (list: typeof graph.inputs): string =>
    list
      .filter((port) => !weights.has(port.name))
      .map((port) => {
        const dims = port.type?.tensor?.shape?.dims.map((dim) => dim.value ?? dim.symbol ?? '?')
        return `${port.name} [${dims?.join(', ') ?? '…'}]`
      })
      .join(', ')
  const counts = new Map<string, number>()
  for (const { operator = '?' } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1)
  const operators = [...counts].sort((a, b) => b[1] - a[1]).map(([operator, count]) => `${count} × ${operator}`)
  return {
    format: 'onnx',
    title: 'ONNX model',
    details: {
      producer: producerName,
      operators: `version ${operatorSets.map(({ version }) => version).join(', ')}`,
      inputs: ports(graph.inputs),
      outputs: ports(graph.outputs),
      nodes: `${graph.nodes.length}: ${operators.join(', ')}`,
    },
    tensors: graph.initializers.map((tensor) => ({
      name: tensor.name ?? '',
      dtype: onnxTypes[tensor.dataType ?? 0] || String(tensor.dataType),
      shape: tensor.dims,
    })),
  }
}

export async function tensorBoardIn(source: ByteSource): Promise<Found> {
  const events = await readTensorBoard(await readAll(source), { partial: true })
  const tags = new Map<string, { kind: string; count: number }>()
  for (const { summaries } of events) {
    for (const { tag, summary } of summaries)
      tags.set(tag, { kind: summary.kind, count: (tags.get(tag)?.count ?? 0) + 1 })
  }
  const details = [...tags].map(([tag, { kind, count }]) => [tag, `${count} × ${kind}`] as const)
  const steps = events.map(({ step }) => step)
  return {
    format: 'tensorboard',
    title: 'event file of TensorBoard',
    details: {
      events: events.length,
      steps: steps.length > 0 ? `${Math.min(...steps)} … ${Math.max(...steps)}` : 'none',
      ...Object.fromEntries(details),
    },
  }
}
