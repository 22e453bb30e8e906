import { stack, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import type { Settings } from '../settings/settings'
import { activate, featureOf, initialize } from './rules'

type Values = Tensor<[number, number]>

/** The network of the playground: every layer sees all of the one before. */
export class Network extends nn.Module {
  readonly hidden: readonly nn.Linear[]
  readonly norms: readonly nn.BatchNorm1d[]
  readonly output: nn.Linear
  readonly dropout: nn.Dropout | undefined

  constructor(
    readonly settings: Settings,
    outputs: number,
  ) {
    super()
    const widths = [settings.features.length, ...settings.layers.map(({ units }) => units)]
    const options = {
      initializer: initialize[settings.initializer],
      biasInitializer: nn.initializers.constant(0),
    }
    this.hidden = settings.layers.map(({ units }, i) => nn.linear(widths[i]!, units, options))
    this.norms = settings.batchNorm ? settings.layers.map(({ units }) => nn.batchNorm1d(units)) : []
    this.dropout = settings.dropout > 0 ? nn.dropout(settings.dropout) : undefined
    this.output = nn.linear(widths.at(-1)!, outputs, options)
  }

  /**
   * The values of all neurons for points of the plane.
   *
   * @param places [points, 2]
   * @returns a layer each, [points, neurons]: the features, the hidden layers, the outputs before any softmax
   */
  forward(places: Values): readonly Values[] {
    const [x, y] = [places.slice(null, 0), places.slice(null, 1)] as [Tensor<[number]>, Tensor<[number]>]
    const inputs = stack(
      this.settings.features.map((name) => featureOf[name](x, y)),
      1,
    ) as Values
    const layers = [inputs]
    for (const [i, linear] of this.hidden.entries()) {
      const before = layers[i]!
      const sums = linear.forward(before) as Values
      const normed = (this.norms[i]?.forward(sums) ?? sums) as Values
      const values = activate[this.settings.layers[i]!.activation](normed)
      const isSkipped = this.settings.skip && before.shape[1] === values.shape[1]
      const left = (this.dropout?.forward(values) ?? values) as Values
      layers.push(isSkipped ? left.add(before) : left)
    }
    return [...layers, this.output.forward(layers.at(-1)!) as Values]
  }

  /** The linear layers from the first to the last. */
  get linears(): readonly nn.Linear[] {
    return [...this.hidden, this.output]
  }
}
