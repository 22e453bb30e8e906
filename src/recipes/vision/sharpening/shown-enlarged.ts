import type { Tensor } from 'shapewise'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import { shown } from '../photos.js'
import { methods, type Results } from './contest.js'
import { SCALE } from './enlargers.js'
import { shrunk } from './sharp-pictures.js'

type Context = Pick<RecipeContext, 'folder' | 'report'>

/** Upper left corners of what is shown of the photographs that are tested on: a face, a cup, an eye. */
const places = [
  [20, 150],
  [70, 120],
  [90, 120],
] as const
const SHOWN = 96
const SHOWN_EMOJI = [3, 77, 150, 221]

/** A part of each photograph, as it was, and what each method makes of a sixteenth of its pixels. */
export async function showPhotos(context: Context, results: Results, judged: Tensor): Promise<void> {
  const part = (x: Tensor, i: number): Tensor => {
    const [top, left] = places[i]!
    return x.clip(0, 1).slice([i, i + 1], [top, top + SHOWN], [left, left + SHOWN]) as Tensor
  }
  await gallery(context, '1-photographs-four-times-as-large', {
    ...{ title: 'A sixteenth of the pixels, and what becomes of them', scale: 'ink', columns: 7, zoom: 2 },
    pictures: await Promise.all(
      places.slice(0, judged.shape[0]!).flatMap((_, i) => [
        ...methods.map((method) => {
          const { made, judgement } = results[method]
          return shown(i === 0 ? `${method}, ${judgement.psnr.toFixed(2)} dB` : method, part(made, i))
        }),
        shown('original', part(judged, i)),
      ]),
    ),
  })
}

/** A few emoji, as small as they are given, and what each method makes of them. */
export async function showEmoji(context: Context, results: Results, judged: Tensor): Promise<void> {
  const one = (x: Tensor, i: number): Tensor => x.clip(0, 1).slice([i, i + 1]) as Tensor
  const some = SHOWN_EMOJI.map((i) => i % judged.shape[0]!)
  await gallery(context, '2-emoji-from-8-by-8-pixels', {
    ...{ title: 'Emoji from 8 × 8 pixels', scale: 'ink', columns: 8, zoom: 4 },
    pictures: await Promise.all(
      some.flatMap((i) => [
        shown('given', one(shrunk(judged, SCALE), i).resize([32, 32]) as Tensor),
        ...methods.map((method) => shown(method, one(results[method].made, i))),
        shown('original', one(judged, i)),
      ]),
    ),
  })
}
