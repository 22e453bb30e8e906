import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { damaged } from '../../../data/formats/damage.js'
import { type Field, type Message, type MessageName, messages } from './schema.js'

/** Graphs inside of graphs that anybody means are a few deep. */
const DEEPEST = 100

/**
 * A message of an ONNX file. Fields that are not known are skipped; bytes of tensors are views on `bytes`, not copies.
 *
 * @param file the name for messages
 * @throws if the bytes are no such message
 */
export function readMessage<M extends MessageName>(name: M, bytes: Uint8Array, file: string): Message<M> {
  try {
    const reader = new BinaryReader(bytes)
    return fieldsOf(name, reader, reader.len, 0) as Message<M>
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError || isReaderError(error)) {
      return damaged(file, `this is no ONNX file, or it is damaged: ${(error as Error).message}`)
    }
    throw error
  }
}

class Malformed extends Error {}

/** What the reader throws at bytes that are no protobuf, and at text that is no UTF-8. */
const isReaderError = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof Error && error.constructor === Error)

type Fields = Record<string, unknown>

interface Place {
  readonly field: string
  readonly kind: Field[1]
  readonly isList: boolean
}

/** The fields of each message by number. */
const placesOf = new Map<string, ReadonlyMap<number, Place>>()
/** The lists that each message starts with. */
const listsOf = new Map<string, readonly string[]>()
for (const [name, fields] of Object.entries<Readonly<Record<string, Field>>>(messages)) {
  const entries = Object.entries(fields)
  placesOf.set(
    name,
    new Map(
      entries.map(([field, [number, kind, repeated]]) => [number, { field, kind, isList: repeated !== undefined }]),
    ),
  )
  listsOf.set(
    name,
    entries.filter(([, [, , repeated]]) => repeated !== undefined).map(([field]) => field),
  )
}

const none: readonly never[] = Object.freeze([])

function fieldsOf(name: string, reader: BinaryReader, end: number, depth: number): Fields {
  if (depth > DEEPEST) throw new Malformed(`messages lie more than ${DEEPEST} deep in each other`)
  const places = placesOf.get(name) as ReadonlyMap<number, Place>
  const fields: Fields = {}
  for (const list of listsOf.get(name) ?? none) fields[list] = none
  while (reader.pos < end) {
    const [number, wire] = reader.tag()
    const place = places.get(number)
    if (place === undefined) {
      reader.skip(wire, number)
      if (reader.pos > end) throw new Malformed(`a field of ${name} reaches past its end`)
      continue
    }
    const { field, kind, isList } = place
    let list: unknown[] | undefined
    if (isList) {
      list = (fields[field] === none ? [] : fields[field]) as unknown[]
      fields[field] = list
    }
    if (list !== undefined && isNumber(kind) && wire === WireType.LengthDelimited) {
      const stop = lengthFrom(reader, end, `${name}.${field}`)
      while (reader.pos < stop) list.push(scalars[kind].read(reader))
      if (reader.pos > stop) throw new Malformed(`a number of ${name}.${field} reaches past its end`)
    } else {
      const value = isScalar(kind)
        ? scalar(kind, reader, wire, `${name}.${field}`)
        : inner(kind, reader, wire, end, depth, `${name}.${field}`)
      if (list === undefined) fields[field] = value
      else list.push(value)
    }
    if (reader.pos > end) throw new Malformed(`${name}.${field} reaches past the end of its message`)
  }
  return fields
}

function lengthFrom(reader: BinaryReader, end: number, what: string): number {
  const length = reader.uint32()
  if (reader.pos + length > end) {
    throw new Malformed(`${what} says it has ${length} bytes, of which ${end - reader.pos} are there`)
  }
  return reader.pos + length
}

function inner(kind: string, reader: BinaryReader, wire: WireType, end: number, depth: number, what: string): Fields {
  if (wire !== WireType.LengthDelimited) throw new Malformed(`${what} has wire type ${wire}`)
  return fieldsOf(kind, reader, lengthFrom(reader, end, what), depth + 1)
}

type Scalar = keyof typeof scalars

function scalar(kind: Scalar, reader: BinaryReader, wire: WireType, what: string): unknown {
  if (wire !== scalars[kind].wire) throw new Malformed(`${what} has wire type ${wire}`)
  return scalars[kind].read(reader)
}

const scalars = {
  int64: { wire: WireType.Varint, read: (reader: BinaryReader) => Number(reader.int64()) },
  uint64: { wire: WireType.Varint, read: (reader: BinaryReader) => Number(reader.uint64()) },
  int32: { wire: WireType.Varint, read: (reader: BinaryReader) => reader.int32() },
  float: { wire: WireType.Bit32, read: (reader: BinaryReader) => reader.float() },
  double: { wire: WireType.Bit64, read: (reader: BinaryReader) => reader.double() },
  string: { wire: WireType.LengthDelimited, read: (reader: BinaryReader) => reader.string() },
  bytes: { wire: WireType.LengthDelimited, read: (reader: BinaryReader) => reader.bytes() },
} as const

const isScalar = (kind: string): kind is Scalar => Object.hasOwn(scalars, kind)
const isNumber = (kind: string): kind is Exclude<Scalar, 'string' | 'bytes'> =>
  isScalar(kind) && scalars[kind].wire !== WireType.LengthDelimited
