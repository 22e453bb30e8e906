import { fail } from '../../core/errors.js'
import { formatShape, sizeOf } from '../../core/shape.js'
import { damaged } from '../../data/formats/damage.js'
import type { StoredValue } from '../../nn/state.js'
import { type ByteLocation, type ByteSource, openBytes } from '../bytes/source.js'
import { decodeRaw, type SafetensorsDType } from '../safetensors/elements.js'
import { TensorFile, type TensorPlace } from '../tensor-file.js'
import { blockTypes, dequantised } from './blocks.js'
import { type GgufEntry, type GgufHeader, type GgufValue, readGgufHeader } from './header.js'

/** Element types that are no blocks. */
const plainTypes = { F32: 4, F16: 2, BF16: 2, F64: 8, I8: 1, I16: 2, I32: 4, I64: 8 } as const satisfies {
  readonly [D in SafetensorsDType]?: number
}

/** The element types of GGUF files. */
export type GgufDType = keyof typeof plainTypes | keyof typeof blockTypes

const byNumber: readonly (GgufDType | undefined)[] = [
  ...(['F32', 'F16', 'Q4_0', 'Q4_1', undefined, undefined, 'Q5_0', 'Q5_1', 'Q8_0', 'Q8_1'] as const),
  ...(['Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'Q8_K', 'IQ2_XXS', 'IQ2_XS', 'IQ3_XXS', 'IQ1_S'] as const),
  ...(['IQ4_NL', 'IQ3_S', 'IQ2_S', 'IQ4_XS', 'I8', 'I16', 'I32', 'I64', 'F64', 'IQ1_M'] as const),
  ...(['BF16', undefined, undefined, undefined, 'TQ1_0', 'TQ2_0', undefined, undefined, undefined, 'MXFP4'] as const),
]

/** An open GGUF file. */
export type GgufFile = TensorFile<GgufDType, ReadonlyMap<string, GgufValue>>

/**
 * Opens a GGUF file, in which llama.cpp and its relatives keep language models: notes (sizes, tokens …) as `metadata`, and tensors of
 * which only those that are asked for are read. Quantised ones (Q4_0 … Q8_1, Q2_K … Q8_K) become float32, the others stay what
 * they are. Shapes begin with the slowest axis: a linear layer is [outputs, inputs].
 *
 * @throws if the file cannot be read, is damaged, or is one of several
 *
 * Source: G. Gerganov and contributors, "GGUF", specification of version 3, 2024.
 *
 * @example
 * const architecture = async (file: string) => (await openGguf(file)).metadata.get('general.architecture')
 */
export async function openGguf(location: ByteLocation, name?: string): Promise<GgufFile> {
  const source = await openBytes(location, name)
  try {
    return await ggufFrom(source)
  } catch (error) {
    await source.close()
    throw error
  }
}

/** The file in a source, which it closes when it is closed. */
export async function ggufFrom(source: ByteSource): Promise<GgufFile> {
  const header = await readGgufHeader(source)
  const parts = header.metadata.get('split.count')
  if (typeof parts === 'number' && parts > 1) {
    const which = Number(header.metadata.get('split.no') ?? 0) + 1
    fail(`${source.name}: this is file ${which} of ${parts}.`, 'Join them: llama-gguf-split --merge.')
  }
  const places = header.tensors.map((entry) => [entry.name, placeOf(entry, header, source)] as const)
  return new TensorFile(source.name, header.metadata, new Map(places), () => source.close())
}

function placeOf(entry: GgufEntry, { start, alignment }: GgufHeader, source: ByteSource): TensorPlace<GgufDType> {
  const { name: path, shape, offset } = entry
  const dtype = byNumber[entry.type]
  if (dtype === undefined) {
    return fail(
      `${source.name}: '${path}' has elements of the unknown type ${entry.type}.`,
      'Convert it to a common one.',
    )
  }
  const block = isPlain(dtype) ? { elements: 1, bytes: plainTypes[dtype] } : blockTypes[dtype]
  const row = shape[shape.length - 1] ?? 1
  if (row % block.elements !== 0) {
    damaged(source.name, `'${path}' is ${dtype}${formatShape(shape)}, but rows consist of blocks of ${block.elements}`)
  }
  const bytes = (sizeOf(shape) / block.elements) * block.bytes
  const at = start + offset
  if (offset % alignment !== 0 || at + bytes > source.size) {
    damaged(source.name, `'${path}' lies at ${at} … ${at + bytes}, the file has ${source.size} bytes`)
  }
  const raw = async () => ({ dtype, shape, bytes: await source.read(at, bytes, `tensor '${path}'`) })
  const read = async (): Promise<StoredValue> => {
    const stored = (await raw()).bytes
    if (isPlain(dtype)) return decodeRaw({ dtype, shape, bytes: stored }, path, source.name)
    const data = dequantised(dtype, stored)
    if (data !== undefined) return { dtype: 'float32', shape, data }
    return fail(`${source.name}: '${path}' has elements of type ${dtype}.`, `Convert it, or read raw('${path}').`)
  }
  return { dtype, shape, bytes, raw, read }
}

const isPlain = (dtype: GgufDType): dtype is keyof typeof plainTypes => Object.hasOwn(plainTypes, dtype)
