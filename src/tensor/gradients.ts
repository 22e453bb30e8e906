import { expectFunction } from '../core/arguments.js'
import { cureFor, describe } from '../core/describe.js'
import { isFloat } from '../core/dtype.js'
import { fail, failDType, failShape } from '../core/errors.js'
import { formatShape } from '../core/shape.js'
import { create, onesLike, zerosLike } from '../graph/build.js'
import type { Node } from '../graph/node.js'
import { formatType } from '../graph/print.js'
import { gradient, jvp as jvpNodes } from '../transform/gradient.js'
import {
  type Differentiable,
  flattenDifferentiable,
  flattenTensors,
  type Gradients,
  rebuildTensors,
  type TensorTree,
} from './leaves.js'
import { currentScope, transformed } from './scope.js'
import { Tensor } from './tensor.js'

/**
 * The gradient ∂y/∂wrt of a scalar.
 *
 * `grad(y, wrt)` takes a tensor that has been computed from `wrt` and returns gradients in the structure of `wrt`: a
 * tensor, a variable, a module (a list in the order of its parameters), or arrays and objects of them. What y does not depend on
 * gets zeros. The gradient is a tensor like others, so gradients of gradients work.
 *
 * `grad(fn)` is the function that returns the gradient of `fn` with respect to its first argument.
 *
 * @throws if y is not a floating point scalar, or depends on nothing in `wrt`
 * @example
 * const [dw, db] = grad(loss, [w, b])
 * const perExample = vmap(grad(squaredError), { inAxes: [null, 0, 0] })(weights, inputs, labels)
 */
export function grad<const W extends Differentiable>(y: Tensor<[]>, wrt: W): Gradients<W>
export function grad<First extends TensorTree, Rest extends readonly unknown[]>(
  fn: (first: First, ...rest: Rest) => Tensor<[]>,
): (first: First, ...rest: Rest) => First
export function grad(y: Tensor | ((...args: never[]) => Tensor), wrt?: unknown): unknown {
  if (y instanceof Tensor) return gradientOf(y, wrt)
  if (typeof y !== 'function') {
    fail(
      `grad: the first argument is ${describe(y)}`,
      cureFor(y, 'Pass a tensor and what to differentiate by, or a function: grad(loss, w), grad(fn).'),
    )
  }
  const withValue = valueAndGrad(y as (first: TensorTree, ...rest: unknown[]) => Tensor)
  return (first: TensorTree, ...rest: unknown[]) => withValue(first, ...rest)[1]
}

function gradientOf(y: Tensor, wrt: unknown): unknown {
  const flat = flattenDifferentiable(wrt, 'grad')
  expectScalar('grad', y.node)
  for (const node of flat.leaves) {
    if (!isFloat(node.dtype))
      failDType(
        'grad',
        `there is no gradient with respect to ${formatType(node)}`,
        'Only floating point values change continuously.',
      )
  }
  const gradients = gradient([y.node], [onesLike(y.node)], flat.leaves)
  if (gradients.every((node) => node === undefined)) {
    fail(
      `grad: y does not depend on ${flat.leaves.length > 1 ? 'any of the given values' : 'the given value'}`,
      'Compute y from it, and read a variable again after assigning to it.',
    )
  }
  return rebuildTensors(
    flat,
    noted(gradients).map((node, i) => node ?? zerosLike(flat.leaves[i])),
  )
}

/** Gradients keep all digits where a program rounds what is between. */
function noted(gradients: (Node | undefined)[]): (Node | undefined)[] {
  currentScope()?.gradients.push(...gradients.filter((node) => node !== undefined))
  return gradients
}

function expectScalar(operation: string, { shape, dtype }: Node): void {
  if (shape.length > 0) {
    failShape(
      operation,
      `y has shape ${formatShape(shape)}`,
      'Gradients are of scalars: reduce it with sum() or mean(), or use jacobian().',
    )
  }
  if (!isFloat(dtype))
    failDType(
      operation,
      `y is ${dtype}`,
      "Gradients are of floating point values; convert with cast('float32') where it still is continuous.",
    )
}

/** The function that returns [value, gradient with respect to the first argument] of `fn`. */
export function valueAndGrad<First extends TensorTree, Rest extends readonly unknown[]>(
  fn: (first: First, ...rest: Rest) => Tensor<[]>,
): (first: First, ...rest: Rest) => [Tensor<[]>, First] {
  expectFunction('valueAndGrad', 'the first argument', fn)
  return (first, ...rest) => {
    const flat = flattenTensors(first, 'valueAndGrad')
    const fresh = flat.leaves.map(separate)
    const y = transformed(() => fn(rebuildTensors(flat, fresh) as First, ...rest))
    if (!(y instanceof Tensor))
      fail('valueAndGrad: the function does not return a tensor', 'Return the scalar to differentiate.')
    expectScalar('grad', y.node)
    const gradients = gradient([y.node], [onesLike(y.node)], fresh)
    return [
      y,
      rebuildTensors(
        flat,
        noted(gradients).map((node, i) => node ?? zerosLike(fresh[i])),
      ) as First,
    ]
  }
}

/** The same value as a node of its own: uses of the original elsewhere are not uses of this one. */
const separate = (node: Node): Node => create('reshape', [node], { shape: node.shape })

/**
 * The directional derivative: value of `fn` and ∂fn/∂primals · tangents (forward mode).
 *
 * @param tangents same structure and shapes as `primals`
 */
export function jvp<First extends TensorTree, Result extends TensorTree>(
  fn: (primals: First) => Result,
  primals: First,
  tangents: First,
): [Result, Result] {
  expectFunction('jvp', 'the first argument', fn)
  const flat = flattenTensors(primals, 'jvp')
  const directions = flattenTensors(tangents, 'jvp tangents')
  if (directions.structure !== flat.structure)
    failShape('jvp', 'primals and tangents differ in structure', 'Give one tangent per primal.')
  const fresh = flat.leaves.map(separate)
  const returned = transformed(() => fn(rebuildTensors(flat, fresh) as First))
  const result = flattenTensors(returned, 'jvp')
  const derivatives = jvpNodes(result.leaves, fresh, directions.leaves)
  return [rebuildTensors(result, result.leaves) as Result, rebuildTensors(result, derivatives) as Result]
}
