// Accuracy as tensors, also inside compiled functions, and the matrix of lists.

import { cureFor, describe } from '../../core/describe.js'
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

/**
 * How often each class was taken for each other: row = true class, column = predicted class.
 *
 * @throws if the lists differ in length, or hold something that is not a class
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number[][] {
  for (const list of [labels, predictions]) {
    if (Array.isArray(list) || ArrayBuffer.isView(list)) continue
    fail(
      `confusionMatrix: ${describe(list)} stands where a list of classes is expected`,
      cureFor(list, 'Pass arrays: await t.data().'),
    )
  }
  if (!Number.isSafeInteger(classes) || classes < 1) {
    fail(`confusionMatrix: the number of classes is ${describe(classes)}`, 'Give a whole number of at least 1.')
  }
  if (labels.length !== predictions.length) {
    fail(`confusionMatrix: ${labels.length} labels and ${predictions.length} predictions`, 'Give one for each example.')
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < labels.length; i++) {
    const row = counts[labels[i]]
    if (row?.[predictions[i]] === undefined) {
      fail(
        `confusionMatrix: example ${i} has label ${labels[i]} and prediction ${predictions[i]} of ${classes} classes`,
        `Classes are 0 … ${classes - 1}.`,
      )
    }
    row[predictions[i]]++
  }
  return counts
}
