import type { Tensor } from 'shapewise'
import { squeezenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { PretrainedSqueezenet, type SqueezenetLayer } from '../squeezenet.js'

/** Layers of SqueezeNet 1.1 with 4, 8 and 16 times fewer places along a side than pixels, and how many maps they have. */
const layers = { conv1: 64, fire4: 256, fire9: 512 } as const satisfies Partial<Record<SqueezenetLayer, number>>
/** Maps of what is added up. */
const MAPS = 48

/**
 * A fully convolutional network that goes down as SqueezeNet does, and comes back up as FCN does, by adding what it saw with more places to what it saw with
 * fewer: [batch, height, width, 3] from 0 to 1 → [batch, height, width, classes].
 */
export class SqueezedFcn extends nn.Module {
  readonly trunk: nn.Module
  readonly scores: readonly nn.Sequential[]
  readonly top: nn.Sequential
  readonly #network: PretrainedSqueezenet

  /** @param trunk SqueezeNet 1.1, which loses its last layer */
  constructor(classes: number, trunk = squeezenet('1.1')) {
    super()
    this.trunk = nn.replaceLayer(
      trunk as nn.Module,
      'stages.conv10',
      nn.lambda((x: Tensor) => x),
    )
    this.#network = new PretrainedSqueezenet(trunk, [])
    const scored = (maps: number) => [nn.dropout(0.3), nn.conv2d(maps, MAPS, 1, { bias: false }), nn.batchNorm2d(MAPS)]
    this.scores = Object.values(layers).map((maps) => nn.sequential(...scored(maps)) as nn.Sequential)
    const mixed = [nn.conv2d(MAPS, MAPS, 3, { padding: 1, bias: false }), nn.batchNorm2d(MAPS), nn.relu()]
    this.top = nn.sequential(nn.relu(), ...mixed, nn.conv2d(MAPS, classes, 1)) as nn.Sequential
  }

  forward(x: Tensor): Tensor {
    const [, height, width] = x.shape as readonly number[]
    const maps = this.#network.layers(x, Object.keys(layers) as SqueezenetLayer[])
    const seen = maps.map((each, i): Tensor => this.scores[i]!.forward(each))
    const sum = seen.reduceRight((coarse, fine) => fine.add(coarse.resize(fine.shape.slice(1, 3), smooth)) as Tensor)
    return this.top.forward(sum).resize([height!, width!], smooth) as Tensor
  }
}

const smooth = { mode: 'bilinear' } as const
