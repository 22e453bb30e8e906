import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import { Module } from '../../nn/module.js'
import { download, evaluate as evaluateNow, storageOf } from '../../tensor/runtime.js'
import type { Tensor } from '../../tensor/tensor.js'
import { Variable } from '../../tensor/variable.js'
import { type Traced, traceAnotherBatch, traceForExport } from './trace.js'

/** What can be exported: a module, or a function of tensors. */
export type Exportable = (Module & { forward(...inputs: never[]): unknown }) | ((...inputs: never[]) => unknown)

/** The paths of a module's variables, and none of a function's. */
export const pathsOf = (model: Exportable): ReadonlyMap<object, string> =>
  model instanceof Module ? new Map([...model.variables()].map(([path, variable]) => [variable, path])) : new Map()

/** Runs with a module in evaluation mode and puts its modes back. */
export function inEvaluation<R>(
  operation: string,
  model: Exportable,
  run: (fn: (...inputs: Tensor[]) => unknown) => R,
): R {
  if (!(model instanceof Module)) {
    if (typeof model !== 'function')
      fail(
        `${operation}: the model is ${describe(model)}`,
        'Give a module with a method forward, or a function of tensors.',
      )
    return run(model as (...inputs: Tensor[]) => unknown)
  }
  const modes = [...model.modules().values()].map((module) => [module, module.training] as const)
  model.eval()
  try {
    return run((...inputs) => (model.forward as (...inputs: Tensor[]) => unknown)(...inputs))
  } finally {
    // From the outside in: what is inside has the last word.
    for (const [module, training] of modes) training ? module.train() : module.eval()
  }
}

export interface TracedVariant {
  readonly batch: number
  readonly trace: Traced
}

/** The function traced for one batch size, or for three, by which is seen how sizes depend on it. */
export function variantsOf(
  operation: string,
  fn: (...inputs: Tensor[]) => unknown,
  types: readonly Node[],
  batch: 'dynamic' | 'fixed',
): TracedVariant[] {
  const given = types[0].shape[0] ?? 1
  // What is wrong with the shapes that the user gives is told as it is.
  const own = { batch: given, trace: traceForExport(operation, fn, types) }
  if (batch === 'fixed') return [own]
  // A size of 1 is also one that stretches: sizes beyond it tell more.
  const sizes = [Math.max(2, given), Math.max(2, given) + 1, Math.max(2, given) + 3]
  return sizes.map((size) => {
    if (size === given) return own
    const others = types.map(({ dtype, shape }) => ({
      dtype,
      shape: shape[0] === given ? [size, ...shape.slice(1)] : shape,
    }))
    return { batch: size, trace: traceAnotherBatch(operation, fn, others) }
  })
}

/** Throws if a function uses other variables or other data for another batch size. */
export async function checkAlike(operation: string, one: Traced, other: Traced): Promise<void> {
  const isAlike =
    one.captured.length === other.captured.length &&
    one.variables.length === other.variables.length &&
    one.variables.every((variable, i) => variable === other.variables[i])
  const differs = isAlike
    ? await Promise.all(one.captured.map((node, i) => isDifferent(node, other.captured[i])))
    : [true]
  if (!differs.includes(true)) return
  fail(
    `${operation}: data that are made while the graph is built differ from batch size to batch size`,
    "Calculate them from the inputs, or export for one batch size: batch: 'fixed'.",
  )
}

async function isDifferent(a: Node, b: Node): Promise<boolean> {
  if (a === b) return false
  if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return true
  const [first, second] = await Promise.all([download(storageOf(a)), download(storageOf(b))])
  return first.some((value, i) => !Object.is(value, second[i]))
}

export interface HeldValue {
  readonly node: Node
  readonly name: string
  readonly values: {
    readonly dtype: Node['dtype']
    readonly shape: readonly number[]
    readonly data: Awaited<ReturnType<typeof download>>
  }
}

/** The variables that a graph reads and the tensors that it has from outside, with their elements. */
export async function heldBy(
  { graph, variables, captured }: Traced,
  count: number,
  paths: ReadonlyMap<object, string>,
): Promise<HeldValue[]> {
  const sources = [
    ...variables.map((variable) => ({
      name: paths.get(variable) ?? variable.name,
      node: variable instanceof Variable ? variable.value.node : variable.node,
    })),
    ...captured.map((node) => ({ name: 'constant', node })),
  ]
  return Promise.all(
    sources.map(async ({ name, node: source }, i) => {
      const node = graph.inputs[count + i]
      const storage = source.storage ?? storageAfterReading(source)
      return { node, name, values: { dtype: node.dtype, shape: node.shape, data: (await download(storage)).slice() } }
    }),
  )
}

function storageAfterReading(node: Node): ReturnType<typeof storageOf> {
  evaluateNow([node])
  return storageOf(node)
}

/** The names of an object of tensors, in the order of its leaves. */
export function keysOf(result: unknown): readonly string[] | undefined {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return undefined
  const entries = Object.entries(result)
  const isPlain =
    Object.getPrototypeOf(result) === Object.prototype &&
    entries.every(([, value]) => typeof value === 'object' && value !== null && 'node' in value)
  return isPlain ? entries.map(([key]) => key).sort() : undefined
}
