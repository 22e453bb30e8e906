import { fail } from '../../core/errors.js'
import type { Zip } from '../../data/formats/zip.js'

/** Throws if the files of an archive of weights, which hardly get smaller by packing, are much larger than it. */
export function checkUnpacked(zip: Zip, size: number, name: string): void {
  const total = zip.names.reduce((sum, path) => sum + zip.size(path), 0)
  const most = 4 * size + 1e6
  if (total > most) {
    fail(
      `${name}: the ${size} bytes of the archive claim to unpack to ${total}: a zip bomb.`,
      'If it is none, pack it again without compression.',
    )
  }
}
