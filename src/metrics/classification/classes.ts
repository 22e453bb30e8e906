import { fail, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import { type Numbers, numbersOf, type Values } from '../metric.js'

/** The classes that outputs name, and the true ones, one for each example. */
export interface Classes {
  readonly named: ArrayLike<number>
  readonly labels: ArrayLike<number>
}

/** Outputs […, classes], of which the largest counts, or class numbers like the targets […]. */
export function classesOf(metric: string, outputs: Values, targets: Values): Classes {
  const labels = numbersOf(metric, 'the targets', targets)
  const given = numbersOf(metric, 'the outputs', outputs)
  expectClasses(metric, 'target', labels)
  if (sameShape(given.shape, labels.shape)) {
    expectClasses(metric, 'output', given)
    return { named: given.data, labels: labels.data }
  }
  const rows = rowsFor(metric, given, labels)
  return { named: rows.map((row) => largest(metric, row)), labels: labels.data }
}

/** The rows of outputs […, classes], one for each label. */
export function rowsFor(metric: string, outputs: Numbers, labels: Numbers): ArrayLike<number>[] {
  // Empty lists have no axis of classes.
  if (outputs.data.length === 0 && labels.data.length === 0) return []
  if (outputs.shape.length === 0 || !sameShape(outputs.shape.slice(0, -1), labels.shape)) {
    failShape(
      metric,
      `outputs ${formatShape(outputs.shape)} and targets ${formatShape(labels.shape)} do not fit`,
      'Outputs are […, classes], targets the whole numbers […].',
    )
  }
  const classes = outputs.shape[outputs.shape.length - 1]
  const count = labels.data.length
  if (classes === 0 && count > 0) fail(`${metric}: the outputs have no classes`, 'Their last axis is the classes.')
  const data = Float64Array.from(outputs.data)
  return Array.from({ length: count }, (_, i) => data.subarray(i * classes, (i + 1) * classes))
}

/** The place of the largest number; the first of several. NaN is an error of whoever made it. */
function largest(metric: string, row: ArrayLike<number>): number {
  let best = 0
  for (let i = 0; i < row.length; i++) {
    if (Number.isNaN(row[i])) fail(`${metric}: an output is NaN`, 'Find out where it comes from.')
    if (row[i] > row[best]) best = i
  }
  return best
}

function expectClasses(metric: string, what: string, { data }: Numbers): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isSafeInteger(data[i]) && data[i] >= 0) continue
    const cure = what === 'output' ? 'Give class numbers, or one output for each class on a last axis.' : ''
    fail(`${metric}: ${what} ${i} is ${data[i]}, which is no class`, cure || 'Classes are the whole numbers from 0.')
  }
}

/** Throws if a label has no output. */
export function expectLabel(metric: string, label: number, classes: number): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return
  fail(`${metric}: a target is ${label}, but there are ${classes} classes`, `Targets are 0 … ${classes - 1}.`)
}
