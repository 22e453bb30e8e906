import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { Dataset } from '../data/index.js'
import { confusionMatrix } from '../metrics/index.js'
import { binaryCrossEntropy, crossEntropy, meanSquaredError } from '../nn/index.js'
import { compile } from '../tensor/compile.js'
import { stack } from '../tensor/functions.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Unless } from '../tensor/types/index.js'
import { vmap } from '../tensor/vmap.js'
import { rememberMode } from './mode.js'
import { Pauses } from './pause.js'
import { batchesOf } from './scorer.js'
import {
  type ColumnNames,
  type ColumnProblem,
  type ColumnsIn,
  checkClasses,
  chooseColumns,
  classRule,
  columnsFor,
  columnTensor,
  type DefaultTargets,
  type Examples,
  expectModel,
  type Loss,
  type Model,
  type ModelProblem,
  namedClasses,
  type Task,
  type TaskOf,
} from './task.js'

/** What a model does on examples. */
export interface Evaluation {
  readonly examples: number
  /** The mean of the losses. */
  readonly loss: number
  /** The part of the classes that are named right; undefined where the targets are no classes. */
  readonly accuracy: number | undefined
  /** The loss of each example. */
  readonly losses: Float32Array
  /** The outputs, example after example. */
  readonly outputs: Float32Array
  /** The shape of the output for one example. */
  readonly outputShape: readonly number[]
}

/** What a model that tells classes apart does on examples. */
export interface ClassEvaluation extends Evaluation {
  readonly accuracy: number
  readonly classes: number
  /** The true classes. */
  readonly labels: Int32Array
  /** The classes that the model names. */
  readonly predictions: Int32Array
  /** softmax of the outputs: so many numbers as there are classes for each label. */
  readonly probabilities: Float32Array
  /** How often class [true][named] was: the diagonal is right. */
  readonly confusion: readonly (readonly number[])[]
}

export type EvaluationOf<T extends Task> = T extends 'classes'
  ? ClassEvaluation
  : T extends 'values'
    ? Evaluation & { readonly accuracy: undefined }
    : never

export interface EvaluateOptions<Inputs extends string = string, Targets extends string = string>
  extends ColumnNames<Inputs, Targets> {
  /** crossEntropy for classes (binaryCrossEntropy with one output), meanSquaredError for values. */
  readonly loss?: Loss
  /** Examples that are computed together; 256. */
  readonly batchSize?: number
  /** After every batch, with how many examples are done. */
  readonly onBatch?: (examples: number) => void
  /** Ends the evaluation between two batches with the signal's reason as error. */
  readonly signal?: AbortSignal
}

/**
 * Applies a model to all examples of a data set, or of the first epoch of a stream of batches, in evaluation mode, and compares with their targets.
 *
 * Classes are whole numbers: the model names the one with the largest of as many outputs, or class 1 if a single output is
 * above 0. Their accuracy, probabilities and confusion matrix are given too.
 *
 * @throws if a column is missing or the outputs do not fit the targets
 * @example
 * const { accuracy, confusion } = await evaluate(lenet, test)
 */
export async function evaluate<
  M extends Model,
  D extends Examples,
  const Inputs extends string = 'inputs',
  const Targets extends string = DefaultTargets<ColumnsIn<D>>,
>(
  model: M & Unless<ModelProblem<M, ColumnsIn<D>, Inputs>, unknown>,
  data: D & Unless<ColumnProblem<'evaluate', ColumnsIn<D>, Inputs | Targets>, unknown>,
  options: EvaluateOptions<Inputs, Targets> = {},
): Promise<EvaluationOf<TaskOf<ColumnsIn<D>, Targets>>> {
  checkOptions<EvaluateOptions>('evaluate', options, {
    ...{ inputs: true, targets: true, loss: true, batchSize: true, onBatch: true, signal: true },
  })
  expectModel('evaluate', model)
  const given: Examples = data
  const columns = columnsFor('evaluate', given, options)
  const order = batchesOf(given, options.batchSize ?? 256)
  if (given instanceof Dataset) checkClasses('evaluate', model, given, chooseColumns('evaluate', given, options))
  const restoreMode = rememberMode(model)
  const measure = compile((inputs: Tensor, targets: Tensor) => measureBatch(model, options.loss, inputs, targets), {
    name: 'evaluation',
  })
  const collected = new Collected()
  const pauses = new Pauses()
  try {
    model.eval()
    for await (const batch of order) {
      options.signal?.throwIfAborted()
      const { inputs, targets } = columns(batch)
      const labels = columnTensor(batch, targets)
      const measured = measure(columnTensor(batch, inputs), labels)
      await collected.add(batch.size as number, measured, labels)
      options.onBatch?.(collected.examples)
      await pauses.take()
    }
  } finally {
    restoreMode()
  }
  if (collected.examples === 0) fail('evaluate: there are no examples', 'Give at least one.')
  return collected.evaluation() as EvaluationOf<TaskOf<ColumnsIn<D>, Targets>>
}

