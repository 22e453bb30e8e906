import { fail } from '../../core/errors.js'
import { formatShape, sizeOf } from '../../core/shape.js'
import { damaged } from '../../data/formats/damage.js'
import { bytesFor, type SafetensorsDType } from '../safetensors/elements.js'
import type { RawTensor } from '../tensor-file.js'
import { Global } from './pickle.js'

/** Where the elements of tensors lie. */
export interface StorageBytes {
  readonly dtype: SafetensorsDType
  readonly key: string
  /** In bytes. */
  readonly length: number
}

/** A tensor of a file: a view of a storage. */
export class PyTorchTensor {
  constructor(
    readonly storage: StorageBytes,
    readonly dtype: SafetensorsDType,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    /** In elements. */
    readonly offset: number,
  ) {}

  get bytes(): number {
    return bytesFor(this.dtype, this.shape)
  }

  /** The elements in row-major order, out of the bytes of the storage. */
  gather(stored: Uint8Array): RawTensor<SafetensorsDType> {
    const { dtype, shape, strides, offset } = this
    const width = bytesFor(dtype, [1])
    const start = offset * width
    const count = sizeOf(shape)
    if (isContiguous(shape, strides)) return { dtype, shape, bytes: stored.slice(start, start + count * width) }
    const bytes = new Uint8Array(count * width)
    const index = shape.map(() => 0)
    let from = offset
    for (let i = 0; i < count; i++) {
      for (let byte = 0; byte < width; byte++) bytes[i * width + byte] = stored[from * width + byte]
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += strides[axis]
        if (++index[axis] < shape[axis]) break
        from -= strides[axis] * shape[axis]
        index[axis] = 0
      }
    }
    return { dtype, shape, bytes }
  }
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return false
    stride *= shape[axis]
  }
  return true
}

/** The classes of storages, and the dtypes, by what PyTorch calls them. */
const storages: { readonly [name: string]: SafetensorsDType } = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
  ComplexFloatStorage: 'C64',
  UntypedStorage: 'U8',
}
const dtypes: { readonly [name: string]: SafetensorsDType } = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  bool: 'BOOL',
  complex64: 'C64',
  float8_e4m3fn: 'F8_E4M3',
  float8_e5m2: 'F8_E5M2',
}

const own = (table: { readonly [name: string]: SafetensorsDType }, name: string): SafetensorsDType | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** The element type of a class of storages. */
export const storageDType = ({ module, name }: Global): SafetensorsDType | undefined =>
  /^torch(\.storage|\.cuda)?$/.test(module) ? own(storages, name) : undefined

const tensorDType = ({ module, name }: Global): SafetensorsDType | undefined =>
  module === 'torch' ? own(dtypes, name) : undefined

type Call = (args: readonly unknown[], name: string) => unknown

/** The functions that make up a file of tensors, and what they give here. */
const calls: { readonly [global: string]: Call } = {
  'collections.OrderedDict': dictionary,
  'collections.defaultdict': () => new Map(),
  'collections.Counter': dictionary,
  'torch._utils._rebuild_tensor': ([storage, offset, shape, strides], name) =>
    view(storage, offset, shape, strides, name),
  'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides], name) =>
    view(storage, offset, shape, strides, name),
  'torch._utils._rebuild_tensor_v3': ([storage, offset, shape, strides, , , dtype], name) => {
    const type = dtype instanceof Global ? tensorDType(dtype) : undefined
    if (type === undefined)
      fail(`${name}: there are tensors of ${dtype}, which are not known.`, 'Convert them to float32.')
    return view(storage, offset, shape, strides, name, type)
  },
  'torch._utils._rebuild_parameter': ([tensor]) => tensor,
  'torch._utils._rebuild_parameter_with_state': ([tensor]) => tensor,
  'torch._tensor._rebuild_from_type_v2': ([, , args], name) =>
    calls['torch._utils._rebuild_tensor_v2'](Array.isArray(args) ? args : [], name),
  'torch.Size': ([sizes]) => sizes,
  'torch.device': ([kind, index]) => (index === undefined ? kind : `${kind}:${index}`),
  ...Object.fromEntries(
    ['__builtin__.set', '__builtin__.frozenset', 'builtins.set', 'builtins.frozenset'].map((name): [string, Call] => [
      name,
      ([values]) => new Set(Array.isArray(values) ? values : []),
    ]),
  ),
  '_codecs.encode': ([text]) => Uint8Array.from(String(text), (letter) => letter.charCodeAt(0)),
}

function dictionary([items]: readonly unknown[]): unknown {
  if (items instanceof Map) return new Map(items)
  const pairs = Array.isArray(items) ? items.filter((pair): pair is [unknown, unknown] => Array.isArray(pair)) : []
  return new Map(pairs)
}

/** Whether a class or function may stand in a file. */
export const isKnown = (global: Global): boolean =>
  Object.hasOwn(calls, String(global)) || storageDType(global) !== undefined || tensorDType(global) !== undefined

/** What a call gives. Classes that only name element types cannot be called. */
export function callKnown(global: Global, args: readonly unknown[], name: string): unknown {
  const call = Object.hasOwn(calls, String(global)) ? calls[String(global)] : undefined
  return call === undefined ? damaged(name, `the pickle calls '${global}'`) : call(args, name)
}

const areCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)

/** A view of a storage; throws if an element of it would lie outside. */
function view(
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  name: string,
  dtype?: SafetensorsDType,
): PyTorchTensor {
  if (!isStorage(storage)) return damaged(name, 'a tensor has no storage')
  if (!areCounts(shape) || !areCounts(strides) || !areCounts([offset]) || shape.length !== strides.length) {
    return damaged(name, `a tensor of storage ${storage.key} has no sizes and strides`)
  }
  const tensor = new PyTorchTensor(storage, dtype ?? storage.dtype, [...shape], [...strides], Number(offset))
  const width = bytesFor(tensor.dtype, [1])
  const last = shape.reduce((at, size, axis) => at + (size - 1) * strides[axis], tensor.offset)
  const isEmpty = shape.includes(0)
  if (!isEmpty && !((last + 1) * width <= storage.length)) {
    return damaged(
      name,
      `a tensor ${tensor.dtype}${formatShape(shape)} reaches beyond the ${storage.length} bytes of storage ${storage.key}`,
    )
  }
  return tensor
}

const isStorage = (value: unknown): value is StorageBytes =>
  typeof value === 'object' && value !== null && 'key' in value && 'length' in value && 'dtype' in value
