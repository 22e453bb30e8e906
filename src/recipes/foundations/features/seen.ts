import type { Tensor } from 'shapewise'
import type { lenet } from 'shapewise/models'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import type { Picture } from '../../report.js'
import type { PrincipalComponents } from './components.js'
import { edgeDirections, edgePicture } from './hog.js'
import type { Matrix, RadialBasis } from './radial-basis.js'

const SIDE = 28
/** Test pictures that are shown. */
const shown = [1, 4, 8]

/** What stands behind the features of each classifier. */
export interface Seen {
  readonly train: Matrix
  readonly test: Matrix
  readonly components: PrincipalComponents
  readonly basis: RadialBasis
  /** The nearest training picture of each test picture. */
  readonly nearest: Tensor<[number]>
  /** Of the hyperplanes: [784, 10]. */
  readonly templates: Matrix
  readonly network: ReturnType<typeof lenet>
}

/** Three digits as each classifier sees them; the templates of the hyperplanes; the filters that were learned. */
export async function drawSeen(context: Pick<RecipeContext, 'folder' | 'report'>, seen: Seen): Promise<void> {
  const { train, test, components, basis, nearest } = seen
  const rows = shown.map(async (at): Promise<Picture[]> => {
    const digit: Matrix = test.slice([at, at + 1])
    const heights = basis.heights(digit)
    const highest = await heights.max().item()
    const edges = edgeDirections(digit.reshape([1, SIDE, SIDE]))
    return [
      await picture('pixels', digit),
      await picture('its 40 components', components.back(components.of(digit))),
      await picture(`its highest bump: ${highest.toFixed(2)}`, basis.centres.take(heights.argMax(1))),
      await picture('its nearest neighbour', train.take(nearest.slice([at, at + 1]))),
      await edgePicture(edges.slice(0), 'directions of its edges'),
    ]
  })
  await gallery(context, '4-what-each-classifier-sees', {
    ...{ title: 'What the classifiers see of three test pictures', scale: 'ink', columns: 5 },
    pictures: (await Promise.all(rows)).flat(),
  })
  const templates = Array.from({ length: 10 }, (_, k) => picture(String(k), seen.templates.slice(':', [k, k + 1])))
  await gallery(context, '5-hyperplanes-have-one-template-for-each-digit', {
    ...{ title: 'A hyperplane has one template a digit: blue for, red against', scale: 'signed', columns: 5 },
    pictures: await Promise.all(templates),
  })
  const first = seen.network.layers[0]
  const maps = first.forward(test.slice([shown[0]!, shown[0]! + 1]).reshape([1, SIDE, SIDE, 1]))
  const every = Array.from({ length: first.weight.shape[3] }, (_, k) => k)
  await gallery(context, '6-filters-that-were-learned', {
    ...{
      title: 'Filters that LeNet has learned, and what they find',
      scale: 'signed',
      columns: every.length,
    },
    pictures: await Promise.all([
      ...every.map((k) => picture(`filter ${k + 1}`, first.weight.value.slice(':', ':', 0, k))),
      ...every.map((k) => picture('', maps.slice(0, ':', ':', k))),
    ]),
  })
}

/** Of as many pixels as make a square. */
async function picture(caption: string, pixels: Tensor): Promise<Picture> {
  const values = await pixels.data()
  const side = Math.sqrt(values.length)
  return { caption, width: side, height: side, values }
}
