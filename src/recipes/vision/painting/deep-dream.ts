import { compile, type Tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { recipe } from '../../recipe.js'
import type { Picture } from '../../report.js'
import { type PhotoName, photo, shown } from '../photos.js'
import { pretrainedSqueezenet, type SqueezenetLayer } from '../squeezenet.js'
import { dreamer, dreamInOctaves } from './dreaming.js'

const depths: readonly { readonly layer: SqueezenetLayer; readonly name: string }[] = [
  { layer: 'fire2', name: 'shallow' },
  { layer: 'fire5', name: 'middle' },
  { layer: 'fire8', name: 'deep' },
]
const photos: readonly { readonly name: PhotoName; readonly caption: string }[] = [
  { name: 'rocket.jpg', caption: 'launch pad' },
  { name: 'chelsea.png', caption: 'cat' },
]
const SCALE = 1.4

export const deepDream = recipe({
  name: 'deep-dream',
  title: 'Deep dream: photographs changed until a network sees more of what it saw',
  source: 'Mordvintsev, Olah, Tyka, Inceptionism: going deeper into neural networks, 2015',
  literature: {},
  options: {
    width: integer(240, 'pixels across the pictures', { minimum: 64 }),
    octaves: integer(3, 'sizes, each 1.4 times the one before'),
    steps: integer(15, 'steps in each size'),
  },
  async run(context) {
    const { report, options, seed } = context
    const network = await pretrainedSqueezenet()
    report.data({ name: 'sample photographs', description: 'a launch pad and a cat', genuine: true })
    const size = [Math.round((options.width * 2) / 3), options.width] as const
    const originals = await Promise.all(photos.map(({ name }) => photo(name, { size })))
    const rows: { readonly photo: string; readonly depth: string; readonly before: number; readonly after: number }[] =
      []
    const shownPictures: Picture[][] = await Promise.all(
      originals.map(async (x, i) => [await shown(photos[i]!.caption, x)]),
    )
    const batches = depths.length * photos.length * options.octaves * options.steps
    let batch = 0
    for (const { layer, name } of depths) {
      const energy = (x: Tensor): Tensor => network.layers(x, [layer])[0]!.square().mean([1, 2, 3]) as Tensor
      const measured = compile(energy)
      const dream = dreamer(energy)
      for (const [i, original] of originals.entries()) {
        const result = dreamInOctaves(dream, original, {
          ...{ steps: options.steps, octaves: options.octaves, scale: SCALE, stepSize: 0.008, jitter: 8 },
          random: new RandomStream(seed, i),
          onStep: () => report.progress({ stage: name, batch: ++batch, batches, examples: batch, metrics: {} }),
        })
        const [before, after] = [await measured(original).item(), await measured(result).item()]
        rows.push({ photo: photos[i]!.caption, depth: name, before, after })
        shownPictures[i]!.push(await shown(`${name}: ${layer}, × ${(after / before).toFixed(1)}`, result))
        context.signal.throwIfAborted()
      }
    }
    const gains = rows.map(({ before, after }) => after / before)
    report.table({
      title: 'Mean squared activation of the layer that is amplified',
      columns: ['', 'layer', 'before', 'after', 'factor'],
      rows: rows.map(({ photo, depth, before, after }, i) => [
        photo,
        depth,
        before.toPrecision(3),
        after.toPrecision(3),
        gains[i]!.toFixed(1),
      ]),
    })
    await gallery(context, '1-dreams-at-three-depths', {
      ...{
        title: 'Strokes, then whorls, then eyes: what three depths see more of',
        scale: 'ink',
        columns: 2,
      },
      pictures: shownPictures[0]!.flatMap((_, k) => shownPictures.map((column) => column[k]!)),
    })
    await figure(context, '2-activation-before-and-after', {
      title: 'Every layer answers several times as strongly',
      x: { names: depths.map(({ name, layer }) => `${name}: ${layer}`) },
      y: { label: 'mean squared activation, after / before', from: 0 },
      series: photos.map(({ caption }) => ({
        ...{ name: caption, x: depths.map((_, k) => k), kind: 'bars' as const },
        y: gains.filter((_, i) => rows[i]!.photo === caption),
      })),
    })
    return { activationGain: Math.min(...gains), largestActivationGain: Math.max(...gains) }
  },
})
