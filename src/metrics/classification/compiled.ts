// Accuracy as tensors, also inside compiled functions.

import { fail, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Tensor } from '../../tensor/tensor.js'

function expectLabels(metric: string, outputs: Tensor, labels: Tensor): void {
  const wanted = outputs.shape.slice(0, -1)
  if (outputs.rank === 0 || !sameShape(labels.shape, wanted)) {
    failShape(
      metric,
      `outputs ${formatShape(outputs.shape)} and labels ${formatShape(labels.shape)} do not fit`,
      'Outputs are […, classes], labels the whole numbers […].',
    )
  }
}

/**
 * The part of examples whose largest output is that of the label: outputs […, classes], int32 labels […] → [].
 *
 * @throws ShapeError if outputs and labels do not fit together
 */
export function accuracy(outputs: Tensor, labels: Tensor): Tensor<[]> {
  expectLabels('accuracy', outputs, labels)
  return outputs.argMax(-1).equal(labels).cast('float32').mean()
}

/** The part of examples for which fewer than `k` outputs are larger than that of the label; `k` is 5. See {@link accuracy}. */
export function topKAccuracy(k = 5): (outputs: Tensor, labels: Tensor) => Tensor<[]> {
  if (!Number.isInteger(k) || k < 1) fail(`topKAccuracy: k is ${k}`, 'Give a whole number of at least 1.')
  return (outputs, labels) => {
    expectLabels('topKAccuracy', outputs, labels)
    const classes = outputs.shape[outputs.rank - 1]
    const ofLabel = outputs.takeAlongAxis(labels.unsqueeze(-1), -1)
    const better = outputs.greater(ofLabel).cast('int32').sum(-1)
    return better.less(Math.min(k, classes)).cast('float32').mean()
  }
}
