import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { type Draft, type Field, type MessageName, messages } from './schema.js'

/** The bytes of a message. */
export function writeMessage<M extends MessageName>(name: M, message: Draft<M>): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter()
  write(name, message as Readonly<Record<string, unknown>>, writer)
  return writer.finish()
}

function write(name: MessageName, message: Readonly<Record<string, unknown>>, writer: BinaryWriter): void {
  for (const [field, [number, kind, repeated]] of Object.entries<Field>(messages[name])) {
    const value = message[field]
    if (value === undefined) continue
    const put = writers[kind as keyof typeof writers]
    if (put === undefined) {
      for (const one of (repeated === undefined ? [value] : value) as readonly Readonly<Record<string, unknown>>[]) {
        writer.tag(number, WireType.LengthDelimited).fork()
        write(kind as MessageName, one, writer)
        writer.join()
      }
    } else if (repeated === undefined) {
      put.write(writer.tag(number, put.wire), value as never)
    } else if (put.wire === WireType.LengthDelimited) {
      for (const one of value as readonly unknown[]) put.write(writer.tag(number, put.wire), one as never)
    } else if ((value as readonly unknown[]).length > 0) {
      // Packed, which readers of both versions of protobuf take.
      writer.tag(number, WireType.LengthDelimited).fork()
      for (const one of value as readonly unknown[]) put.write(writer, one as never)
      writer.join()
    }
  }
}

const writers = {
  int64: { wire: WireType.Varint, write: (writer: BinaryWriter, value: number) => writer.int64(BigInt(value)) },
  uint64: { wire: WireType.Varint, write: (writer: BinaryWriter, value: number) => writer.uint64(BigInt(value)) },
  int32: { wire: WireType.Varint, write: (writer: BinaryWriter, value: number) => writer.int32(value) },
  float: { wire: WireType.Bit32, write: (writer: BinaryWriter, value: number) => writer.float(value) },
  double: { wire: WireType.Bit64, write: (writer: BinaryWriter, value: number) => writer.double(value) },
  string: { wire: WireType.LengthDelimited, write: (writer: BinaryWriter, value: string) => writer.string(value) },
  bytes: { wire: WireType.LengthDelimited, write: (writer: BinaryWriter, value: Uint8Array) => writer.bytes(value) },
} as const
