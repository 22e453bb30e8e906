import { compile, type Tensor, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import type * as nn from 'shapewise/nn'
import { byAlphabet, type Character, SIDE } from './characters.js'

/** One drawing of each of up to twenty characters to learn from, others to recognise, and the places of what these show among the first. */
export interface Trial<Drawing = Float32Array> {
  readonly train: readonly Drawing[]
  readonly test: readonly Drawing[]
  readonly answers: readonly number[]
}

const WAYS = 20

/** Trials made as the published ones are: characters of one alphabet, each drawn by one person to learn from and by another to recognise. */
export function trialsOf(characters: readonly Character[], count: number, seed: number): Trial[] {
  const alphabets = byAlphabet(characters)
  const random = new RandomStream(seed)
  return Array.from({ length: count }, (_, i) => {
    const some = random.shuffle([...alphabets[i % alphabets.length]!]).slice(0, WAYS)
    const [one = 0, other = 0] = random.shuffle(Array.from(some[0]!.drawings.keys()))
    return {
      train: some.map(({ drawings }) => drawings[one]!),
      test: some.map(({ drawings }) => drawings[other]!),
      answers: some.map((_, k) => k),
    }
  })
}

/** The same trial with other drawings made of those. */
export const withDrawings = <A, B>({ train, test, answers }: Trial<A>, make: (drawing: A) => B): Trial<B> => ({
  ...{ train: train.map(make), test: test.map(make), answers },
})

/** For each drawing to recognise the place of the nearest. */
export const nearestBy = <Drawing>(
  { train, test }: Trial<Drawing>,
  distance: (one: Drawing, other: Drawing) => number,
): number[] =>
  test.map((one) => {
    const distances = train.map((other) => distance(one, other))
    return distances.indexOf(Math.min(...distances))
  })

/** For each drawing to recognise of each trial the place of the one whose vector is nearest. */
export async function nearestByVectors(model: nn.Layer, trials: readonly Trial[]): Promise<number[][]> {
  const { training } = model
  model.eval()
  const nearest = compile((train: Tensor, test: Tensor) => {
    const [a, b] = [model.forward(test) as Tensor, model.forward(train) as Tensor]
    return a.unsqueeze(1).sub(b).square().sum(-1).argMin(1) as Tensor
  })
  const batch = (drawings: readonly Float32Array[]) =>
    tensor(Float32Array.from(drawings.flatMap((one) => Array.from(one))), [drawings.length, SIDE, SIDE, 1])
  const places: number[][] = []
  for (const { train, test } of trials)
    places.push(Array.from((await nearest(batch(train), batch(test)).data()) as Int32Array))
  if (training) model.train()
  return places
}

/** The part of all drawings that are recognised. */
export function shareRight(places: readonly (readonly number[])[], trials: readonly Trial<unknown>[]): number {
  const hits = places.flatMap((some, i) => some.map((place, k) => Number(place === trials[i]!.answers[k])))
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length
}
