import type { Tensor } from 'shapewise'
import { squeezenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { PretrainedSqueezenet, type SqueezenetLayer } from '../squeezenet.js'

/** Where SqueezeNet 1.1 is looked into, how many maps there are, and how many times fewer places than pixels. */
const depths: readonly (readonly [layer: SqueezenetLayer, maps: number, stride: number])[] = [
  ['conv1', 64, 4],
  ['fire4', 256, 8],
  ['fire9', 512, 16],
]
const LAYERS = depths.map(([layer]) => layer)
/** Maps of what is added up. */
const MAPS = 48
/** SqueezeNet's layers begin without a margin: with so many pixels above and to the left, n pixels become n / 4, n / 8 and n / 16 places in their middles. */
const MARGIN = 4

/**
 * A fully convolutional network that goes down as SqueezeNet does, and comes back up as FCN does, by adding what it saw with more places to what it saw with
 * fewer: [batch, height, width, 3] from 0 to 1 → [batch, height, width, classes]. Sides are multiples of 16.
 */
export class SqueezedFcn extends nn.Module {
  /** SqueezeNet, as it begins. */
  readonly trunk: nn.Module
  readonly scores: readonly nn.Sequential[]
  readonly top: nn.Sequential
  readonly #network: PretrainedSqueezenet

  constructor(classes: number, trunk = squeezenet('1.1')) {
    super()
    this.trunk = trunk
    this.#network = new PretrainedSqueezenet(trunk, [])
    this.scores = depths.map(
      ([, maps]) =>
        nn.sequential(
          nn.dropout(0.3),
          nn.conv2d(maps, MAPS, 1, { bias: false }),
          nn.batchNorm2d(MAPS),
        ) as nn.Sequential,
    )
    const mixed = [nn.conv2d(MAPS, MAPS, 3, { padding: 1, bias: false }), nn.batchNorm2d(MAPS), nn.relu()]
    this.top = nn.sequential(nn.relu(), ...mixed, nn.conv2d(MAPS, classes, 1)) as nn.Sequential
  }

  forward(x: Tensor): Tensor {
    const [, height, width] = x.shape as readonly number[]
    const framed = x.pad([0, [MARGIN, 0], [MARGIN, 0], 0], { mode: 'reflect' }) as Tensor
    const seen = this.#network.layers(framed, LAYERS).map((maps, i): Tensor => this.scores[i]!.forward(maps))
    const sum = seen.reduceRight((coarse, fine) => fine.add(coarse.resize(fine.shape.slice(1, 3), smooth)) as Tensor)
    return this.top.forward(sum).resize([height!, width!], smooth) as Tensor
  }
}

const smooth = { mode: 'bilinear' } as const
