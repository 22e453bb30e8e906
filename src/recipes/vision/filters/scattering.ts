import type { Tensor } from 'shapewise'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import type { Picture } from '../../report.js'
import { brightness, shown } from '../photos.js'
import { filtered, filteredDirectly, modulus, modulusDirectly, type Pair, plainOf } from './filtering.js'
import { gabor, gaussian } from './kernels.js'

const angles = [0, 0.25, 0.5, 0.75]
/** Waves of two lengths, in pixels, under bells of two deviations. */
export const scales = [
  { name: 'fine', wavelength: 5, sigma: 2 },
  { name: 'coarse', wavelength: 10, sigma: 4 },
]

/** Waves under a bell: how strong each is at a place, without its phase (order 1), and how that changes again (order 2). */
export async function scattering(context: RecipeContext, cat: Tensor): Promise<Pair[]> {
  const grey = brightness(cat)
  const strength = ({ picture, direct }: Pair, angle: number, scale: (typeof scales)[number]): Pair => {
    const [even, odd] = (['even', 'odd'] as const).map((part) => gabor(part, { ...scale, angle, length: 1.5 }))
    return {
      picture: modulus(filtered(picture, even!), filtered(picture, odd!)),
      direct: modulusDirectly(filteredDirectly(direct, even!), filteredDirectly(direct, odd!)),
    }
  }
  const smooth = gaussian(4)
  const mean = ({ picture, direct }: Pair): Pair => ({
    picture: filtered(picture, smooth),
    direct: filteredDirectly(direct, smooth),
  })
  const given = { picture: grey, direct: await plainOf(grey) }
  const first = scales.map((scale) => angles.map((angle) => strength(given, angle, scale)))
  const second = angles.map((angle) => strength(first[0]![0]!, angle, scales[1]!))
  const degrees = (angle: number) => `${180 * angle}°`
  const rows = [
    ...first.map((row, i) => row.map((one, k) => ({ name: `${scales[i]!.name}, ${degrees(angles[k]!)}`, pair: one }))),
    first[0]!.map((one, k) => ({ name: `fine, mean, ${degrees(angles[k]!)}`, pair: mean(one) })),
    second.map((one, k) => ({ name: `fine 0°, then coarse ${degrees(angles[k]!)}`, pair: mean(one) })),
  ].flat()
  await gallery(context, '3-a-scattering-bank', {
    ...{ title: 'How strong waves of two lengths and four directions are', scale: 'ink', columns: 4 },
    pictures: await Promise.all(rows.map(async ({ name, pair }) => asInk(await shown(name, pair.picture)))),
  })
  return rows.map(({ pair }) => pair)
}

/** Strength as ink: the strongest place is black. */
const asInk = (picture: Picture): Picture => {
  const most = Array.from(picture.values).reduce((a, b) => Math.max(a, b), 0)
  return { ...picture, values: Array.from(picture.values, (value) => value / most) }
}
