import { compile, Parameter, type Tensor, tensor, vmap } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'

/** A function of all weights of a network, as one vector. */
export type Landscape = (weights: Tensor<[number]>) => Tensor<[]>

/** As many of these as wanted, one in each row. */
export type Places = Tensor<[number, number]>

export const CLASSES = 10
/** Half of what every squared weight costs. Without it, critical points lie at infinity and on whole surfaces. */
const DECAY = 0.01

/** The weights of a unit come one after the other: those from the inputs, its offset, those to the classes. */
export const weightsPerUnit = (inputs: number): number => inputs + 1 + CLASSES

export const weightCount = (inputs: number, units: number): number => units * weightsPerUnit(inputs) + CLASSES

/**
 * The mean cross-entropy of a hidden layer of tanh units on digits of which it sees the first principal components, plus weight decay, in double
 * precision.
 */
export async function digitLandscape(data: DigitDataset, inputs: number, units: number): Promise<Landscape> {
  const pixels = tensor(data.values('inputs'), [data.length, 784])
  const { u } = pixels.sub(pixels.mean(0, { keepDims: true })).svd()
  const components = await u.slice([0, data.length], [0, inputs]).mul(Math.sqrt(data.length)).data()
  const x = tensor(components, [data.length, inputs]).cast('float64')
  const labels = tensor(data.values('labels'), [data.length])
  const end = units * weightsPerUnit(inputs)
  return (weights) => {
    const table = weights
      .slice([0, end])
      .reshape([units, weightsPerUnit(inputs)])
      .transpose()
    const hidden = x
      .matmul(table.slice([0, inputs]))
      .add(table.at(inputs))
      .tanh()
    const logits = hidden
      .matmul(table.slice([inputs + 1, weightsPerUnit(inputs)]).transpose())
      .add(weights.slice([end, end + CLASSES]))
    return nn.crossEntropy(logits, labels).add(
      weights
        .square()
        .sum()
        .mul(DECAY / 2),
    ) as Tensor<[]>
  }
}

/** Gradient descent with momentum from many places at once: where it ends, and the losses before each step. */
export async function descend(
  landscape: Landscape,
  from: Places,
  options: { readonly steps: number; onStep?(step: number, places: Places): void | Promise<void> },
): Promise<{ readonly places: Places; readonly losses: readonly Float64Array[] }> {
  const places = new Parameter(from, 'places')
  const optimizer = sgd([places], { learningRate: 0.1, momentum: 0.9 })
  const descent = compile(() => {
    const losses = vmap(landscape)(places.value)
    optimizer.minimize(losses.sum() as Tensor<[]>)
    return losses
  })
  const losses: Float64Array[] = []
  for (let step = 0; step < options.steps; step++) {
    await options.onStep?.(step, places.value)
    losses.push((await descent().data()) as Float64Array)
  }
  return { places: places.value, losses }
}
