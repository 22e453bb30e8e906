import { cureFor, describe } from '../core/describe.js'
import { isFloat } from '../core/dtype.js'
import { fail, failDType, failShape } from '../core/errors.js'
import { formatShape, sameShape } from '../core/shape.js'
import { didYouMean } from '../core/suggestion.js'
import { isPlainObject } from '../core/tree.js'
import type { Node } from '../graph/node.js'
import { withValues } from '../tensor/functional/substitution.js'
import { expectTensor } from '../tensor/methods/operand.js'
import type { Slot } from '../tensor/scope.js'
import { Tensor } from '../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, ShapeFunction, shapes, Unless } from '../tensor/types/index.js'
import type { Variable } from '../tensor/variable.js'
import type { Layer } from './layer.js'
import { Module } from './module.js'

// Modules as functions of their parameters: for gradients through an update (MAML), ensembles by vmap, hypernetworks.

/** Values for variables of a module, by their dotted paths: a tree for `grad`, `vmap` and `treeMap`. */
export type ValuesByPath = { readonly [path: string]: Tensor }

type Callable<Arguments extends readonly unknown[], Result> = Module & { forward(...args: Arguments): Result }

/** The values of the parameters to train, by their dotted paths; those of frozen modules are left out, as in `parameters()`. */
export function parametersOf(model: Module): { [path: string]: Tensor } {
  expectModule('parametersOf', model)
  const trained = new Set<Variable>(model.parameters())
  const entries = [...model.namedParameters()].filter(([, parameter]) => trained.has(parameter))
  return Object.fromEntries(entries.map(([path, parameter]) => [path, parameter.value]))
}

/** The values of the state that is not trained, by its dotted paths. */
export function buffersOf(model: Module): { [path: string]: Tensor } {
  expectModule('buffersOf', model)
  return Object.fromEntries([...model.buffers()].map(([path, buffer]) => [path, buffer.value]))
}

/**
 * Gives variables of a module new values, by their dotted paths; the others keep theirs.
 *
 * @throws if a path is not known, or a value has another shape or dtype; then nothing is changed
 */
export function assignValues(model: Module, values: ValuesByPath): void {
  const found = findVariables('assignValues', model, values)
  for (const [variable, node] of found) {
    if (node.dtype === variable.dtype) continue
    failDType(
      'assignValues',
      `'${variable.name}' is ${variable.dtype}, its new value ${node.dtype}`,
      `Convert it with cast('${variable.dtype}').`,
    )
  }
  for (const [variable, node] of found) variable.assignNode(node)
}

/**
 * What `model.forward(...args)` gives with other values for some or all of its variables: the model as a function of its parameters.
 * Gradients flow to the values, of any order and through updates of them; under `vmap` each slice has its own, so that one call
 * runs an ensemble. The model itself keeps its values.
 *
 * A variable that is not given is the model's own, read and assigned as always. What the model assigns to a given one (running
 * statistics) is dropped; {@link functionalCallWithValues} returns it. So give the buffers too where a model in training mode
 * runs under `vmap`, which cannot assign to one variable from many slices.
 *
 * @param values tensors by dotted paths, as {@link parametersOf} gives them; floating point ones may have another floating point dtype
 * @throws if a path is not known or a value has another shape
 * @example
 * const lossOf = (p: nn.ValuesByPath) => nn.meanSquaredError(nn.functionalCall(model, p, x), y)
 * const p = nn.parametersOf(model)
 * const adapted = treeMap((value, g) => value.sub(g.mul(0.1)), p, grad(lossOf)(p)) // one step of gradient descent
 * const meta = grad((p: nn.ValuesByPath) => lossOf(treeMap((v, g) => v.sub(g.mul(0.1)), p, grad(lossOf)(p))))(p) // through it
 */
export function functionalCall<F extends ShapeFunction, S extends Shape>(
  model: Layer<F>,
  values: ValuesByPath,
  x: Unless<ApplyProblem<F, S>, Tensor<S>>,
): Tensor<Apply<F, S>>
export function functionalCall<Arguments extends readonly unknown[], Result>(
  model: Callable<Arguments, Result> & { readonly [shapes]?: never },
  values: ValuesByPath,
  ...args: Arguments
): Result
export function functionalCall(model: Module, values: ValuesByPath, ...args: readonly unknown[]): unknown {
  return call('functionalCall', model as Callable<readonly unknown[], unknown>, values, args).result
}

/**
 * As {@link functionalCall}, with the values of the given variables at the end: those that the model has assigned to, such as running
 * statistics, have their new ones.
 *
 * @returns [output, values]
 * @example const [logits, next] = nn.functionalCallWithValues(model, { ...nn.parametersOf(model), ...nn.buffersOf(model) }, x)
 */
export function functionalCallWithValues<Arguments extends readonly unknown[], Result>(
  model: Callable<Arguments, Result>,
  values: ValuesByPath,
  ...args: Arguments
): [Result, { [path: string]: Tensor }] {
  const { result, left, found } = call('functionalCallWithValues', model, values, args)
  const paths = Object.keys(values)
  const entries = [...found.keys()].map((variable, i) => [paths[i], new Tensor(left.get(variable) as Node)])
  return [result, Object.fromEntries(entries)]
}

function call<Arguments extends readonly unknown[], Result>(
  operation: string,
  model: Callable<Arguments, Result>,
  values: ValuesByPath,
  args: Arguments,
): { result: Result; left: ReadonlyMap<Slot, Node>; found: ReadonlyMap<Variable, Node> } {
  const found = findVariables(operation, model, values)
  for (const [{ name, dtype }, node] of found) {
    if (node.dtype === dtype || (isFloat(dtype) && isFloat(node.dtype))) continue
    failDType(operation, `'${name}' is ${dtype}, the value for it ${node.dtype}`, `Convert it with cast('${dtype}').`)
  }
  const { result, values: left } = withValues(operation, found, () => model.forward(...args))
  return { result, left, found }
}

/** The variables that values are given for, in the order of the values. */
function findVariables(operation: string, model: Module, values: ValuesByPath): Map<Variable, Node> {
  expectModule(operation, model)
  if (!isPlainObject(values)) {
    fail(
      `${operation}: the values are ${describe(values)}`,
      cureFor(values, 'Pass tensors by their paths, as parametersOf(model) gives them.'),
    )
  }
  const variables = model.variables()
  const found = new Map<Variable, Node>()
  for (const [path, value] of Object.entries(values)) {
    const variable = variables.get(path)
    if (variable === undefined) {
      const known = [...variables.keys()]
      const some = known.length > 8 ? `${known.slice(0, 8).join(', ')} …` : known.join(', ')
      fail(`${operation}: the model has no variable '${path}'`, `${didYouMean(path, known)} It has ${some}.`.trim())
    }
    const node = expectTensor(operation, `the value for '${path}'`, value)
    if (!sameShape(node.shape, variable.shape)) {
      failShape(
        operation,
        `'${path}' has shape ${formatShape(variable.shape)}, the value for it ${formatShape(node.shape)}`,
        'Values of many models side by side go through vmap: vmap((p, x) => functionalCall(model, p, x), { inAxes: [0, null] }).',
      )
    }
    found.set(variable, node)
  }
  return found
}

function expectModule(operation: string, model: Module): void {
  if (model instanceof Module) return
  fail(`${operation}: the first argument is ${describe(model)}, no module`, cureFor(model, 'The model comes first.'))
}
