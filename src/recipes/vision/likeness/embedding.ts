import { arange, compile, type Tensor, tensor, zeros } from 'shapewise'
import { generate, RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam, oneCycle } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import { distortion } from '../../training/distortion.js'
import { byAlphabet, type Character, SIDE, TURNS, turned } from './characters.js'

/** Classes of a batch, of which at most so many are of one alphabet; drawings of each. */
const CLASSES = 60
const OF_ONE = 20
const DRAWINGS = 4

/**
 * What two drawings are compared by: pictures [batch, 28, 28, 1] → vectors [batch, 64], four convolutions with pooling.
 *
 * (Vinyals et al., "Matching networks for one shot learning", 2016; here pooling comes first, so that a quarter of the values is normalised.)
 */
export const embedding = (maps = 64): nn.Layer => {
  const block = (inputs: number, outputs: number) => [
    nn.conv2d(inputs, outputs, 3, { padding: 'same', bias: false }),
    ...[nn.maxPool2d(2), nn.batchNorm2d(outputs), nn.relu()],
  ]
  const layers = [...block(1, maps / 2), ...block(maps / 2, maps), ...block(maps, maps)]
  return nn.sequential(...layers, nn.conv2d(maps, maps, 3, { bias: false }), nn.flatten())
}

const sizesOf = (vectors: Tensor) => vectors.shape as readonly number[] as [number, number, number]

/** Vectors [classes, drawings, features] of a batch → what is to become small. */
export type EmbeddingLoss = (vectors: Tensor) => Tensor<[]>

/** How many classes further on the other one of a pair is: classes that follow each other are mostly of one alphabet. */
const FURTHER = [1, 2, 3, 4, 5, 7, 9, 12]

/**
 * Pairs of one class lie together, pairs of two at least a margin apart.
 *
 * (Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping", 2006.)
 */
export const siamese: EmbeddingLoss = (vectors) => {
  const half = vectors.shape[1]! / 2
  const [x, y] = [vectors.slice(':', [0, half]) as Tensor, vectors.slice(':', [half, null]) as Tensor]
  const different = zeros(x.shape.slice(0, 2)) as Tensor
  const costs = (other: Tensor, same: Tensor) => nn.contrastiveLoss(x, other, same, { margin: 5 }) as Tensor
  return FURTHER.reduce(
    (sum, far) => sum.add(costs(y.roll(far, 0) as Tensor, different)) as Tensor,
    costs(y, different.add(1) as Tensor),
  ) as Tensor<[]>
}

/** The nearest of another class lies further away than one of the same. (Schroff et al., "FaceNet", 2015.) */
export const triplet: EmbeddingLoss = (vectors) => {
  const [classes, drawings, features] = sizesOf(vectors)
  const labels = arange(classes).unsqueeze(1).expand([classes, drawings]).reshape([-1]) as Tensor
  return nn.batchTripletLoss(vectors.reshape([-1, features]) as Tensor, labels, { mining: 'semiHard', margin: 0.5 })
}

/**
 * One drawing of each class is what the others have to be nearest to: cross entropy of −‖q − p‖².
 * (Snell, Swersky and Zemel, "Prototypical networks for few-shot learning", 2017.)
 */
export const prototypical: EmbeddingLoss = (vectors) => {
  const [classes, drawings, features] = sizesOf(vectors)
  const prototypes = vectors.slice(':', 0) as Tensor
  const queries = vectors.slice(':', [1, null]).reshape([-1, 1, features]) as Tensor
  const logits = queries.sub(prototypes).square().sum(-1).neg() as Tensor
  const labels = arange(classes)
    .unsqueeze(1)
    .expand([classes, drawings - 1])
    .reshape([-1]) as Tensor
  return nn.crossEntropy(logits, labels) as Tensor<[]>
}

/** The drawings of a batch, class after class: characters of a few alphabets, each of which is turned as a whole. */
function drawBatch(alphabets: readonly (readonly Character[])[], random: RandomStream): Float32Array {
  const places = random.shuffle(
    alphabets.flatMap((one) => Array.from({ length: TURNS }, (_, turn) => [one, turn] as const)),
  )
  const classes = places.flatMap(([alphabet, turn]) =>
    random
      .shuffle([...alphabet])
      .slice(0, OF_ONE)
      .map(({ drawings }) => ({ drawings, turn })),
  )
  const pictures = new Float32Array(CLASSES * DRAWINGS * SIDE * SIDE)
  for (const [i, { drawings, turn }] of classes.slice(0, CLASSES).entries()) {
    for (const [k, drawing] of random
      .shuffle([...drawings])
      .slice(0, DRAWINGS)
      .entries()) {
      pictures.set(turned(drawing, turn), (DRAWINGS * i + k) * SIDE * SIDE)
    }
  }
  return pictures
}

export interface EmbeddingTraining {
  readonly characters: readonly Character[]
  readonly batches: number
  readonly learningRate: number
  measure?(model: nn.Layer): Promise<number>
}

/** Trains an embedding by one of the losses, with `measure`, if there is one, of what it has not seen after each tenth. */
export async function trainEmbedding(
  { report, seed, signal }: Pick<RecipeContext, 'report' | 'seed' | 'signal'>,
  stage: string,
  loss: EmbeddingLoss,
  { characters, batches, learningRate, measure }: EmbeddingTraining,
): Promise<{ model: nn.Layer; course: number[] }> {
  const alphabets = byAlphabet(characters)
  const model = embedding()
  const optimizer = adam(model, { learningRate: oneCycle(learningRate, { steps: batches }) })
  const distort = distortion()
  const step = compile((pictures: Tensor) => {
    const vectors = (model.forward(distort(pictures)) as Tensor).reshape([CLASSES, DRAWINGS, -1]) as Tensor
    const value = loss(vectors)
    optimizer.minimize(value)
    return value
  })
  const course: number[] = []
  const tenth = Math.ceil(batches / 10)
  const data = generate(({ seed }) => drawBatch(alphabets, new RandomStream(seed)), { length: tenth, seed })
  await trainLoop((pictures) => step(tensor(pictures, [CLASSES * DRAWINGS, SIDE, SIDE, 1])), data, {
    ...{ parts: { model, optimizer }, epochs: Math.ceil(batches / tenth), signal },
    onBatch: (event) => report.progress({ stage, ...event, batches: tenth, metrics: event.metrics }),
    validate: async () => {
      if (measure !== undefined) course.push(await measure(model))
      return {}
    },
  })
  return { model, course }
}
