import { cureFor, describe } from '../core/describe.js'
import { isFloat } from '../core/dtype.js'
import { fail, failShape } from '../core/errors.js'
import { formatShape, sameShape } from '../core/shape.js'
import { topologicalOrder } from '../graph/graph.js'
import type { Node } from '../graph/node.js'
import { isPlaced, place } from '../nn/tree.js'
import { expectTensor } from '../tensor/methods/operand.js'
import type { Tensor } from '../tensor/tensor.js'
import { parameterOf, Variable } from '../tensor/variable.js'

/** A module, or the list of its parameters. */
export type Trainable =
  | { parameters(): readonly Variable[]; namedParameters?(): ReadonlyMap<string, Variable> }
  | readonly Variable[]

/** The parameters to optimize. Throws if there are none, or some cannot be. */
export function listed(name: string, parameters: Trainable | undefined): readonly Variable[] {
  if (parameters === undefined) {
    fail(
      `${name}: it is not known what to optimize`,
      `Make it with a module, ${name}(model, options), or pass one: optimizer.minimize(loss, model).`,
    )
  }
  // A module is asked for its names along with its parameters, so that state is saved under paths.
  const list = isList(parameters) ? parameters : parameters.parameters()
  expectVariables(name, list)
  if (list.length === 0) fail(`${name}: there are no parameters to optimize`, 'Are they all frozen?')
  list.forEach(place)
  const integer = list.find(({ dtype }) => !isFloat(dtype))
  if (integer !== undefined) {
    fail(`${name}: '${integer.name}' is ${integer.dtype}`, 'Only floating point variables can be optimized.')
  }
  return list
}

/** Notes that what an optimizer is made with is trained by it, and gives the parameters that there are. */
export function placed(name: string, trainable: Trainable): readonly Variable[] {
  const list = isList(trainable) ? trainable : trainable.parameters()
  expectVariables(name, list)
  list.forEach(place)
  return known(trainable)
}

/** The parameters that there are, frozen ones too. */
export function known(parameters: Trainable): readonly Variable[] {
  if (isList(parameters)) return parameters
  const named = parameters.namedParameters?.()
  return named === undefined ? parameters.parameters() : [...named.values()]
}

const isList = (parameters: Trainable): parameters is readonly Variable[] => Array.isArray(parameters)

/** Throws if something else than variables stands in the list. */
function expectVariables(optimizer: string, list: readonly unknown[]): void {
  const odd = list.find((variable) => !(variable instanceof Variable))
  if (odd === undefined && !list.includes(undefined)) return
  const cure = 'Pass the model, or a list of its parameters: model.parameters().'
  fail(`${optimizer}: ${describe(odd)} stands among the parameters`, cureFor(odd, cure))
}

/** The gradients as nodes. Throws if they do not fit the parameters. */
export function gradientNodes(name: string, gradients: readonly Tensor[], list: readonly Variable[]): readonly Node[] {
  if (!Array.isArray(gradients)) {
    fail(
      `${name}: the gradients are ${describe(gradients)}`,
      cureFor(gradients, 'Pass a list, one for each parameter.'),
    )
  }
  if (gradients.length !== list.length) {
    failShape(
      name,
      `there are ${gradients.length} gradients for ${list.length} parameters`,
      'Pass one per parameter, in the same order.',
    )
  }
  const nodes = gradients.map((gradient, i) => expectTensor(name, `gradient ${i}`, gradient))
  nodes.forEach(({ shape }, i) => {
    if (!sameShape(shape, list[i].shape)) {
      failShape(
        name,
        `gradient ${i} has shape ${formatShape(shape)}, its parameter '${list[i].name}' ${formatShape(list[i].shape)}`,
        'Pass the gradients in the order of the parameters.',
      )
    }
  })
  return nodes
}

/**
 * Throws if a loss is no scalar, or depends on a parameter that neither a module nor an optimizer knows of: it would stay as it is
 * unnoticed.
 */
export function expectLoss(name: string, loss: Tensor): void {
  expectTensor(name, 'the loss', loss)
  if (loss.rank > 0) {
    failShape(name, `the loss has shape ${formatShape(loss.shape)}`, 'Make one number of it with mean() or sum().')
  }
  const isEnd = (node: Node): boolean => node.op === 'stopGradient' || !node.outputs.some(({ dtype }) => isFloat(dtype))
  for (const node of topologicalOrder([loss.node], isEnd)) {
    const parameter = parameterOf(node)
    if (parameter === undefined || isPlaced(parameter)) continue
    fail(
      `${name}: the loss depends on the parameter '${parameter.name}' ${parameter.dtype}${formatShape(parameter.shape)}, which no module holds and no optimizer trains`,
      'Add it to what is trained. What is to stay as it is can be frozen (module.freeze()), cut off (parameter.value.stopGradient()), or be a Variable.',
    )
  }
}
