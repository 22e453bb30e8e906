import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'

export interface LookingNetOptions {
  /** Of the pictures; 3. */
  readonly channels?: number
  readonly classes?: number
  /** Of the convolutions; pictures become half as large behind each but the last. */
  readonly widths?: readonly number[]
}

/**
 * A network whose last layer sees means over all places, so that the same weights, at each place, tell how much it speaks for a class: its class
 * activation map. (Zhou, Khosla, Lapedriza, Oliva, Torralba, "Learning deep features for discriminative localization", 2016.)
 */
export class LookingNet extends nn.Module {
  readonly features: nn.Layer
  readonly answer: nn.Linear

  constructor({ channels = 3, classes = 2, widths = [16, 32, 64] }: LookingNetOptions = {}) {
    super()
    const stages = widths.map((width, i) => {
      const last = i === widths.length - 1
      return nn.sequential(
        nn.conv2d(widths[i - 1] ?? channels, width, 3, { padding: 1, bias: false }),
        ...[nn.batchNorm2d(width), nn.relu(), last ? nn.identity() : nn.maxPool2d(2)],
      )
    })
    this.features = nn.sequential(...stages)
    this.answer = nn.linear(widths.at(-1)!, classes)
  }

  /** Pictures [batch, height, width, channels] → logits [batch, classes]. */
  forward(pictures: Tensor): Tensor {
    return this.answer.forward(this.features.forward(pictures).mean([1, 2])) as Tensor
  }

  /** How much each place speaks for each class: [batch, height / 4, width / 4, classes]; the mean over places is the logit. */
  maps(pictures: Tensor): Tensor {
    return this.answer.forward(this.features.forward(pictures) as Tensor) as Tensor
  }
}
