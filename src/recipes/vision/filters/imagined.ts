import { concat, random, type Tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { totalVariation } from 'shapewise/nn'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import type { Picture, Reporter } from '../../report.js'
import { dreamer, type Priors } from '../painting/dreaming.js'
import { type PhotoName, photo, shown } from '../photos.js'
import type { PretrainedSqueezenet, SqueezenetLayer } from '../squeezenet.js'
import { nearestPatches } from './nearest-patches.js'

/** Classes that look like something, by their place among the thousand. */
const imagined = { 'red fox': 277, pineapple: 953, 'soccer ball': 805 } as const
const priors: Readonly<Record<string, Priors>> = {
  none: {},
  'decay (L2)': { decay: 0.03 },
  smoothness: { smoothness: 8 },
  blur: { blur: 0.7 },
  jitter: { jitter: 8 },
  all: { decay: 0.01, smoothness: 3, blur: 0.5, jitter: 8 },
}
const depths: readonly SqueezenetLayer[] = ['fire3', 'fire5', 'fire9']
const CHANNELS = 4
export const PHOTOS: readonly PhotoName[] = [
  ...([
    'astronaut.png',
    'brick.png',
    'camera.png',
    'chelsea.png',
    'coffee.png',
    'coins.png',
    'fish.png',
    'grass.png',
  ] as const),
  ...(['gravel.png', 'hubble_deep_field.jpg', 'kitten_224.png', 'retina.jpg', 'rocket.jpg'] as const),
]

type Context = RecipeContext & {
  readonly options: { readonly size: number; readonly steps: number; readonly photos: number }
}

/** Grey with a little noise. */
const noise = (count: number, size: number): Tensor =>
  random.normal([count, size, size, 3]).mul(0.05).add(0.5).clip(0, 1) as Tensor

/** To be called after each of so many steps. */
function counted(report: Reporter, stage: string, batches: number): () => void {
  let batch = 0
  return () => report.progress({ stage, batch: ++batch, batches, examples: batch, metrics: {} })
}

/** Pictures for which a class gets a high score, under each prior. */
export async function classes(context: Context, network: PretrainedSqueezenet) {
  const { options, report, seed } = context
  const wanted = Object.values(imagined)
  const dream = dreamer((x) => {
    const scores = network.layers(x, ['conv10'])[0]!.mean([1, 2]) as Tensor
    return chosen(scores, wanted)
  })
  const start = noise(wanted.length, options.size)
  const rows: { readonly prior: string; readonly restless: number; readonly sure: number }[] = []
  const pictures: Picture[] = []
  for (const [prior, settings] of Object.entries(priors)) {
    const x = dream(start, {
      steps: options.steps,
      stepSize: 0.01,
      random: new RandomStream(seed),
      onStep: counted(report, `prior: ${prior}`, options.steps),
      ...settings,
    })
    const restless = await (totalVariation(x as Tensor<[number, number, number, number]>) as Tensor)
      .div(3 * options.size ** 2)
      .item()
    // Whether it is still seen where the picture is another one for the pixels: as large as the network was trained for.
    const sure = await chosen(network.probabilities(x.resize(224, { mode: 'bilinear' }) as Tensor), wanted)
      .mean()
      .item()
    rows.push({ prior, restless, sure })
    for (const [i, name] of Object.keys(imagined).entries()) {
      pictures.push(await shown(`${name}; prior: ${prior}`, x.slice([i, i + 1]) as Tensor))
    }
    context.signal.throwIfAborted()
  }
  report.table({
    title: 'Imagined classes: differences between neighbours, and how sure the network is of them in double size',
    columns: ['prior', 'restless', 'probability'],
    rows: rows.map(({ prior, restless, sure }) => [prior, restless.toFixed(4), sure.toFixed(3)]),
  })
  await gallery(context, '2-classes-imagined-under-priors', {
    ...{ title: 'What a class looks like to the network: priors make it visible to us', scale: 'ink', columns: 3 },
    pictures,
  })
  return { calming: rows[0]!.restless / rows.at(-1)!.restless, imaginedProbability: rows.at(-1)!.sure }
}

/** Of row i the number at place i of a list. */
const chosen = (x: Tensor, places: readonly number[]): Tensor =>
  concat(
    places.map((place, i) => x.slice([i, i + 1], place)),
    0,
  ) as Tensor

/** The channels that answer most to a picture: of one that is silent, no gradient tells how to wake it. */
async function loudest(network: PretrainedSqueezenet, layer: SqueezenetLayer, picture: Tensor): Promise<number[]> {
  const answers = await (network.layers(picture, [layer])[0]!.mean([0, 1, 2]) as Tensor).data()
  return Array.from(answers.keys())
    .sort((a, b) => answers[b]! - answers[a]!)
    .slice(0, CHANNELS)
}

/** At three depths: what channels answer to most, imagined and found. */
export async function channels(context: Context, network: PretrainedSqueezenet): Promise<void> {
  const { options, report, seed } = context
  const photos = await Promise.all(PHOTOS.slice(0, options.photos).map((name) => photo(name, { size: 224 })))
  for (const [depth, layer] of depths.entries()) {
    const start = noise(CHANNELS, options.size)
    const channels = await loudest(network, layer, start)
    const dream = dreamer((x) => chosen(network.layers(x, [layer])[0]!.mean([1, 2]) as Tensor, channels))
    const onStep = counted(report, layer, options.steps)
    const settings = { steps: options.steps, stepSize: 0.01, random: new RandomStream(seed), onStep, ...priors.all }
    const x = dream(start, settings)
    const patches = await nearestPatches(network, layer, channels, photos)
    const pictures: Picture[] = []
    for (const [k, channel] of channels.entries()) {
      pictures.push(await shown(`channel ${channel}, imagined`, x.slice([k, k + 1]) as Tensor))
      for (const { side, values, activation } of patches[k]!.slice(0, 3)) {
        pictures.push({ caption: `answer ${activation.toFixed(1)}`, width: side, height: side, channels: 3, values })
      }
    }
    await gallery(context, `${3 + depth}-channels-of-${layer}`, {
      ...{ title: `${layer}: what channels answer to, imagined and among photographs`, scale: 'ink', columns: 4 },
      pictures,
    })
  }
}
