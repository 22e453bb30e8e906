import { crc32c } from '../../data/formats/crc32.js'
import { ByteReader, damaged } from '../../data/formats/damage.js'

/** The checksum of a record, turned so that checksums of checksums stay good ones. */
function masked(bytes: Uint8Array): number {
  const value = crc32c(bytes)
  return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0
}

/** A record as it stands in a file: its length, the length's checksum, the bytes and theirs. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + data.length)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, masked(record.subarray(0, 8)), true)
  record.set(data, 12)
  view.setUint32(12 + data.length, masked(data), true)
  return record
}

/**
 * The records of a file, each of which is checked.
 *
 * Source: TensorFlow, "TFRecord and tf.train.Example: TFRecords format details", 2024.
 *
 * @param partial whether a record that is not complete ends the file, as while it is being written
 */
export function* readRecords(bytes: Uint8Array, name: string, partial: boolean): Generator<Uint8Array> {
  const reader = new ByteReader(bytes, name)
  for (let at = 0; at < bytes.length; ) {
    if (partial && at + 12 > bytes.length) return
    const what = `record at ${at}`
    const length = reader.uint64(at, what)
    if (masked(reader.slice(at, 8, what)) !== reader.uint32(at + 8, what)) {
      damaged(name, `the checksum of the length of the ${what} is wrong`)
    }
    const end = at + 12 + length
    if (partial && end + 4 > bytes.length) return
    const data = reader.slice(at + 12, length, what)
    if (masked(data) !== reader.uint32(end, what)) damaged(name, `the checksum of the ${what} is wrong`)
    yield data
    at = end + 4
  }
}
