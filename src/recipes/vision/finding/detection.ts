import { RandomStream } from 'shapewise/data'
import { digits } from '../../digits.js'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { percent } from '../../report.js'
import type { PhotoName } from '../photos.js'
import { ByRegions, OneStage } from './detectors.js'
import { judgedFrames, legend } from './judged-frames.js'
import { emojiDrawings, kinds, type PhotoScene, photoScene, photoScenes, stockOf } from './photo-scenes.js'
import { measured, trained, type Way } from './trained-detectors.js'

const SHOWN = 3
/** What is less sure is not drawn. */
const SURE = 0.5
/** Behind the scenes that are learned from, and behind those to test on. */
const TRAINED: readonly PhotoName[] = [
  ...(['astronaut.png', 'brick.png', 'coffee.png', 'grass.png', 'kitten_224.png', 'retina.jpg'] as const),
  ...(['rocket.jpg', 'style_shipwreck.jpg', 'style_starry_night.jpg', 'style_the_scream.jpg'] as const),
]
const TESTED: readonly PhotoName[] = [
  'chelsea.png',
  'fish.png',
  'gravel.png',
  'hubble_deep_field.jpg',
  'style_great_wave.jpg',
]

export const detection = recipe({
  name: 'detection',
  title: 'What is where: a detector that looks once, and one that looks at regions',
  source:
    'Lin, Goyal, Girshick, He, Dollár, Focal loss for dense object detection, 2017; Girshick, Donahue, Darrell, Malik, Rich feature hierarchies (R-CNN), 2014; Girshick, Fast R-CNN, 2015',
  literature: {},
  options: {
    scenes: integer(1500, 'scenes to learn from'),
    passes: integer(8, 'passes through all scenes'),
    tested: integer(200, 'scenes to test on, of other digits and photographs'),
  },
  async run(context) {
    const { options, report, seed } = context
    const { train, test } = await digits(report)
    const drawings = await emojiDrawings()
    const stock = await stockOf(train, drawings, TRAINED)
    const unseen = await stockOf(test, drawings, TESTED)
    const random = new RandomStream(seed, 1)
    const learned = photoScenes(random, stock, options.scenes)
    const scenes = Array.from({ length: options.tested }, () => photoScene(random, unseen))

    const once = await trained(context, 'one-stage', new OneStage(), learned)
    const regions = await trained(context, 'by-regions', new ByRegions(), learned)
    const ways = [
      { name: 'one look', ...(await measured(once, scenes)) },
      { name: 'region by region', ...(await measured(regions, scenes)) },
    ] as const
    await show(context, scenes, ways)
    const [first, second] = ways
    return {
      ...{ meanAveragePrecision50: first.map50, regionsMeanAveragePrecision50: second.map50 },
      ...{ secondsPerPicture: first.seconds, regionsSecondsPerPicture: second.seconds },
    }
  },
})

async function show(context: RecipeContext, scenes: readonly PhotoScene[], ways: readonly Way[]): Promise<void> {
  context.report.table({
    title: `Mean average precision on ${scenes.length} scenes of digits and photographs that are new`,
    columns: ['', 'overlap ≥ 0.5', '≥ 0.75', '0.5 … 0.95', 'milliseconds a picture'],
    rows: ways.map(({ name, map50, map75, map, seconds }) => [
      ...[name, ...[map50, map75, map].map(percent), (1000 * seconds).toFixed(1)],
    ]),
  })
  const pictures = ways.flatMap(({ name, found }) =>
    scenes.slice(0, SHOWN).map(({ pixels, width, height, objects }, i) => {
      const sure = found[i]!.filter(({ score }) => score >= SURE)
      const frames = judgedFrames(sure, objects, (label) => kinds[label]!)
      return { caption: name, width, height, channels: 3 as const, values: pixels, frames }
    }),
  )
  const title = `Found at one look, and region by region (${legend})`
  await gallery(context, '1-found-things', { title, scale: 'ink', pictures, columns: SHOWN, zoom: 2 })
  const shortened = kinds.map((kind) => kind.split(' ').at(-1)!)
  await figure(context, '2-precision-of-each-kind', {
    title: 'Digits in handwritings that are new are harder than emoji',
    x: { names: shortened },
    y: { label: 'average precision at overlap ≥ 0.5, %', from: 0, to: 100 },
    series: ways.map(({ name, perKind }) => ({
      ...{ name, kind: 'bars' as const, x: kinds.map((_, kind) => kind), y: perKind.map((part) => 100 * part) },
    })),
  })
}
