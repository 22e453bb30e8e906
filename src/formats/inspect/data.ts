import { isPlainObject } from '../../core/tree.js'
import { parseCsv } from '../../data/formats/csv.js'
import { parseIdx } from '../../data/formats/idx.js'
import { parseNpy } from '../../data/formats/npy.js'
import { parseTar } from '../../data/formats/tar.js'
import { parseWav } from '../../data/formats/wav.js'
import type { FileFormat, Found } from './contents.js'

/** Width and height. */
const picture = (format: FileFormat, width: number, height: number): Found => ({
  format,
  title: `picture (${format.toUpperCase()})`,
  details: { width, height },
})

export function pngIn(bytes: Uint8Array): Found {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return picture('png', view.getUint32(16), view.getUint32(20))
}

export function gifIn(bytes: Uint8Array): Found {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return picture('gif', view.getUint16(6, true), view.getUint16(8, true))
}

/** The size stands in one of the segments, behind what cameras note. */
export function jpegIn(bytes: Uint8Array): Found {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 2; at + 9 < bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1]
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return picture('jpeg', view.getUint16(at + 7), view.getUint16(at + 5))
    if (bytes[at] !== 0xff) break
  }
  return { format: 'jpeg', title: 'picture (JPEG)' }
}

export function wavIn(bytes: Uint8Array, name: string): Found {
  const { sampleRate, channels, frames } = parseWav(bytes, name)
  const seconds = Number((frames / sampleRate).toPrecision(4))
  return { format: 'wav', title: 'sound (WAV)', details: { seconds, 'samples per second': sampleRate, channels } }
}

export function npyIn(bytes: Uint8Array, name: string): Found {
  const { data, shape } = parseNpy(bytes, name)
  const dtype = data.constructor.name.replace('Array', '').toLowerCase()
  return { format: 'npy', title: 'array of NumPy', tensors: [{ name: 'array', dtype, shape }] }
}

export function idxIn(bytes: Uint8Array, name: string): Found {
  const { type, shape } = parseIdx(bytes, name)
  return { format: 'idx', title: 'array (IDX)', tensors: [{ name: 'array', dtype: type, shape }] }
}

export function tarIn(bytes: Uint8Array, name: string): Found {
  const files = [...parseTar(bytes, name)].map((file) => file.path)
  return { format: 'tar', title: 'tar archive', details: { files: files.length, first: files.slice(0, 8).join(', ') } }
}

/** JSON of a kind that is known, or any. */
export function jsonIn(text: string): Found | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (isPlainObject(value) && isPlainObject(value.weight_map)) {
    const files = new Set(Object.values(value.weight_map))
    const details = { tensors: Object.keys(value.weight_map).length, files: [...files].join(', ') }
    return { format: 'safetensors index', title: 'index of a set of safetensors files', details }
  }
  if (isPlainObject(value) && isPlainObject(value.modelTopology) && Array.isArray(value.weightsManifest))
    return modelIn(value)
  const details: Record<string, string | number> = isPlainObject(value)
    ? { keys: Object.keys(value).slice(0, 20).join(', ') }
    : { elements: Array.isArray(value) ? value.length : 1 }
  return { format: 'json', title: 'JSON', details }
}

function modelIn({ modelTopology, weightsManifest }: Readonly<Record<string, unknown>>): Found {
  const nodes = isPlainObject(modelTopology) ? modelTopology.node : undefined
  const tensors = (weightsManifest as readonly unknown[])
    .flatMap((group) => (isPlainObject(group) && Array.isArray(group.weights) ? group.weights : []))
    .filter(isPlainObject)
    .map(({ name, dtype, shape }) => ({
      name: String(name),
      dtype: String(dtype),
      shape: Array.isArray(shape) ? shape.map(Number) : [],
    }))
  const details: Record<string, string | number> = Array.isArray(nodes)
    ? { operations: nodes.length }
    : { kind: 'layers' }
  return { format: 'tensorflow.js', title: 'model of TensorFlow.js', details, tensors }
}

/** Text: a table, if its lines have equally many fields. */
export function textIn(text: string, bytes: Uint8Array, name: string): Found {
  const lines = text.split('\n')
  const first = lines.slice(0, 20).filter((line) => line.trim() !== '')
  const separator = [',', ';', '\t'].find((each) => {
    const counts = first.map((line) => line.split(each).length)
    return first.length > 1 && counts[0] > 1 && counts.every((count) => count === counts[0])
  })
  if (separator !== undefined) {
    try {
      const table = parseCsv(bytes, { separator }, name)
      return {
        format: 'csv',
        title: 'table (CSV)',
        details: { rows: table.rows.length, columns: table.names.join(', ') },
      }
    } catch {
      // Not every text with commas is a table.
    }
  }
  return { format: 'text', title: 'text', details: { lines: lines.length, characters: text.length } }
}
