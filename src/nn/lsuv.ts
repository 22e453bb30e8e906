import { expectNumber } from '../core/arguments.js'
import { cureFor, describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import type { Tensor } from '../tensor/tensor.js'
import { Parameter } from '../tensor/variable.js'
import { orthogonal } from './initializers.js'
import { outputsOf } from './inspection/outputs-of.js'
import { Layer } from './layer.js'
import { Module } from './module.js'

export interface LsuvOptions {
  /** How far a variance may be from 1; 0.01. */
  readonly tolerance?: number
  /** How often a weight is scaled at most; 10. */
  readonly iterations?: number
}

type Weighted = Layer & { readonly weight: Parameter }

const isWeighted = (module: Module): module is Weighted =>
  module instanceof Layer && 'weight' in module && module.weight instanceof Parameter && module.weight.shape.length > 1

/**
 * First weights by layers: orthogonal, then scaled one layer after the other, in the order in which they run, until the outputs for a batch
 * have variance 1. For deep networks without normalisation. (Mishkin and Matas, "All you need is a good init", 2015.)
 *
 * @param x a batch of data that is like what comes later
 * @returns the variance of the outputs of each layer with a weight, by its path
 * @throws if the model has no such layer, or the outputs of one do not depend on its input
 * @example
 * const model = sequential(linear(8, 16), relu(), linear(16, 4))
 * const variances = await lsuv(model, random.normal([32, 8]))
 */
export async function lsuv(
  model: Module & { forward(x: never): unknown },
  x: Tensor,
  options: LsuvOptions = {},
): Promise<{ [path: string]: number }> {
  if (!(model instanceof Module)) {
    fail(`lsuv: the first argument is ${describe(model)}, no module`, cureFor(model, 'The model comes first.'))
  }
  checkOptions('lsuv', options, { tolerance: true, iterations: true })
  const { tolerance = 0.01, iterations = 10 } = options
  expectNumber('lsuv', 'the tolerance', tolerance)
  expectNumber('lsuv', 'the number of iterations', iterations)
  const layers = new Map([...model.modules()].filter((entry): entry is [string, Weighted] => isWeighted(entry[1])))
  /** What the layers give, in the order in which they run. */
  const run = () =>
    outputsOf(model, [...layers.keys()], () => (model as Module & { forward(x: Tensor): unknown }).forward(x)).outputs
  const order = Object.entries(run()).filter(([, outputs]) => outputs.length > 0)
  if (order.length === 0)
    fail('lsuv: no layer with a weight has run', 'It is for models with linear layers or convolutions.')
  const found: { [path: string]: number } = {}
  for (const [path] of order) {
    const { weight } = layers.get(path) as Weighted
    weight.assign(orthogonal()(weight.shape, weight.dtype))
    for (let i = 0; ; i++) {
      const variance = await (run()[path][0].variance() as Tensor<[]>).item()
      found[path] = variance
      if (Math.abs(variance - 1) <= tolerance || i >= iterations) break
      if (!(variance > 0 && variance < Infinity)) {
        fail(`lsuv: the outputs of '${path}' have variance ${variance}`, 'Give a batch of data that is not constant.')
      }
      weight.assign(weight.value.div(Math.sqrt(variance)))
    }
  }
  return found
}
