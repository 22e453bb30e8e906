import { concat, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'

export interface MultiscaleOptions {
  /** How many sizes of the picture are looked at, each half as large as the one before; 3. */
  readonly scales?: number
  /** Maps of the three convolutions; 16, 64, 256. */
  readonly maps?: readonly [number, number, number]
  readonly classes: number
}

/**
 * Labels each pixel by what is around it in several sizes of the picture: [batch, height, width, 3] → [batch, height, width, classes].
 *
 * One network of three convolutions of 7 × 7 sees 46 × 46 pixels of each size, so 184 × 184 pixels of the picture in the third; its weights are the
 * same for all sizes. (Farabet, Couprie, Najman and LeCun, "Learning hierarchical features for scene labeling", 2013, figure 1; what is not
 * theirs: the values are normalised over the batch, the pyramid is one of means, and one hidden layer of 1 × 1 makes the labels.)
 */
export class Multiscale extends nn.Module {
  readonly features: nn.Sequential
  readonly classifier: nn.Sequential
  readonly scales: number

  constructor({ scales = 3, maps: [first, second, third] = [16, 64, 256], classes }: MultiscaleOptions) {
    super()
    this.scales = scales
    const convolution = (inputs: number, outputs: number) => [
      nn.conv2d(inputs, outputs, 7, { padding: 3, bias: false }),
      nn.batchNorm2d(outputs),
      nn.tanh(),
    ]
    this.features = nn.sequential(
      ...[...convolution(3, first), nn.maxPool2d(2)],
      ...[...convolution(first, second), nn.maxPool2d(2)],
      ...convolution(second, third),
    ) as nn.Sequential
    this.classifier = nn.sequential(
      ...[nn.conv2d(scales * third, 2 * third, 1), nn.relu(), nn.dropout(0.3), nn.conv2d(2 * third, classes, 1)],
    ) as nn.Sequential
  }

  forward(x: Tensor): Tensor {
    const [, height, width] = x.shape as readonly number[]
    const seen = Array.from({ length: this.scales }, (_, scale): Tensor => {
      const smaller = scale === 0 ? x : (x.avgPool(2 ** scale) as Tensor)
      return this.features.forward(smaller).resize([height! / 4, width! / 4], { mode: 'bilinear' }) as Tensor
    })
    const scores: Tensor = this.classifier.forward(concat(seen, -1))
    return scores.resize([height!, width!], { mode: 'bilinear' }) as Tensor
  }
}
