import { compile, concat, type Tensor } from 'shapewise'
import { generate, RandomStream } from 'shapewise/data'
import type { Layer } from 'shapewise/nn'
import { adam, oneCycle } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import { type PhotoName, photo } from '../photos.js'
import type { PerceptualLoss } from './perceptual-loss.js'
import { transformerNet } from './transformer-net.js'

const LEARNED_FROM: readonly PhotoName[] = [
  'astronaut.png',
  'coffee.png',
  'rocket.jpg',
  'fish.png',
  'kitten_224.png',
  'camera.png',
  'coins.png',
]
const BATCH = 2

type Context = Pick<RecipeContext, 'report' | 'seed' | 'signal'> & { readonly options: { readonly steps: number } }

/** A picture by one pass, and the seconds of the fastest of a few. */
export async function inOnePass(
  model: Layer,
  picture: Tensor,
): Promise<{ readonly picture: Tensor; readonly seconds: number }> {
  const forward = compile((x: Tensor) => model.forward(x as never) as Tensor)
  let [result, seconds] = [forward(picture), Infinity]
  await result.data()
  for (let i = 0; i < 5; i++) {
    const from = performance.now()
    result = forward(picture)
    await result.data()
    seconds = Math.min(seconds, (performance.now() - from) / 1000)
  }
  return { picture: result, seconds }
}

/** A network an eighth as wide, which learns to paint like the print from crops of photographs. */
export async function trained(context: Context, loss: PerceptualLoss, size: number): Promise<Layer> {
  const { options, report, seed, signal } = context
  const photos = await Promise.all(LEARNED_FROM.map((name) => photo(name, { size: Math.round(size * 1.4) })))
  const model = transformerNet({ channels: [8, 16, 32], blocks: 3 })
  const optimizer = adam(model, { learningRate: oneCycle(6e-3, { steps: options.steps }) })
  const step = compile((x: Tensor) => {
    const painted = model.forward(x as never) as Tensor
    const value = loss.between(painted, loss.content(x))
    optimizer.minimize(value)
    return { loss: value }
  })
  const crops = generate(
    ({ index }) => {
      const random = new RandomStream(seed, index)
      return Array.from({ length: BATCH }, () => {
        const from = photos[random.integer(photos.length)]!
        const [top, left] = [1, 2].map((axis) => random.integer(from.shape[axis]! - size + 1)) as [number, number]
        return from.slice(':', [top, top + size], [left, left + size]) as Tensor
      })
    },
    { length: options.steps },
  )
  const run = trainLoop((pictures) => step(concat(pictures, 0) as Tensor), crops, {
    parts: { model, optimizer },
    ...{ signal, onNote: (text: string) => report.log(text) },
    onBatch: ({ batch, batches, metrics }) =>
      report.progress({ stage: 'small network', batch, batches: batches ?? batch, examples: batch * BATCH, metrics }),
  })
  await run
  return model.eval()
}
