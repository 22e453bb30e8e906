import { expectFunction } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import { flattenTensors, rebuildTensors } from '../../tensor/leaves.js'
import { currentScope, handOut, transformed } from '../../tensor/scope.js'
import type { Tensor } from '../../tensor/tensor.js'
import { Module } from '../module.js'
import { placeAt } from '../surgery/paths.js'
import type { At, OutputOf } from '../types/paths.js'
import { listening } from './listening.js'

/** Layers: a dotted path, a pattern for paths, or a list of them. */
export type Layers = string | RegExp | readonly (string | RegExp)[]

type Named<L> = L extends readonly (infer One)[] ? One : L

/** Outputs by the paths of layers, of each call one, in order. */
export type Outputs<M, L extends Layers> = {
  readonly [Path in Extract<Named<L>, string>]: readonly OutputOf<At<M, Path>>[]
} & (Extract<Named<L>, RegExp> extends never ? unknown : { readonly [path: string]: readonly Tensor[] })

export interface OutputsOfOptions {
  /**
   * What goes on in the place of an output, which it may be itself: `(path, output) => tensor` of the same shape and dtype. Called for
   * the layers that are named, inner ones first.
   */
  readonly replace?: (path: string, output: Tensor) => Tensor
}

/**
 * What layers give while a model runs, by their paths: for interpretation, distillation, style transfer. With `replace` something
 * else goes on in its place: for interventions.
 *
 * `run` may be anything that uses the model, once or several times, inside or outside `compile`, with `grad`, `vmap`, `scan`,
 * `checkpoint` in it or around. A layer that runs several times gives all its outputs in order; inside `scan` and `vmap` they come
 * stacked, with an axis for the steps or slices in front. An output is the value on its way: `grad(loss, outputs[path][0])` is the
 * gradient with respect to it. Compiled functions called in `run` are part of what is around.
 *
 * @param layers paths as `model.modules()` lists them, also patterns for them, or a list; functions in a chain have none (`nn.lambda`
 *   makes a layer of one)
 * @param run called once, at once
 * @param options.replace what goes on in the place of an output
 * @returns what `run` returned, and the outputs, in the order in which the layers first ran; of one that has not run an empty list
 * @throws if the model has no such layer, the replacement has another shape or dtype, or a layer runs inside `whileLoop` or `cond`
 * @example
 * const net = sequential(linear(3, 4), relu(), linear(4, 2))
 * const { result, outputs } = outputsOf(net, ['layers.0', 'layers.1'], () => net.forward(zeros([2, 3])))
 * const [hidden] = outputs['layers.0'] // [2, 4]
 */
export function outputsOf<M extends Module, const L extends Layers, R>(
  model: M,
  layers: L,
  run: () => R,
  options: OutputsOfOptions = {},
): { readonly result: R; readonly outputs: Outputs<M, L> } {
  if (!(model instanceof Module)) {
    fail(`outputsOf: the first argument is ${describe(model)}, no module`, cureFor(model, 'The model comes first.'))
  }
  expectFunction('outputsOf', 'what to run', run)
  checkOptions('outputsOf', options, { replace: true })
  const { replace } = options
  if (replace !== undefined) expectFunction('outputsOf', 'the replacement', replace)
  const paths = selected(model, layers)
  const lists = new Map<string, unknown[]>()
  const home = currentScope()

  const take = (path: string, given: unknown): unknown => {
    let output = given
    if (replace !== undefined) output = replaced(path, output, replace)
    const flat = flattenTensors(output, `outputsOf: the output of '${path}'`)
    const list = lists.get(path) ?? []
    lists.set(path, list)
    const place = list.push(undefined) - 1
    const arrived: Node[] = []
    const note = (i: number, node: Node): void => {
      arrived[i] = node
      list[place] = rebuildTensors(flat, arrived)
    }
    flat.leaves.forEach((node, i) => {
      handOut({ node, what: `the output of '${path}'`, home, take: (outer) => note(i, outer) })
    })
    return output
  }
  const enter = (module: Module): ((output: unknown) => unknown) | undefined => {
    const names = paths.get(module)
    return names && ((output) => names.reduce((value, path) => take(path, value), output))
  }
  const result = listening({ enter }, () => transformed(run))
  if (result instanceof Promise) {
    result.catch(() => {})
    fail('outputsOf: the function is async', 'Make it synchronous, and await the values of outputs afterwards.')
  }
  for (const path of [...paths.values()].flat()) if (!lists.has(path)) lists.set(path, [])
  return { result, outputs: Object.fromEntries(lists) as Outputs<M, L> }
}

/** The modules that are named, with the paths under which their outputs go. */
function selected(model: Module, layers: Layers): Map<Module, string[]> {
  const found = new Map<Module, string[]>()
  const add = (module: Module, path: string): void => {
    const paths = found.get(module) ?? []
    if (!paths.includes(path)) found.set(module, [...paths, path])
  }
  for (const layer of Array.isArray(layers) ? layers : [layers]) {
    if (layer instanceof RegExp) {
      const matching = [...model.modules()].filter(([path]) => path.search(layer) >= 0)
      if (matching.length === 0) fail(`outputsOf: no layer's path matches ${layer}`, listed(model))
      for (const [path, module] of matching) add(module, path)
    } else if (typeof layer === 'string') {
      const value = layer === '' ? model : placeAt('outputsOf', model, layer).value
      if (!(value instanceof Module)) {
        fail(
          `outputsOf: '${layer}' is ${describe(value)}, no layer`,
          typeof value === 'function' ? 'Make a layer of it: nn.lambda(fn).' : listed(model),
        )
      }
      add(value, layer)
    } else {
      fail(`outputsOf: a layer is given as ${describe(layer)}`, "Give its path, such as 'layers.0', or a pattern.")
    }
  }
  return found
}

function listed(model: Module): string {
  const known = [...model.modules().keys()].filter((path) => path !== '')
  return `The layers are ${known.slice(0, 12).join(', ')}${known.length > 12 ? ' …' : ''}.`
}

function replaced(path: string, output: unknown, replace: (path: string, output: Tensor) => Tensor): unknown {
  const before = flattenTensors(output, `outputsOf: the output of '${path}'`)
  const given: unknown = replace(path, output as Tensor)
  if (given === undefined) {
    fail(`outputsOf: nothing is put in the place of the output of '${path}'`, 'Return the output where it is to stay.')
  }
  const after = flattenTensors(given, `outputsOf: what replaces the output of '${path}'`)
  const fits = after.structure === before.structure && after.leaves.every((node, i) => isAlike(node, before.leaves[i]))
  if (!fits) {
    const text = (nodes: readonly Node[]): string =>
      nodes.map(({ dtype, shape }) => `${dtype}${formatShape(shape)}`).join(', ')
    failShape(
      'outputsOf',
      `the output of '${path}' is ${text(before.leaves)}, what replaces it ${text(after.leaves)}`,
      'Give the same shape and dtype.',
    )
  }
  return given
}

const isAlike = (a: Node, b: Node): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)
