import { cureFor, describe } from '../core/describe.js'
import { isInteger } from '../core/dtype.js'
import { fail } from '../core/errors.js'
import { formatShape, sameShape } from '../core/shape.js'
import { type BatchColumn, type Column, type ColumnDType, type Columns, Dataset, Stream } from '../data/index.js'
import { Module } from '../nn/index.js'
import { tensor } from '../tensor/create.js'
import { Scope, trace } from '../tensor/scope.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Show, WithShapes } from '../tensor/types/index.js'

/** A module that makes predictions for a batch of inputs. */
export type Model = Module & { forward(inputs: Tensor): Tensor }

/** Why a model does not take the inputs of a data set, as far as the compiler knows the shapes, or `never`. */
export type ModelProblem<M, C extends Columns, Inputs> = Inputs extends keyof C
  ? C[Inputs] extends Column<ColumnDType, infer S>
    ? number extends S['length']
      ? never
      : ShapeProblem<M, [number, ...S]>
    : never
  : never

type ShapeProblem<M, S extends Shape> =
  M extends WithShapes<infer F>
    ? ApplyProblem<F, S>
    : M extends { forward(x: infer X): Tensor }
      ? Tensor<S> extends X
        ? never
        : `the model does not take inputs of shape ${Show<S>}`
      : never

/** How far the outputs for a batch are from its targets: a scalar, the mean over the examples. */
export type Loss<Outputs extends Shape = number[], Targets extends Shape = number[]> = (
  outputs: Tensor<Outputs>,
  targets: Tensor<Targets>,
) => Tensor<[]>

/** The shape of a batch of a column. */
export type BatchShape<C extends Columns, Name> = Name extends keyof C
  ? C[Name] extends Column<ColumnDType, infer S>
    ? number extends S['length']
      ? number[]
      : [number, ...S]
    : number[]
  : number[]

/** The shape of what a model makes of inputs of shape S. */
export type OutputShape<M, S> =
  M extends WithShapes<infer F> ? Apply<F, S> : M extends { forward(x: never): Tensor<infer R> } ? R : number[]

/** The message for columns that are not there, else `never`. */
export type ColumnProblem<Name extends string, C extends Columns, Needed extends string> = string extends
  | keyof C
  | Needed
  ? never
  : Exclude<Needed, keyof C> extends infer Missing extends string
    ? [Missing] extends [never]
      ? never
      : `${Name}: the data set has no column '${Missing}'`
    : never

/** What is to be learned: one of a few classes, of which accuracy can be measured, or real values. */
export type Task = 'classes' | 'values'

/** The column of targets that is taken if none is named. */
export type DefaultTargets<C extends Columns> = 'labels' extends keyof C ? 'labels' : 'targets'

/** Whole numbers are classes. */
export type TaskOf<C extends Columns, Targets> = Targets extends keyof C
  ? C[Targets] extends Column<infer D>
    ? D extends 'int32'
      ? 'classes'
      : 'values'
    : Task
  : Task

export interface ColumnNames<Inputs extends string = string, Targets extends string = string> {
  /** The column that the model sees; 'inputs'. */
  readonly inputs?: Inputs
  /** The column that it is to predict; 'labels' if there is one, else 'targets'. */
  readonly targets?: Targets
}

/** The columns of a data set to learn from. */
export interface Chosen {
  readonly inputs: string
  readonly targets: string
}

/** What can be learned from. */
export type Examples = Dataset<Columns> | Stream<AnyBatch>

/** The columns of a data set, or those of the data set that the batches of a stream could come from. */
export type ColumnsIn<D> = D extends Dataset<infer C> ? C : D extends Stream<infer B> ? ColumnsOf<B> : never

type ColumnsOf<B> = {
  readonly [Name in keyof B as B[Name] extends BatchColumn<ColumnDType, readonly number[]>
    ? Name
    : never]: B[Name] extends BatchColumn<infer D, infer S> ? Column<D, S> : never
}

/** Finds the columns by their names, in the batches of a stream when they come. @throws if one is missing; the message lists those there are */
export function columnsFor(operation: string, data: Examples, names: ColumnNames): Columnar {
  if (!(data instanceof Stream)) {
    const chosen = chooseColumns(operation, data, names)
    return () => chosen
  }
  let chosen: Chosen | undefined
  return (batch) => {
    chosen ??= chosenAmong(operation, batch, names)
    return chosen
  }
}

/** The columns to take from a batch. */
export type Columnar = (batch: AnyBatch) => Chosen

