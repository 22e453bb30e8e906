const tableOf = (polynomial: number): Int32Array =>
  Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1
    return value
  })

function checksum(bytes: Uint8Array, table: Int32Array): number {
  let value = -1
  for (let i = 0; i < bytes.length; i++) value = (value >>> 8) ^ table[(value ^ bytes[i]!) & 0xff]!
  return ~value >>> 0
}

const table = tableOf(0xedb88320)
const castagnoli = tableOf(0x82f63b78)

/** The checksum of zip and PNG files (ITU-T V.42). */
export const crc32 = (bytes: Uint8Array): number => checksum(bytes, table)

/** The checksum of TensorFlow's records (Castagnoli's polynomial; RFC 3720, appendix B.4). */
export const crc32c = (bytes: Uint8Array): number => checksum(bytes, castagnoli)
