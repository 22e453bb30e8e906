import { expectChoice } from '../core/arguments.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import type { TabularLayout } from '../data/index.js'
import * as nn from '../nn/index.js'
import { tensor } from '../tensor/create.js'
import { concat } from '../tensor/functions.js'
import type { Tensor } from '../tensor/tensor.js'
import { Parameter } from '../tensor/variable.js'

export interface TabularNetworkOptions {
  /** Units of the hidden layers; [256, 256]. */
  readonly hidden?: readonly number[]
  /** The part of the hidden units that is dropped while training; 0.1. */
  readonly dropout?: number
  /** How numbers come in: as they are, or by waves of trained lengths (see {@link PeriodicNumbers}); 'periodic'. */
  readonly numbers?: 'plain' | 'periodic'
  /** Waves for each number; 24. */
  readonly waves?: number
  /** How short the waves are at first: the standard deviation of their number per unit; 0.1. */
  readonly frequency?: number
  /** How many numbers waves become; 16. */
  readonly width?: number
  /** How many numbers each category becomes; 8. */
  readonly embedding?: number
}

/**
 * Numbers as periodic functions of themselves, so that a network finds what changes quickly along one of them:
 * relu(W · [x, sin 2πcx, cos 2πcx] + b) with trained frequencies c and weights for each number, [batch, numbers] → [batch, numbers · width].
 *
 * (Gorishniy, Rubachev and Babenko, "On embeddings for numerical features in tabular deep learning", 2022.)
 */
export class PeriodicNumbers extends nn.Module {
  /** [numbers, waves] */
  readonly frequencies: Parameter<[number, number]>
  /** [numbers, 2 · waves + 1, width] */
  readonly weight: Parameter<[number, number, number]>
  /** [numbers, 1, width] */
  readonly bias: Parameter<[number, number, number]>

  constructor(numbers: number, waves: number, width: number, frequency: number) {
    super()
    const inputs = 2 * waves + 1
    const { normal, uniform, zeros } = nn.initializers
    this.frequencies = new Parameter(normal(frequency)([numbers, waves], 'float32'), 'frequencies')
    this.weight = new Parameter(
      uniform(-1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs))([numbers, inputs, width], 'float32'),
      'weight',
    )
    this.bias = new Parameter(zeros()([numbers, 1, width], 'float32'), 'bias')
  }

  /** [rows, numbers] → [rows, numbers · width] */
  forward(x: Tensor<[number, number]>): Tensor<[number, number]> {
    const each = x.transpose().unsqueeze(-1)
    const angles = each.mul(this.frequencies.value.unsqueeze(1).mul(2 * Math.PI))
    const waves: Tensor = concat([each, angles.sin(), angles.cos()], -1)
    const features: Tensor<[number, number, number]> = waves.matmul(this.weight.value).add(this.bias.value).relu()
    return features.permute([1, 0, 2]).reshape([x.shape[0], -1])
  }
}

/**
 * A network for tables as `tabular` of `shapewise/data` lays them out: numbers by periodic functions, categories by embeddings, and on both a multilayer
 * perceptron, [batch, numbers and codes] → [batch, outputs]. Values that are missing or unknown begin with the embedding 0.
 *
 * (Gorishniy et al., "Revisiting deep learning models for tabular data", 2021.)
 *
 * @throws if a size is not a whole number of at least 1, or there are no inputs
 * @example new TabularNetwork({ numbers: 2, categories: [5] }, 3).forward(rows) // [4, 3] → [4, 3]
 */
export class TabularNetwork extends nn.Module {
  readonly layout: TabularLayout
  readonly numbers: PeriodicNumbers | undefined
  /** [all categories one after the other, embedding] */
  readonly categories: Parameter<[number, number]> | undefined
  /** The perceptron behind both. */
  readonly layers: nn.Module & { forward(x: Tensor): Tensor }

  constructor(layout: TabularLayout, outputs: number, options: TabularNetworkOptions = {}) {
    super()
    checkOptions<TabularNetworkOptions>('TabularNetwork', options, {
      ...{ hidden: true, dropout: true, numbers: true, waves: true, frequency: true, width: true, embedding: true },
    })
    const { hidden = [256, 256], dropout = 0.1, numbers = 'periodic', waves = 24, width = 16, embedding = 8 } = options
    expectChoice('TabularNetwork', 'numbers', numbers, ['plain', 'periodic'])
    const count = layout.numbers
    const codes = layout.categories.length
    if (count + codes === 0) fail('TabularNetwork: there are no inputs', 'Give numbers or categories.')
    this.layout = layout
    const periodic = numbers === 'periodic' && count > 0
    if (periodic) this.numbers = new PeriodicNumbers(count, waves, width, options.frequency ?? 0.1)
    if (codes > 0) this.categories = new Parameter(firstVectors(layout.categories, embedding), 'categories')
    let inputs = (periodic ? count * width : count) + codes * embedding
    const layers: nn.Link[] = []
    for (const units of hidden) {
      layers.push(nn.linear(inputs, units), nn.relu())
      if (dropout > 0) layers.push(nn.dropout(dropout))
      inputs = units
    }
    this.layers = nn.sequential(...layers, nn.linear(inputs, outputs))
  }

  /** [rows, numbers and codes] → [rows, outputs] */
  forward(rows: Tensor): Tensor {
    const { numbers: count, categories } = this.layout
    const parts: Tensor[] = []
    if (count > 0) {
      const numbers: Tensor = rows.slice(':', [0, count])
      parts.push(this.numbers?.forward(numbers) ?? numbers)
    }
    if (this.categories !== undefined) {
      const first = categories.map((_, i) => categories.slice(0, i).reduce((sum, size) => sum + size, 0))
      const codes: Tensor = rows.slice(':', [count, count + categories.length]).cast('int32')
      const places = codes.add(tensor(first, [first.length], 'int32'))
      parts.push(this.categories.value.take(places).reshape([rows.shape[0]!, -1]))
    }
    return this.layers.forward(concat(parts, -1))
  }
}

/** Vectors drawn at random; those of the codes 0 and 1 of each category, which little or nothing is learned of, are 0. */
function firstVectors(categories: readonly number[], width: number): Tensor<[number, number]> {
  const known = categories.flatMap((size) => Array.from({ length: size }, (_, code) => Number(code > 1)))
  const drawn: Tensor = nn.initializers.normal(0.5)([known.length, width], 'float32')
  return drawn.mul(tensor(known, [known.length, 1], 'float32'))
}