/** Finds the columns by their names. @throws if one is missing; the message lists those there are */
export function chooseColumns(operation: string, data: Dataset<Columns>, names: ColumnNames): Chosen {
  if (!(data instanceof Dataset)) {
    fail(
      `${operation}: the examples are ${describe(data)}`,
      cureFor(data, 'Make a data set of them: dataset({ inputs, labels }).'),
    )
  }
  if (data.length === 0) fail(`${operation}: the data set is empty`, 'Give at least one example.')
  return named(`${operation}: the data set has`, Object.keys(data.columns), names)
}

function chosenAmong(operation: string, batch: AnyBatch, names: ColumnNames): Chosen {
  const columns = typeof batch === 'object' && batch !== null ? Object.entries(batch) : []
  const there = columns.filter(([, column]) => typeof column === 'object').map(([name]) => name)
  if (there.length === 0) {
    fail(
      `${operation}: the stream gives ${describe(batch)}`,
      'Make batches of its examples: examples.batch(32, { inputs: floats([4]), labels: label({ classes: 2 }) }).',
    )
  }
  return named(`${operation}: the batches of the stream have`, there, names)
}

function named(whose: string, there: readonly string[], names: ColumnNames): Chosen {
  const { inputs = 'inputs', targets = there.includes('labels') ? 'labels' : 'targets' } = names
  for (const [role, name] of Object.entries({ inputs, targets })) {
    if (there.includes(name)) continue
    fail(
      `${whose} no column '${name}'`,
      `Name the column of ${role} with the option ${role}; there are: ${there.join(', ')}.`,
    )
  }
  return { inputs, targets }
}

/** Throws if what is to be trained or used is no module. */
export function expectModel(operation: string, model: Model): void {
  if (model instanceof Module) return
  fail(
    `${operation}: the model is ${describe(model)}`,
    cureFor(model, 'Pass a module: layers, sequential(…) or a class that extends Module.'),
  )
}

/** A batch whose columns are known by name only. */
export type AnyBatch = Readonly<Record<string, BatchColumn<ColumnDType, readonly number[]> | number | (() => unknown)>>

/** A column of a batch as a tensor. */
export function columnTensor(batch: AnyBatch, name: string): Tensor {
  const column = batch[name]
  if (typeof column !== 'object') fail(`The batch has no column '${name}'`)
  return tensor(column.data, column.shape, column.dtype)
}

/** How outputs name classes: by the largest of one output per class, or by the sign of a single one. */
export type ClassRule = 'largest' | 'sign'

/** The rule for outputs and targets of these shapes, if the targets are classes. */
export function classRule(outputs: Tensor, targets: Tensor): ClassRule | undefined {
  if (!isInteger(targets.dtype)) return undefined
  if (outputs.rank > 0 && sameShape(outputs.shape.slice(0, -1), targets.shape)) return 'largest'
  return sameShape(outputs.shape, targets.shape) ? 'sign' : undefined
}

/** The classes that outputs name (int32), in the shape of the targets. */
export const namedClasses = (outputs: Tensor, rule: ClassRule): Tensor =>
  rule === 'largest' ? outputs.argMax(-1) : outputs.greater(0).cast('int32')

/** How many classes are named right, of how many, or nothing where the targets are no classes. */
export function shareRight(outputs: Tensor, targets: Tensor): { sum: Tensor; count: Tensor } | undefined {
  const rule = classRule(outputs, targets)
  return rule && { sum: namedClasses(outputs, rule).equal(targets).sum(), count: tensor(targets.size) }
}

/** Throws at the first label that has no output. */
export function checkClasses(operation: string, model: Model, data: Dataset<Columns>, columns: Chosen): void {
  const few: AnyBatch = data.gather(data.length > 1 ? [0, 1] : [0])
  const targets = columnTensor(few, columns.targets)
  if (!isInteger(targets.dtype)) return
  // In a scope nothing is computed or assigned: only the shape is of interest.
  const outputs = trace(new Scope(operation), () => model.forward(columnTensor(few, columns.inputs)))
  const rule = classRule(outputs, targets)
  if (rule === undefined) return
  const classes = rule === 'largest' ? outputs.shape[outputs.rank - 1] : 2
  const labels = data.values(columns.targets)
  const wrong = labels.findIndex((label) => label < 0 || label >= classes)
  if (wrong < 0) return
  const example = Math.floor((wrong * data.length) / labels.length)
  fail(
    `${operation}: example ${example} has the label ${labels[wrong]}, but the outputs ${formatShape(outputs.shape.slice(1))} of the model tell ${classes} classes apart`,
    `Labels are 0 … ${classes - 1}; check whether they start at 1, or give the last layer more outputs.`,
  )
}
