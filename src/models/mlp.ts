import { expectList } from '../core/arguments.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import * as nn from '../nn/index.js'
import type { Tensor } from '../tensor/tensor.js'

export interface MlpOptions {
  /** Between the layers; nn.relu. */
  readonly activation?: (x: Tensor) => Tensor
  /** The part of the values behind each activation that is dropped while training; 0. */
  readonly dropout?: number
}

/**
 * A multilayer perceptron: layers in which every unit sees all units of the layer before, with a nonlinear function between.
 * Inputs [batch, …] are flattened first.
 *
 * (Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.)
 *
 * @param sizes the number of inputs, of the units of each hidden layer, and of outputs
 * @throws if a size is not a whole number of at least 1
 * @example mlp([784, 512, 10]).forward(pictures) // [128, 28, 28, 1] → [128, 10]
 */
export function mlp<const Sizes extends readonly [number, ...number[], number]>(
  sizes: Sizes,
  options: MlpOptions = {},
): nn.Sequential<Ends<Sizes>> {
  if (expectList('mlp', 'the list of sizes', sizes).length < 2) {
    fail('mlp: there are no two sizes', 'Give those of inputs and outputs: mlp([784, 10]).')
  }
  checkOptions('mlp', options, { activation: true, dropout: true })
  const { activation = nn.relu, dropout = 0 } = options
  const layers: nn.Link[] = [nn.flatten()]
  sizes.slice(1).forEach((outputs, i) => {
    if (i > 0) layers.push(activation)
    if (i > 0 && dropout > 0) layers.push(nn.dropout(dropout))
    layers.push(nn.linear(sizes[i], outputs))
  })
  return new nn.Sequential(layers as readonly nn.Link[] as Ends<Sizes>)
}

/** What decides on shapes: the first layer on what goes in, the last one on what comes out. */
type Ends<Sizes extends readonly number[]> = Sizes extends readonly [
  infer Inputs extends number,
  ...number[],
  infer Outputs extends number,
]
  ? readonly [nn.Flatten, nn.Linear<Inputs, Outputs>]
  : readonly nn.Link[]
