import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import { contactSheet } from '../contact-sheet.js'
import { brightness, type PhotoName, photo } from '../photos.js'
import { pretrainedSqueezenet } from '../squeezenet.js'
import { gabor } from './kernels.js'
import { patchesOf, SIDE, sparseFeatures } from './learned-features.js'
import { scales } from './scattering.js'

const LEARNED_FROM: readonly PhotoName[] = [
  'camera.png',
  'coffee.png',
  'astronaut.png',
  'rocket.jpg',
  'brick.png',
  'grass.png',
]
const FEATURES = 64

type Context = RecipeContext & { readonly options: { readonly patches: number; readonly iterations: number } }

/** Gabor's waves beside what is learned: from patches alone, without labels, and from a million labels. */
export async function learned(context: Context): Promise<void> {
  const { options, seed, signal } = context
  const greys = await Promise.all(LEARNED_FROM.map(async (name) => brightness(await photo(name, { size: 256 }))))
  const patches = await patchesOf(greys, options.patches, seed)
  const { before, after, looks } = await sparseFeatures(patches, {
    features: FEATURES,
    iterations: options.iterations,
    signal,
  })
  context.report.log(`Sparse features: the loss falls from ${before.toFixed(1)} to ${after.toFixed(1)}.`)
  const made = scales.flatMap(({ wavelength, sigma }) =>
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((eighth) =>
      (['even', 'odd'] as const).map((part) =>
        gabor(part, { angle: eighth / 8, wavelength, sigma: sigma * 0.8 }).flat(),
      ),
    ),
  )
  const first = await (await pretrainedSqueezenet()).firstFilters()
  await gallery(context, '4-made-and-learned-filters', {
    ...{
      title: 'Filters made by hand, learned from patches, and learned from a million labels',
      scale: 'ink',
      columns: 3,
    },
    pictures: [
      contactSheet(
        'made: Gabor',
        made.map((values) => ({ side: Math.sqrt(values.length), values })),
      ),
      contactSheet(
        `learned to be sparse, ${SIDE} × ${SIDE}`,
        looks.map((values) => ({ side: SIDE, values })),
      ),
      contactSheet(`first layer of SqueezeNet, ${first[0]!.side} × ${first[0]!.side}`, first),
    ],
  })
}
