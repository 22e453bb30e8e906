import { cureFor, describe } from '../../core/describe.js'
import { fail, failDType, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Unless } from '../../tensor/types/index.js'
import { Parameter } from '../../tensor/variable.js'
import { Module } from '../module.js'
import { entriesOf } from '../tree.js'
import type { Link } from '../types/chain.js'
import type { Replaced, TieProblem } from '../types/paths.js'
import { type Place, placeAt } from './paths.js'

/**
 * Puts another layer in the place of one, at a path as `model.modules()` lists them: a property, or an element of an array, map or set.
 * The new layer takes over the mode (training or evaluation) of the old one. What is held in several places is replaced in this one. A
 * compiled function that uses the model is traced again; an optimizer that is to train the new layer is made afterwards.
 *
 * @param layer what comes there; it may hold the old layer
 * @returns the model, the same object: its type knows what has changed in a `sequential`
 * @throws if there is no layer at the path
 * @example
 * const net = sequential(linear(3, 4), relu(), linear(4, 1000))
 * const tuned = replaceLayer(net, 'layers.2', linear(4, 10))
 * tuned.forward(zeros([2, 3])) // [2, 3] → [2, 10]
 */
export function replaceLayer<M extends Module, const Path extends string, New extends Link>(
  model: M,
  path: Path,
  layer: Unless<Extract<Replaced<M, Path, New>, string>, New>,
): Exclude<Replaced<M, Path, New>, string>
export function replaceLayer(model: Module, path: string, layer: Link): Module {
  expectModule('replaceLayer', model)
  const place = placeAt('replaceLayer', model, path)
  const { value } = place
  if (!isLink(value)) {
    const cure = value instanceof Parameter ? 'Parameters are shared by tieWeights, and assigned.' : 'Name one layer.'
    fail(`replaceLayer: '${path}' is ${describe(value)}, no layer`, cure)
  }
  if (!isLink(layer)) {
    fail(
      `replaceLayer: the new layer is ${describe(layer)}`,
      cureFor(layer, 'Give a layer, a module with forward(x), or a function of a tensor.'),
    )
  }
  if (layer instanceof Module) {
    const { training } = value instanceof Module ? value : model
    training ? layer.train() : layer.eval()
  }
  put('replaceLayer', place, layer)
  return model
}

/**
 * Makes two parameters one: the one at `path` is dropped, and the one at `from` stands in its place. It is trained by the sum of both
 * gradients; the optimizer, which is made afterwards, and the state have it once, under the first of its paths. A layer with the weight the other
 * way round shares it by its own means, such as `embedding.logits`.
 * (Press and Wolf, "Using the output embedding to improve language models", 2017.)
 *
 * @throws if there is no parameter at one of the paths, or the shapes or dtypes differ
 * @example
 * const autoencoder = sequential(linear(8, 8), relu(), linear(8, 8))
 * tieWeights(autoencoder, 'layers.2.weight', 'layers.0.weight').parameterCount() // 80
 */
export function tieWeights<M extends Module, const Path extends string, const From extends string>(
  model: M,
  path: Path,
  from: Unless<TieProblem<M, Path, From>, From>,
): M {
  expectModule('tieWeights', model)
  const place = placeAt('tieWeights', model, path)
  const source = placeAt('tieWeights', model, from as string)
  const [dropped, kept] = [place, source].map(({ value }, i) => {
    if (value instanceof Parameter) return value
    return fail(`tieWeights: '${i === 0 ? path : String(from)}' is ${describe(value)}`, 'Name two parameters.')
  })
  if (!sameShape(dropped.shape, kept.shape)) {
    failShape(
      'tieWeights',
      `'${path}' is ${formatShape(dropped.shape)}, '${String(from)}' ${formatShape(kept.shape)}`,
      'Only parameters of one shape can be the same.',
    )
  }
  if (dropped.dtype !== kept.dtype) {
    failDType(
      'tieWeights',
      `'${path}' is ${dropped.dtype}, '${String(from)}' ${kept.dtype}`,
      'Make both layers with the same dtype.',
    )
  }
  put('tieWeights', place, kept)
  return model
}

/** Puts something else in a place. */
function put(operation: string, { holder, name, value }: Place, next: unknown): void {
  if (holder instanceof Map) {
    const index = entriesOf(holder).findIndex(([entry]) => entry === name)
    const keys = [...holder.keys()]
    const found = keys.find((key) => String(key) === name) ?? keys[index]
    holder.set(found, next)
  } else if (holder instanceof Set) {
    // A set keeps the order of insertion: all move up by one turn.
    for (const element of [...holder]) {
      holder.delete(element)
      holder.add(element === value ? next : element)
    }
  } else if (!Reflect.set(holder, name, next)) {
    fail(
      `${operation}: '${name}' of ${describe(holder)} cannot be set`,
      'It is frozen by Object.freeze, or has no setter.',
    )
  }
}

const isLink = (value: unknown): value is Link =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && 'forward' in value && typeof value.forward === 'function')

function expectModule(operation: string, model: unknown): void {
  if (model instanceof Module) return
  fail(`${operation}: the first argument is ${describe(model)}, no module`, cureFor(model, 'The model comes first.'))
}
