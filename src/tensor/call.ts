import { expectFunction } from '../core/arguments.js'
import { call } from '../graph/build.js'
import type { Node } from '../graph/node.js'
import type { Attributes } from '../graph/primitives.js'
import { assignAll, closeBodies, handOutAll, refuseWanted, traceBody, writtenBy } from './functional/body.js'
import { flattenTensors, rebuildTensors, type TensorTree } from './leaves.js'
import { transformed } from './scope.js'
import { Tensor } from './tensor.js'

/**
 * `fn` with its intermediate values computed again for the gradient instead of kept: less memory, one more forward pass
 * (Chen et al., "Training deep nets with sublinear memory cost", 2016).
 */
export function checkpoint<Arguments extends readonly TensorTree[], Result extends TensorTree>(
  fn: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  expectFunction('checkpoint', 'the first argument', fn)
  return (...args) => callBody('checkpoint', fn, args, { recompute: true })
}

/**
 * `fn` with a gradient written by hand: `backward` gets the inputs, the results and the cotangents of the results (lists of
 * tensors) and returns a cotangent, or null for none, per input tensor. What `fn` uses from outside gets none.
 *
 * @example
 * const clippedGradient = customGradient((x: Tensor) => x, ([_x], [_y], [g]) => [g.clip(-1, 1)])
 */
export function customGradient<Arguments extends readonly TensorTree[], Result extends TensorTree>(
  fn: (...args: Arguments) => Result,
  backward: (
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    cotangents: readonly Tensor[],
  ) => readonly (Tensor | null)[],
): (...args: Arguments) => Result {
  expectFunction('customGradient', 'the first argument', fn)
  expectFunction('customGradient', 'the gradient', backward)
  return (...args) => {
    const gradient = (
      inputs: readonly Node[],
      outputs: readonly Node[],
      cotangents: readonly Node[],
    ): (Node | undefined)[] => {
      const arguments_ = inputs.slice(0, flattenTensors(args, 'customGradient').leaves.length)
      const tensors = [arguments_, outputs, cotangents].map((nodes) => nodes.map((node) => new Tensor(node)))
      const gradients = transformed(() => backward(tensors[0], tensors[1], tensors[2]))
      return gradients.map((tensor) => tensor?.node)
    }
    return callBody('customGradient', fn, args, { gradient })
  }
}

/** Traces `fn` into a `call` node. */
function callBody<Arguments extends readonly TensorTree[], Result extends TensorTree>(
  name: string,
  fn: (...args: Arguments) => Result,
  args: Arguments,
  options: Partial<Attributes['call']>,
): Result {
  const flat = flattenTensors(args, name)
  const traced = traceBody(name, (values) => fn(...(values as Arguments)), flat)
  if (options.gradient !== undefined) refuseWanted([traced], name, 'its gradient knows of the results only')
  const written = writtenBy([traced])
  const { graphs, captured } = closeBodies([traced], written)
  const inputs = [...flat.leaves, ...written.map(({ node }) => node), ...captured]
  const results = call(inputs, { name, body: graphs[0], ...options })
  assignAll(written, results.slice(traced.outputs.length))
  handOutAll(traced, results.slice(traced.result.leaves.length))
  return rebuildTensors(traced.result, results) as Result
}
