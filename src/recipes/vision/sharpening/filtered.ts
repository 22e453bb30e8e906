import type { Tensor } from 'shapewise'
import { encodePng, pictures } from 'shapewise/data'
import type { RecipeContext } from '../../recipe.js'
import { judge } from './judging.js'
import { type Pair, Raisr } from './raisr.js'
import { enlarged, type SharpPictures, shrunk } from './sharp-pictures.js'

const SCALE = 2

/** Brightness of pictures, and what is left of it in pictures of half the size that are enlarged again. */
function pairOf(photos: Tensor): Pair {
  const sharp = pictures.grey(photos).slice('...', [0, 1]) as Tensor
  return { sharp, cheap: enlarged(shrunk(sharp, SCALE), SCALE).clip(0, 1) as Tensor }
}

/** Learns the filters of RAISR for pictures of twice the size, and measures what they gain over bicubic interpolation, and what half the size saves. */
export async function filtered({ report }: Pick<RecipeContext, 'report'>, crops: SharpPictures, judged: Tensor) {
  const filters = await Raisr.learn(
    pairOf(crops.gather(Array.from({ length: crops.length }, (_, i) => i)).tensors().sharp),
  )
  const { sharp, cheap } = pairOf(judged)
  const [before, after] = [await judge(cheap, sharp, SCALE), await judge(await filters.sharpened(cheap), sharp, SCALE)]
  const bytesOf = async (photos: Tensor): Promise<number> => {
    const files = await Promise.all(
      Array.from({ length: photos.shape[0]! }, (_, i) => encodePng(photos.slice(i) as Tensor)),
    )
    return files.reduce((sum, { length }) => sum + length, 0)
  }
  const [whole, half] = [await bytesOf(judged), await bytesOf(shrunk(judged, SCALE))]
  report.table({
    title: `Enlarged twice by RAISR: ${filters.filters.length.toLocaleString('en-US')} numbers, learned by least squares`,
    columns: ['', 'dB', 'SSIM', 'sharpness', 'bytes as PNG'],
    rows: [
      [
        'bicubic',
        before.psnr.toFixed(2),
        before.ssim.toFixed(3),
        before.sharpness.toFixed(2),
        half.toLocaleString('en-US'),
      ],
      ['RAISR', after.psnr.toFixed(2), after.ssim.toFixed(3), after.sharpness.toFixed(2), half.toLocaleString('en-US')],
      ['original', '', '1.000', '1.00', whole.toLocaleString('en-US')],
    ],
  })
  return { gain: after.psnr - before.psnr, bytesSaved: 1 - half / whole, tiles: filters.tiles() }
}
