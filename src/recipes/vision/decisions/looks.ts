import { compile, type Tensor } from 'shapewise'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import type { LookingNet } from './looking-net.js'
import { CROP, type Crops } from './nuclei-crops.js'

const BATCH = 250
const SHOWN = 8

/** How much each pixel of each piece speaks for a nucleus rather than none, [pieces, 48, 48] in one array. */
async function looks(model: LookingNet, crops: Crops): Promise<Float32Array> {
  model.eval()
  const spoken = compile((inputs: Tensor) => {
    const maps = model.maps(inputs).resize([CROP, CROP], { mode: 'bilinear' }) as Tensor
    return maps.slice('...', 1).sub(maps.slice('...', 0))
  })
  const all = new Float32Array(crops.length * CROP * CROP)
  for (let from = 0; from < crops.length; from += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, crops.length - from) }, (_, i) => from + i)
    all.set(await spoken(crops.gather(some).tensors().inputs).data(), from * CROP * CROP)
  }
  return all
}

/**
 * How often the place that speaks most for a nucleus lies on one, in pieces that have some, and how often a place at random would: the pointing game of
 * Zhang et al., "Top-down neural attention by excitation backprop", 2016. The network was never told where nuclei are.
 */
export async function pointing(model: LookingNet, crops: Crops) {
  const all = await looks(model, crops)
  const masks = crops.values('masks')
  let [hits, covered, count] = [0, 0, 0]
  for (const [i, label] of crops.values('labels').entries()) {
    if (label === 0) continue
    const own = all.subarray(i * CROP * CROP, (i + 1) * CROP * CROP)
    const mask = masks.subarray(i * CROP * CROP, (i + 1) * CROP * CROP)
    hits += mask[own.indexOf(own.reduce((most, value) => Math.max(most, value)))]!
    covered += mask.reduce((sum, one) => sum + one, 0) / mask.length
    count++
  }
  return { pointsAtNucleus: hits / count, pointsByChance: covered / count }
}

/** Pieces that have nuclei, with the outlines that experts drew, and above them where the network looked. */
export async function showLooks(context: RecipeContext, model: LookingNet, crops: Crops): Promise<void> {
  const positive = Array.from(crops.values('labels').keys()).filter((i) => crops.example(i).labels === 1)
  const chosen = Array.from({ length: SHOWN }, (_, i) => positive[Math.floor(((i + 0.5) * positive.length) / SHOWN)]!)
  const part = crops.subset(chosen)
  const all = await looks(model, part)
  const pictures = chosen.map((_, i) => {
    const { inputs, masks } = part.example(i)
    const own = all.subarray(i * CROP * CROP, (i + 1) * CROP * CROP)
    const [most, least] = [Math.max(...own), Math.min(...own)]
    return {
      seen: Float32Array.from(inputs, (value, at) => {
        return isEdge(masks, Math.floor(at / 3)) ? Number(at % 3 !== 2) : value
      }),
      heated: Float32Array.from(inputs, (_, at) => {
        const pixel = Math.floor(at / 3)
        const grey = (inputs[3 * pixel]! + inputs[3 * pixel + 1]! + inputs[3 * pixel + 2]!) / 3
        const heat = 0.75 * ((own[pixel]! - least) / (most - least || 1)) ** 2
        return (1 - heat) * grey + heat * [0.9, 0.1, 0][at % 3]!
      }),
    }
  })
  const shown = (['seen', 'heated'] as const).flatMap((kind) =>
    pictures.map((one) => {
      const caption = kind === 'seen' ? 'nuclei by experts' : 'where it looks'
      return { caption, width: CROP, height: CROP, channels: 3 as const, values: one[kind] }
    }),
  )
  const title = 'Told only that there is a nucleus somewhere, the network looks where one is'
  await gallery(context, '4-where-the-network-looks', { title, scale: 'ink', pictures: shown, columns: SHOWN })
}

/** Whether a pixel is on the rim of what the mask covers. */
function isEdge(mask: ArrayLike<number>, pixel: number): boolean {
  const [row, column] = [Math.floor(pixel / CROP), pixel % CROP]
  const isCovered = (r: number, c: number) => r >= 0 && r < CROP && c >= 0 && c < CROP && mask[r * CROP + c] === 1
  const isInside =
    isCovered(row - 1, column) && isCovered(row + 1, column) && isCovered(row, column - 1) && isCovered(row, column + 1)
  return mask[pixel] === 1 && !isInside
}
