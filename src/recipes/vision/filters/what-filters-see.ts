import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { contactSheet } from '../contact-sheet.js'
import { photo, shown } from '../photos.js'
import { type PretrainedSqueezenet, pretrainedSqueezenet } from '../squeezenet.js'
import { channels, classes, PHOTOS } from './imagined.js'
import { occlusionMap } from './occlusion.js'

const TABBY = 281
const SQUARE = 56

const options = {
  size: integer(112, 'pixels of the side of pictures that are imagined', { minimum: 64 }),
  steps: integer(48, 'steps of each'),
  photos: integer(PHOTOS.length, 'photographs in which the strongest patches are sought'),
  occlusionStep: integer(21, 'pixels between the places that are covered'),
}
type Context = RecipeContext<typeof options>

export const whatFiltersSee = recipe({
  name: 'what-filters-see',
  title: 'What filters see: imagined pictures, the strongest patches, and what is covered',
  source:
    'Zeiler, Fergus, Visualizing and understanding convolutional networks, 2013; Simonyan, Vedaldi, Zisserman, Deep inside convolutional networks, 2013; Yosinski et al., Understanding neural networks through deep visualization, 2015',
  literature: {},
  options,
  async run(context) {
    const network = await pretrainedSqueezenet()
    context.report.data({ name: 'sample photographs', description: 'thirteen photographs and textures', genuine: true })
    await firstLayer(context, network)
    await channels(context, network)
    return { ...(await classes(context, network)), ...(await occlusion(context, network)) }
  },
})

/** The 64 filters of the first layer. */
async function firstLayer(context: Context, network: PretrainedSqueezenet): Promise<void> {
  const filters = await network.firstFilters()
  const { side } = filters[0]!
  await gallery(context, '1-the-first-layer', {
    ...{ title: 'The first layer: edges in eight directions, and opposed colours', scale: 'ink' },
    pictures: [contactSheet(`${filters.length} filters of ${side} × ${side}`, filters)],
  })
}

/** Where a cat must not be covered. */
async function occlusion(context: Context, network: PretrainedSqueezenet) {
  const { options, report } = context
  const kitten = await photo('kitten_224.png', { size: 224 })
  let batch = 0
  const { whole, drops, side } = await occlusionMap(network, kitten, {
    ...{ label: TABBY, square: SQUARE, step: options.occlusionStep },
    onRow: () => report.progress({ stage: 'occlusion', batch: ++batch, batches: batch, examples: batch, metrics: {} }),
  })
  const worst = drops.indexOf(Math.max(...drops))
  const [top, left] = [Math.floor(worst / side), worst % side].map((i) => i * options.occlusionStep) as [number, number]
  const pixels = Float32Array.from(await kitten.data(), (value, i) => {
    const [y, x] = [Math.floor(i / (3 * 224)), Math.floor(i / 3) % 224]
    return y >= top && y < top + SQUARE && x >= left && x < left + SQUARE ? 0.5 : value
  })
  await gallery(context, '6-what-must-not-be-covered', {
    ...{
      title: 'How much of "tabby" is lost where a grey square covers the cat (blue), or gained (red)',
      scale: 'signed',
      columns: 3,
    },
    pictures: [
      await shown(`tabby: ${whole.toFixed(2)}`, kitten),
      { caption: `loss by place, at most ${drops[worst]!.toFixed(2)}`, width: side, height: side, values: drops },
      {
        caption: `covered worst: ${(whole - drops[worst]!).toFixed(2)}`,
        width: 224,
        height: 224,
        channels: 3,
        values: pixels,
      },
    ],
  })
  return { occlusionDrop: drops[worst]!, meanOcclusionDrop: drops.reduce((sum, drop) => sum + drop, 0) / drops.length }
}
