import type { Tensor } from 'shapewise'
import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { brightness, photo, shown } from '../photos.js'
import { filtered, filteredDirectly, modulus, modulusDirectly, type Pair, plainOf } from './filtering.js'
import { learned } from './first-layers.js'
import { edgeFilters, editorFilters } from './kernels.js'
import { scattering } from './scattering.js'

const options = {
  width: integer(300, 'pixels across the filtered photograph', { minimum: 32 }),
  patches: integer(12_000, 'pieces of photographs that features are learned from'),
  iterations: integer(150, 'iterations of the learning'),
}
type Context = RecipeContext<typeof options>

export const imageFilters = recipe({
  name: 'image-filters',
  title: 'Filters of an image editor, wavelets, and what a first layer learns',
  source:
    'Gabor, Theory of communication, 1946; Mallat, Group invariant scattering, 2012; Olshausen and Field, Emergence of simple-cell receptive field properties, 1996',
  literature: {},
  options,
  async run(context) {
    const { report, options } = context
    const size = [Math.round((options.width * 300) / 451), options.width] as const
    const cat = await photo('chelsea.png', { size })
    report.data({ name: 'sample photographs', description: 'a cat, and six photographs to learn from', genuine: true })
    const found = [
      ...(await editor(context, cat)),
      ...(await edges(context, cat)),
      ...(await scattering(
        context,
        cat.resize([Math.round(size[0] * 0.7), Math.round(size[1] * 0.7)], { mode: 'bilinear' }) as Tensor,
      )),
    ]
    const deviations = await Promise.all(found.map(deviation))
    await learned(context)
    return { largestDeviation: Math.max(...deviations), filteredPictures: found.length }
  },
})

/** The largest difference between what the library gives and the direct calculation. */
async function deviation({ picture, direct }: Pair): Promise<number> {
  const values = await picture.data()
  return direct.values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - values[i]!)), 0)
}

/** The page of an image editor's manual: each filter on the same photograph. */
async function editor(context: Context, cat: Tensor): Promise<Pair[]> {
  const plain = await plainOf(cat)
  const all = Object.entries(editorFilters).map(([name, { kernel, offset = 0 }]) => {
    const direct = filteredDirectly(plain, kernel)
    return {
      name,
      picture: filtered(cat, kernel).add(offset) as Tensor,
      direct: { ...direct, values: direct.values.map((v) => v + offset) },
    }
  })
  await gallery(context, '1-the-filters-of-an-image-editor', {
    ...{ title: 'One photograph under the kernels of an image editor', scale: 'ink', columns: 3 },
    pictures: [
      await shown('as it is', cat),
      ...(await Promise.all(all.map(({ name, picture }) => shown(name, picture)))),
    ],
  })
  return all
}

/** Where brightness changes, and into which direction. */
async function edges(context: Context, cat: Tensor): Promise<Pair[]> {
  const grey = brightness(cat)
  const plain = await plainOf(grey)
  const entries = Object.entries(edgeFilters)
  const all = entries.map(([name, kernel]) => ({
    name,
    picture: filtered(grey, kernel),
    direct: filteredDirectly(plain, kernel),
  }))
  const [right, down] = [all[0]!, all[1]!]
  const strength = { picture: modulus(right.picture, down.picture), direct: modulusDirectly(right.direct, down.direct) }
  await gallery(context, '2-edges', {
    ...{ title: 'Edges: brighter to the right or below is blue, darker is red', scale: 'signed', columns: 2 },
    pictures: [
      ...(await Promise.all(all.map(({ name, picture }) => shown(name, picture)))),
      await shown('strength: √(right² + down²)', strength.picture),
    ],
  })
  return [...all, strength]
}
