import { isInteger } from '../../core/dtype.js'
import { fail, failDType, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import { backend } from '../../tensor/backends.js'
import { downloadSync } from '../../tensor/runtime.js'

/**
 * Labels that have a value by now are checked by now, so that the error has the caller's line and says what is wrong.
 *
 * @param ignored a label that stands for none
 */
export function checkLabels(operation: string, { dtype, storage }: Node, classes: number, ignored?: number): void {
  const isReadable = storage?.backend === backend().name && backend().downloadSync !== undefined
  if (!isReadable || !isInteger(dtype)) return
  const values = downloadSync(storage)
  for (let i = 0; i < values.length; i++) {
    if (values[i] === ignored) continue
    if (values[i] < 0 || values[i] >= classes) {
      fail(
        `${operation}: label ${i} is ${values[i]}, but the logits have ${classes} classes`,
        `Labels are 0 … ${classes - 1}; check whether they start at 1, or give the last layer more outputs.`,
      )
    }
  }
}

/** Throws if labels are not whole numbers, one for each row of what ends with an axis of classes. */
export function expectLabels(operation: string, scores: Node, labels: Node): void {
  if (scores.rank === 0) failShape(operation, 'the logits are a scalar', 'Their last axis is the classes.')
  if (!isInteger(labels.dtype)) {
    failDType(
      operation,
      `labels are ${labels.dtype}`,
      "Class numbers must be integers: convert them with cast('int32').",
    )
  }
  const rows = scores.shape.slice(0, -1)
  if (!sameShape(labels.shape, rows)) {
    failShape(
      operation,
      `labels ${formatShape(labels.shape)} do not fit ${formatShape(scores.shape)}`,
      `Labels have the shape ${formatShape(rows)}.`,
    )
  }
}