interface Measured {
  readonly outputs: Tensor
  readonly losses: Tensor
  readonly classes: { readonly predictions: Tensor; readonly probabilities: Tensor } | undefined
}

function measureBatch(model: Model, given: Loss | undefined, inputs: Tensor, targets: Tensor): Measured {
  const outputs = model.forward(inputs)
  const rule = classRule(outputs, targets)
  if (rule === undefined && given === undefined && targets.dtype !== 'float32') {
    fail(
      `evaluate: outputs [${outputs.shape.join(', ')}] and labels [${targets.shape.join(', ')}] do not fit`,
      'Give one output per class on the last axis, or one output per label; or pass a loss.',
    )
  }
  const usual: Loss = { largest: crossEntropy, sign: binaryCrossEntropy, none: meanSquaredError }[rule ?? 'none']
  const loss = given ?? usual
  // A batch of one example each: losses give the mean over their batch.
  const losses = vmap((output: Tensor, target: Tensor) => loss(output.unsqueeze(0), target.unsqueeze(0)))
  return { outputs, losses: losses(outputs, targets), classes: rule && classesOf(outputs, rule) }
}

function classesOf(outputs: Tensor, rule: 'largest' | 'sign'): Measured['classes'] {
  const predictions = namedClasses(outputs, rule)
  if (rule === 'largest') return { predictions, probabilities: outputs.softmax(-1) }
  const [no, yes] = [outputs.neg().sigmoid(), outputs.sigmoid()]
  return { predictions, probabilities: stack([no, yes], -1) }
}

/** Puts together what the batches give. */
class Collected {
  examples = 0
  #outputShape: readonly number[] = []
  readonly #outputs: ArrayLike<number>[] = []
  readonly #losses: ArrayLike<number>[] = []
  readonly #labels: ArrayLike<number>[] = []
  readonly #predictions: ArrayLike<number>[] = []
  readonly #probabilities: ArrayLike<number>[] = []

  async add(size: number, { outputs, losses, classes }: Measured, labels: Tensor): Promise<void> {
    this.examples += size
    this.#outputShape = outputs.shape.slice(1)
    this.#outputs.push(await outputs.data())
    this.#losses.push(await losses.data())
    if (classes === undefined) return
    this.#labels.push(await labels.data())
    this.#predictions.push(await classes.predictions.data())
    this.#probabilities.push(await classes.probabilities.data())
  }

  evaluation(): Evaluation | ClassEvaluation {
    const losses = joined(Float32Array, this.#losses)
    const outputs = joined(Float32Array, this.#outputs)
    const loss = losses.reduce((total, value) => total + value, 0) / this.examples
    const common = { examples: this.examples, loss, losses, outputs, outputShape: this.#outputShape }
    if (this.#predictions.length === 0) return { ...common, accuracy: undefined }
    const labels = joined(Int32Array, this.#labels)
    const predictions = joined(Int32Array, this.#predictions)
    const probabilities = joined(Float32Array, this.#probabilities)
    const classes = probabilities.length / labels.length
    const confusion = confusionMatrix(predictions, labels, { classes })
    const accuracy = confusion.reduce((right, row, i) => right + row[i], 0) / labels.length
    return { ...common, accuracy, classes, labels, predictions, probabilities, confusion }
  }
}

function joined<A extends Float32Array | Int32Array>(type: new (length: number) => A, parts: ArrayLike<number>[]): A {
  const whole = new type(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A label that the model got wrong. */
export interface Mistake {
  /** Its number in the data set. */
  readonly example: number
  readonly label: number
  readonly prediction: number
  /** The probability of the prediction. */
  readonly confidence: number
}

/** What a model got wrong, the mistakes it was most sure of first. */
export function mistakes({ labels, predictions, probabilities, classes, examples }: ClassEvaluation): Mistake[] {
  const found: Mistake[] = []
  labels.forEach((label, i) => {
    const prediction = predictions[i]
    if (prediction === label) return
    const example = Math.floor((i * examples) / labels.length)
    found.push({ example, label, prediction, confidence: probabilities[i * classes + prediction] })
  })
  return found.sort((a, b) => b.confidence - a.confidence)
}
