/** The number of the entry that says how a picture is to be turned. */
const ORIENTATION = 0x0112
const SHORT = 3

/**
 * How a picture is to be turned, 1 … 8, from its EXIF data (a TIFF file of entries); 1, not at all, where they do not say it or are
 * damaged, since the picture can be read all the same.
 *
 * Source: CIPA, "Exchangeable image file format for digital still cameras: Exif Version 2.32", 2019.
 */
export function orientationOf(exif: Uint8Array | undefined): number {
  if (exif === undefined || exif.length < 10) return 1
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength)
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return 1
  const little = order === 0x4949
  const entries = view.getUint32(4, little)
  if (entries + 2 > exif.length) return 1
  for (let i = 0, at = entries + 2; i < view.getUint16(entries, little) && at + 12 <= exif.length; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue
    const value = view.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}
