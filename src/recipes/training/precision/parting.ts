import { compile, concat, type Tensor, tensor } from 'shapewise'
import { type Dataset, generate, RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import { figure } from '../../figure.js'
import type { RecipeContext } from '../../recipe.js'

const BATCH = 64
const EXAMPLES = 10_000
const EVERY = 10

type Float = 'float32' | 'float64'
type Network = nn.Module & { forward(x: Tensor): Tensor }

/** Gives a network the weights of another, in its own precision. */
export function copyWeights(from: nn.Module, to: nn.Module): void {
  const values = from.parameters().map(({ value }) => value)
  for (const [i, parameter] of to.parameters().entries()) parameter.assign(values[i]!.cast(parameter.dtype))
}

const weights = (model: Network): Tensor =>
  concat(model.parameters().map(({ value }) => value.cast('float64').reshape([-1])))
/** How far apart the weights of two networks are, as a part of their length. */
const distance = (a: Network, b: Network): Tensor => {
  const apart = weights(a).sub(weights(b)).square().sum()
  return apart.div(weights(a).square().sum()).sqrt() as Tensor
}

/**
 * Trains a network twice, the second time with the examples of each batch from last to first, so that sums are taken in another order, in
 * float32 and in float64; and draws how far the weights part, beside what other batches make.
 *
 * @param make the same network in a precision, each time with weights of its own
 */
export async function parting(
  context: RecipeContext,
  make: (dtype: Float) => Network,
  data: Dataset,
  { steps, learningRate }: { readonly steps: number; readonly learningRate: number },
) {
  const single = make('float32')
  const alike = (dtype: Float): Network => {
    const copy = make(dtype)
    copyWeights(single, copy)
    return copy
  }
  const networks = {
    ...{ single, singleTurned: alike('float32'), double: alike('float64'), doubleTurned: alike('float64') },
    other: alike('float32'),
  }
  const trainings = Object.entries(networks).map(([name, model]) => ({
    name,
    model,
    optimizer: adam(model, { learningRate }),
  }))
  const step = compile((batch: Batch, otherBatch: Batch) => {
    const losses = trainings.map(({ name, model, optimizer }) => {
      const { inputs, labels } = name === 'other' ? otherBatch : batch
      const isTurned = name.endsWith('Turned')
      const loss = nn.crossEntropy(
        model.forward(isTurned ? inputs.flip(0) : inputs),
        isTurned ? labels.flip(0) : labels,
      )
      optimizer.minimize(loss, model)
      return loss
    })
    return losses[0]!
  })
  const measure = compile(() => ({
    float32: distance(networks.single, networks.singleTurned),
    float64: distance(networks.double, networks.doubleTurned),
    batches: distance(networks.single, networks.other),
  }))
  const draws = generate(({ seed }) => [batchOf(data, seed), batchOf(data, seed + 1)] as const, {
    length: EVERY,
    seed: context.seed,
  })
  const at: number[] = []
  const far = { float32: [] as number[], float64: [] as number[], batches: [] as number[] }
  const parts = Object.fromEntries(
    trainings.flatMap(({ name, model, optimizer }) => [
      [name, model],
      [`${name}Optimizer`, optimizer],
    ]),
  )
  const run = trainLoop(([batch, other]) => step(batch, other), draws, {
    ...{ parts, epochs: Math.ceil(steps / EVERY), signal: context.signal },
    onBatch: ({ step: batch, values }) =>
      context.report.progress({ stage: 'parting', batch, batches: steps, examples: batch * BATCH, metrics: values }),
  })
  for await (const { step: done } of run) {
    at.push(done)
    const now = measure()
    for (const name of ['float32', 'float64', 'batches'] as const) far[name].push(await now[name].item())
  }
  await figure(context, '3-equal-trainings-part', {
    title: 'Rounding alone drives equal trainings apart',
    x: { label: 'steps' },
    y: { label: 'distance of the weights', scale: 'log' },
    series: [
      { name: 'float64, sums in another order', x: at, y: far.float64 },
      { name: 'float32, sums in another order', x: at, y: far.float32 },
      { name: 'other batches', x: at, y: far.batches },
    ],
    width: 760,
  })
  const last = (values: readonly number[]): number => values.at(-1)!
  return { float32Parting: last(far.float32), float64Parting: last(far.float64), batchesParting: last(far.batches) }
}

interface Batch {
  readonly inputs: Tensor
  readonly labels: Tensor
}

function batchOf(data: Dataset, seed: number): Batch {
  const stream = new RandomStream(seed)
  const chosen = Array.from({ length: BATCH }, () => Math.floor(stream.uniform() * Math.min(EXAMPLES, data.length)))
  const column = (name: string, dtype?: 'int32'): Tensor => {
    const batch: Readonly<
      Record<string, { readonly data: Float32Array | Int32Array; readonly shape: readonly number[] }>
    > = data.gather(chosen)
    return tensor(batch[name]!.data, batch[name]!.shape as number[], dtype)
  }
  return { inputs: column('inputs'), labels: column('labels', 'int32') }
}
