import { expectFunction } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { Tensor } from '../../tensor/tensor.js'
import { type Buffer, Variable } from '../../tensor/variable.js'
import { BatchNorm } from '../layers/normalization/batch.js'
import { modesOf } from '../modes.js'
import { Module } from '../module.js'

/**
 * Estimates the running statistics of all batch norms of a model anew, as the means of those of some batches: for averaged weights, whose
 * activations no training step has seen. The model runs in training mode; nothing else of it changes. Frozen layers keep their statistics.
 *
 * @param batches inputs, also as lists of which the input is the first
 * @param run what to do with a batch; `model.forward(batch)`, or of its first element
 * @throws if there are no batches, or the model throws; then the statistics are as before
 * @example await updateBatchNorm(sequential(linear(3, 4), batchNorm1d(4)), [random.normal([8, 3]), random.normal([8, 3])])
 */
export async function updateBatchNorm<Batch = Tensor | readonly [Tensor, ...unknown[]]>(
  model: Module,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  run: (batch: Batch) => unknown = (batch) => forward(model, batch),
): Promise<void> {
  if (!(model instanceof Module)) {
    fail(
      `updateBatchNorm: the first argument is ${describe(model)}, no module`,
      cureFor(model, 'The model comes first.'),
    )
  }
  if (
    typeof batches !== 'object' ||
    batches === null ||
    !(Symbol.iterator in batches || Symbol.asyncIterator in batches)
  ) {
    fail(
      `updateBatchNorm: the batches are ${describe(batches)}`,
      cureFor(batches, 'Give a list of tensors, or a stream.'),
    )
  }
  expectFunction('updateBatchNorm', 'what to do with a batch', run)
  const norms = [...model.modules().values()].filter((module) => module instanceof BatchNorm)
  const layers = norms.filter(({ frozen }) => !frozen)
  const statistics = layers.flatMap(({ runningMean, runningVariance }) => [runningMean, runningVariance])
  const tracked = statistics.filter((buffer) => buffer !== undefined)
  if (tracked.length === 0) return
  const before = tracked.map(({ value }) => value)
  const momenta = layers.map(({ momentum }) => momentum)
  const restoreModes = modesOf(model)
  try {
    const means = await meansOver(batches, tracked, (batch) => {
      model.train()
      for (const layer of layers) layer.momentum = 1
      run(batch)
    })
    assignAll(tracked, means)
  } catch (error) {
    assignAll(tracked, before)
    throw error
  } finally {
    restoreModes()
    layers.forEach((layer, i) => {
      layer.momentum = momenta[i]
    })
  }
}

/** The means of what buffers hold after each batch. */
async function meansOver<Batch>(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  buffers: readonly Buffer[],
  run: (batch: Batch) => void,
): Promise<Tensor[]> {
  let sums: Variable[] | undefined
  let count = 0
  for await (const batch of batches) {
    run(batch)
    if (sums === undefined) sums = buffers.map(({ value }) => new Variable(value, 'sum'))
    else sums.forEach((sum, i) => void sum.assign(sum.value.add(buffers[i].value)))
    count++
    // All that waits is computed with one of them.
    await sums[0].value.data()
  }
  if (sums === undefined)
    fail('updateBatchNorm: there are no batches', 'A stream that has come to its end gives no more.')
  return sums.map(({ value }) => value.div(count))
}

function assignAll(buffers: readonly Buffer[], values: readonly Tensor[]): void {
  buffers.forEach((buffer, i) => {
    buffer.assign(values[i])
  })
}

function forward(model: Module, batch: unknown): unknown {
  const input: unknown = Array.isArray(batch) ? batch[0] : batch
  if (!(input instanceof Tensor) || !('forward' in model) || typeof model.forward !== 'function') {
    fail(
      `updateBatchNorm: a batch is ${describe(batch)}`,
      'Give tensors, lists of which the input is the first, or a function of the batch that runs the model.',
    )
  }
  return model.forward(input)
}
