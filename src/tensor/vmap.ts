import { expectFunction } from '../core/arguments.js'
import { failShape } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { formatShape, normalizeAxis, range } from '../core/shape.js'
import type { Flat } from '../core/tree.js'
import * as build from '../graph/build.js'
import type { Node } from '../graph/node.js'
import { batch } from '../transform/batching.js'
import { gradient } from '../transform/gradient.js'
import { substitute } from '../transform/substitute.js'
import { handOutAll, traceBody } from './functional/body.js'
import { drawKey, generatorSlot, splitKey } from './generator.js'
import { flattenTensors, rebuildTensors, type TensorTree } from './leaves.js'
import { expectTensor } from './methods/operand.js'
import { transformed } from './scope.js'
import type { Tensor } from './tensor.js'
import type { MappedArguments, MappedResult, Shape } from './types/index.js'

export interface VmapOptions {
  /** For each argument the axis of its tensors to map over, `null` to use it whole in every call; 0 by default. */
  readonly inAxes?: number | readonly (number | null)[]
  /** The axis of the results that counts the calls; 0 by default. */
  readonly outAxis?: number
}

/**
 * Vectorizes: `vmap(fn)(xs)` is the stack of `fn(x)` for each slice of xs, computed as one batched program. Works over any
 * composition, gradients inside and outside included. Random numbers differ from slice to slice.
 *
 * @throws if the mapped sizes differ, or if the function assigns to a variable, which would need one value per slice
 * @example
 * const perExampleGradients = vmap(grad(loss), { inAxes: [null, 0, 0] })(weights, inputs, labels)
 */
export function vmap<
  Arguments extends readonly unknown[],
  Result,
  // biome-ignore lint/complexity/noBannedTypes: no option is named
  const Options extends VmapOptions = {},
>(
  fn: (...args: Arguments) => Result,
  options?: Options,
): <N extends number>(...args: MappedArguments<Arguments, Options, N>) => MappedResult<Result, Options, N>
export function vmap(
  fn: (...args: TensorTree[]) => TensorTree,
  options: VmapOptions = {},
): (...args: TensorTree[]) => TensorTree {
  expectFunction('vmap', 'the first argument', fn)
  checkOptions('vmap', options, { inAxes: true, outAxis: true })
  const mapping: Mapping = {
    outAxis: options.outAxis ?? 0,
    spread(args) {
      const flat = flattenTensors(args, 'vmap')
      const axes = axesPerLeaf(args, options.inAxes ?? 0)
      return { flat, axes, size: mappedSize(flat.leaves, axes) }
    },
  }
  const mappedFunction = (...args: TensorTree[]): TensorTree => {
    const { flat, axes, size } = mapping.spread(args)
    const slices = flat.leaves.map((node, i) => {
      const axis = axes[i]
      return { dtype: node.dtype, shape: axis === null ? node.shape : node.shape.filter((_, other) => other !== axis) }
    })
    const traced = traceBody('vmap', (values) => fn(...(values as TensorTree[])), flat, slices)
    const { inputs, outputs, result, scope } = traced

    const whole = new Map<Node, Node>()
    const mapped = new Map<Node, Node>()
    inputs.forEach((node, i) => {
      const axis = axes[i]
      if (axis === null) whole.set(node, flat.leaves[i])
      else mapped.set(node, moveToFront(flat.leaves[i], axis))
    })
    for (const slot of scope.writes.keys()) {
      if (slot !== generatorSlot()) {
        failShape(
          'vmap',
          `the function assigns to '${slot.name}', which would get ${size} values`,
          'Return the value instead, and assign outside; put batch norm into eval mode.',
        )
      }
    }
    for (const [slot, node] of scope.reads) {
      if (slot === generatorSlot()) mapped.set(node, splitKey(drawKey(), size))
      else whole.set(node, slot.node)
    }
    const batched = batch(substitute(outputs, whole), mapped, size)
    const own = result.leaves.length
    handOutAll(traced, batched.slice(own))
    return rebuildTensors(
      result,
      batched.slice(0, own).map((node) => moveFromFront(node, mapping.outAxis)),
    ) as TensorTree
  }
  mappings.set(mappedFunction, mapping)
  return mappedFunction
}

