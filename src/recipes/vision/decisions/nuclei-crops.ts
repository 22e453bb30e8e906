import {
  type Column,
  type Dataset,
  dataset,
  floatColumn,
  integerColumn,
  labelColumn,
  type nuclei,
} from 'shapewise/data'

/** Pixels of each side of a crop. */
export const CROP = 48
/** Crops of a picture overlap by a third. */
const STRIDE = 32
const PICTURE = 256
/** Nucleus pixels that make a crop positive; with fewer, but some, it takes no part, since even people would be in doubt. */
const ENOUGH = 60

/** Crops, whether there is a nucleus in them, and, which no training is told, where: 1 for its pixels. */
export type Crops = Dataset<{
  readonly inputs: Column<'float32', readonly [number, number, number]>
  readonly labels: Column<'int32', readonly []>
  readonly masks: Column<'int32', readonly [number, number]>
}>

type Pictures = Awaited<ReturnType<typeof nuclei>>['train']

/**
 * The task: is there a cell nucleus in this piece of 48 × 48 pixels? Answers follow from the outlines that experts drew: yes where at least 60 pixels
 * belong to nuclei, no where none does. All pieces of a picture fall on the same side of every split, as those of a patient must.
 */
export function cropsOf(pictures: Pictures): Crops {
  const pixels: Float32Array[] = []
  const masks: Int32Array[] = []
  for (let i = 0; i < pictures.length; i++) {
    const { inputs, labels } = pictures.gather([i])
    for (let top = 0; top + CROP <= PICTURE; top += STRIDE) {
      for (let left = 0; left + CROP <= PICTURE; left += STRIDE) {
        const mask = region(labels.data, 1, left, top).map((number) => Math.min(1, number))
        const covered = mask.reduce((sum, one) => sum + one, 0)
        if (covered > 0 && covered < ENOUGH) continue
        pixels.push(region(inputs.data, 3, left, top))
        masks.push(mask)
      }
    }
  }
  return dataset({
    inputs: floatColumn(joined(pixels, Float32Array), [CROP, CROP, 3]),
    labels: labelColumn(
      Int32Array.from(masks, (mask) => Number(mask.includes(1))),
      { classes: 2 },
    ),
    masks: integerColumn(joined(masks, Int32Array), [CROP, CROP]),
  })
}

function region<T extends Float32Array | Int32Array>(picture: T, channels: number, left: number, top: number): T {
  const rows = Array.from({ length: CROP }, (_, row) => {
    const from = ((top + row) * PICTURE + left) * channels
    return picture.subarray(from, from + CROP * channels)
  })
  return joined(rows, picture.constructor as new (length: number) => T) as T
}

function joined<T extends Float32Array | Int32Array>(
  parts: readonly (Float32Array | Int32Array)[],
  kind: new (length: number) => T,
): T {
  const size = parts[0]?.length ?? 0
  const all = new kind(size * parts.length)
  for (const [i, part] of parts.entries()) all.set(part, i * size)
  return all
}
