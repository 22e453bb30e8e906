import { cureFor, describe } from '../../core/describe.js'
import { type DType, dtypes } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { isPlainObject } from '../../core/tree.js'
import { input } from '../../graph/build.js'
import type { Node } from '../../graph/node.js'
import { Tensor } from '../../tensor/tensor.js'
import { modesOf } from '../modes.js'
import { Module } from '../module.js'
import { type TracedCalls, traceCalls } from './calls.js'

/** Sizes of all axes; null for one that is not known, the batch, which counts as 1. */
export type InputShape = readonly (number | null)[]

/** What goes into a model: a shape, with a dtype where it is not float32, or a tensor, which is not looked at. */
export type SummaryInput = InputShape | { readonly shape: InputShape; readonly dtype: DType } | Tensor

/** A model that can be looked at: what it takes and gives is its own affair. */
export type Forwarding = Module & { forward(...args: never[]): unknown }

/** The calls in a model in evaluation mode, with inputs that have no values, as {@link traceCalls} gives them. */
export function traceModel(
  operation: string,
  model: Forwarding,
  inputs: SummaryInput | readonly SummaryInput[],
  distinct = false,
): TracedCalls & { readonly inputs: readonly Node<'input'>[] } {
  if (!(model instanceof Module)) {
    fail(`${operation}: the first argument is ${describe(model)}, no module`, cureFor(model, 'The model comes first.'))
  }
  if (typeof (model as { forward?: unknown }).forward !== 'function') {
    fail(`${operation}: a ${(model as Module).constructor.name} has no forward method`, 'Take the layers in it.')
  }
  const placeholders = (isOne(inputs) ? [inputs] : inputs).map((given) => placeholder(operation, given))
  const forward = model.forward as (...args: Tensor[]) => unknown
  const tensors = placeholders.map((node) => new Tensor(node))
  const restoreModes = modesOf(model)
  model.eval()
  try {
    return {
      inputs: placeholders,
      ...traceCalls(operation, placeholders, () => forward.apply(model, tensors), distinct),
    }
  } finally {
    restoreModes()
  }
}

function placeholder(operation: string, given: SummaryInput): Node<'input'> {
  if (given instanceof Tensor) return input(given.dtype, given.shape)
  const { shape, dtype } = isShape(given)
    ? { shape: given, dtype: 'float32' as const }
    : isPlainObject(given)
      ? given
      : noInput(operation, given)
  if (!Array.isArray(shape) || !(dtype in dtypes)) noInput(operation, given)
  for (const size of shape) {
    if (size !== null && (!Number.isSafeInteger(size) || size < 0)) {
      fail(
        `${operation}: an axis of an input has the size ${describe(size)}`,
        'Give whole numbers, and null for what is not known.',
      )
    }
  }
  return input(
    dtype,
    shape.map((size) => size ?? 1),
  )
}

const isShape = (given: SummaryInput): given is InputShape => Array.isArray(given)

const noInput = (operation: string, given: unknown): never =>
  fail(
    `${operation}: an input is ${describe(given)}`,
    "Give its shape, a tensor, or { shape: [null, 32], dtype: 'int32' }.",
  )

const isOne = (inputs: SummaryInput | readonly SummaryInput[]): inputs is SummaryInput =>
  !Array.isArray(inputs) || inputs.every((size) => size === null || typeof size === 'number')
