import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { Stages } from '../stages.js'

export interface HighwayNetworkOptions<Classes extends number> {
  /** Numbers that come in; 784. */
  readonly inputs?: number
  /** Units of each layer; 50. */
  readonly width?: number
  readonly classes?: Classes
  /** The first bias of the gates: the deeper the network, the lower; −2 below 50 layers, then −4. */
  readonly gateBias?: number
}

/**
 * A highway network: layers with gates, through which values pass far into the depth: inputs [batch, …] → logits [batch, classes].
 *
 * (Srivastava, Greff and Schmidhuber, "Training very deep networks", 2015, section 4.1: a plain layer, then depth − 1 with gates.)
 *
 * Each layer of 50 units has 5,100 parameters, as a plain one of 71 units has 5,112: these are compared in the paper.
 *
 * @param depth the number of layers before the last one; 10, 20, 50 or 100 in the paper
 * @throws if the depth is no whole number of at least 1
 * @example nn.unfilled(() => highwayNetwork(10)).parameterCount() // 85660
 */
export function highwayNetwork<Classes extends number = 10>(
  depth: number,
  options: HighwayNetworkOptions<Classes> = {},
): Stages<number, Classes> {
  if (expectInteger('highwayNetwork', 'the depth', depth) < 1) {
    fail(`highwayNetwork: a depth of ${depth}`, 'Give the number of layers before the last one: 10.')
  }
  checkOptions('highwayNetwork', options, { inputs: true, width: true, classes: true, gateBias: true })
  const { inputs = 784, width = 50, classes = 10 as Classes, gateBias = depth < 50 ? -2 : -4 } = options
  const gated = Array.from({ length: depth - 1 }, () => nn.highway(width, { gateBias }))
  return new Stages({
    plain: nn.sequential(nn.flatten(), nn.linear(inputs, width), nn.relu()),
    highway: nn.sequential(...gated),
    output: nn.linear(width, classes as number),
  })
}