/** How a function made by {@link vmap} goes through its arguments. */
export interface Mapping {
  readonly outAxis: number
  /** The tensors of the arguments, for each the axis that counts the calls, and how many calls there are. */
  spread(args: readonly unknown[]): {
    readonly flat: Flat<Node>
    readonly axes: readonly (number | null)[]
    readonly size: number
  }
}

const mappings = new WeakMap<object, Mapping>()

/** What is known of a function made by {@link vmap}; nothing of others. */
export const mappingOf = (fn: object): Mapping | undefined => mappings.get(fn)

function axesPerLeaf(args: readonly unknown[], inAxes: number | readonly (number | null)[]): (number | null)[] {
  if (typeof inAxes !== 'number' && inAxes.length !== args.length) {
    failShape(
      'vmap',
      `inAxes names ${inAxes.length} arguments, the call has ${args.length}`,
      'Give one axis or null per argument.',
    )
  }
  return args.flatMap((argument, i) => {
    const axis = typeof inAxes === 'number' ? inAxes : inAxes[i]
    return flattenTensors(argument, 'vmap').leaves.map((node) =>
      axis === null ? null : normalizeAxis(axis, node.rank, 'vmap'),
    )
  })
}

function mappedSize(nodes: readonly Node[], axes: readonly (number | null)[]): number {
  const sizes = nodes.flatMap((node, i) => {
    const axis = axes[i]
    return axis === null ? [] : [node.shape[axis]]
  })
  if (sizes.length === 0)
    failShape('vmap', 'there is nothing to map over', 'At least one argument needs an axis in inAxes.')
  if (sizes.some((size) => size !== sizes[0])) {
    failShape(
      'vmap',
      `the mapped axes have different sizes ${formatShape(sizes)}`,
      'Give them equal sizes, or null in inAxes for what is not mapped.',
    )
  }
  return sizes[0]
}

const moveToFront = (node: Node, axis: number): Node =>
  build.permute(node, [axis, ...range(node.rank).filter((other) => other !== axis)])

function moveFromFront(node: Node, axis: number): Node {
  const to = normalizeAxis(axis, node.rank, 'vmap')
  const rest = range(node.rank).slice(1)
  return build.permute(node, [...rest.slice(0, to), 0, ...rest.slice(to)])
}

/**
 * The Jacobian ∂fn(x)/∂x, shape [...output, ...input], by one batched backward pass.
 *
 * @param fn a function of one tensor that returns one tensor
 */
export function jacobian<S extends Shape, R extends Shape>(
  fn: (x: Tensor<S>) => Tensor<R>,
): (x: Tensor<S>) => Tensor<[...R, ...S]> {
  expectFunction('jacobian', 'the first argument', fn)
  return (x) => {
    const flat = flattenTensors(x, 'jacobian')
    const fresh = build.create('reshape', [expectTensor('jacobian', 'the argument', x)], { shape: x.shape })
    const returned = transformed(() => fn(rebuildTensors(flat, [fresh]) as Tensor))
    const y = flattenTensors(returned, 'jacobian').leaves[0]
    const size = y.shape.reduce((product, n) => product * n, 1)
    const cotangent = build.input(y.dtype, y.shape)
    const row = gradient([y], [cotangent], [fresh])[0] ?? build.zerosLike(fresh)
    // The identity: cotangent i has a one at output element i.
    const eye = build.equal(build.iota('int32', [size, size], 0), build.iota('int32', [size, size], 1))
    const basis = build.reshape(build.cast(eye, y.dtype), [size, ...y.shape])
    const [rows] = batch([row], new Map([[cotangent, basis]]), size)
    return rebuildTensors(flat, [build.reshape(rows, [...y.shape, ...x.shape])]) as Tensor
  }
}

/** The Hessian ∂²fn(x)/∂x² of a scalar function, shape [...x, ...x]. */
export function hessian<S extends Shape>(fn: (x: Tensor<S>) => Tensor<[]>): (x: Tensor<S>) => Tensor<[...S, ...S]> {
  expectFunction('hessian', 'the first argument', fn)
  return jacobian<S, S>((x) => {
    const flat = flattenTensors(x, 'hessian')
    const y = fn(x).node
    if (y.rank > 0) failShape('hessian', `the function returns shape ${formatShape(y.shape)}`, 'Reduce it to a scalar.')
    const [first] = gradient([y], [build.onesLike(y)], flat.leaves)
    return rebuildTensors(flat, [first ?? build.zerosLike(flat.leaves[0])]) as Tensor<S>
  })
}
