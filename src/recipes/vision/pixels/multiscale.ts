import { concat, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'

export interface MultiscaleOptions {
  /** How many sizes of the picture are looked at, each half as large as the one before; 3. */
  readonly scales?: number
  /** Maps of the three convolutions; 16, 64, 256. */
  readonly maps?: readonly [number, number, number]
  readonly classes: number
}

/** The part of the features that is dropped while training. */
const DROPPED = 0.3

/**
 * Labels each pixel by what is around it in several sizes of the picture: [batch, height, width, 3] → [batch, height, width, classes].
 *
 * One network of three convolutions of 7 × 7 sees 46 × 46 pixels of each size, so 184 × 184 pixels of the picture in the third; its weights are the
 * same for all sizes. (Farabet, Couprie, Najman and LeCun, "Learning hierarchical features for scene labeling", 2013, figure 1.)
 *
 * What is not theirs: a picture is brought to mean 0 and variance 1 as a whole and not in each neighbourhood, its sizes are means of pixels and not
 * differences of such, the values are normalised over the batch, and one hidden layer of 1 × 1 names the classes.
 */
export class Multiscale extends nn.Module {
  readonly features: nn.Sequential
  readonly classifier: nn.Sequential
  readonly scales: number

  constructor({ scales = 3, maps: [first, second, third] = [16, 64, 256], classes }: MultiscaleOptions) {
    super()
    this.scales = scales
    const convolution = (inputs: number, outputs: number, window: number) => [
      nn.conv2d(inputs, outputs, window, { padding: (window - 1) / 2, bias: false }),
      nn.batchNorm2d(outputs),
    ]
    this.features = nn.sequential(
      ...[...convolution(3, first, 7), nn.tanh(), nn.maxPool2d(2)],
      ...[...convolution(first, second, 7), nn.tanh(), nn.maxPool2d(2)],
      ...[...convolution(second, third, 7), nn.tanh()],
    ) as nn.Sequential
    this.classifier = nn.sequential(
      ...[nn.dropout(DROPPED), ...convolution(scales * third, 2 * third, 1), nn.relu()],
      ...[nn.dropout(DROPPED), nn.conv2d(2 * third, classes, 1)],
    ) as nn.Sequential
  }

  forward(x: Tensor): Tensor {
    const [, height, width] = x.shape as readonly number[]
    const even = evenLight(x)
    const size = [height! / 4, width! / 4] as const
    const seen = Array.from({ length: this.scales }, (_, scale): Tensor => {
      const smaller = scale === 0 ? even : (even.avgPool(2 ** scale) as Tensor)
      return this.features.forward(smaller).resize(size, { mode: 'bilinear' }) as Tensor
    })
    const scores: Tensor = this.classifier.forward(concat(seen, -1))
    return scores.resize([height!, width!], { mode: 'bilinear' }) as Tensor
  }
}

/** Pictures with mean 0 and variance 1 each, as if there were one light and one camera. */
export function evenLight(x: Tensor): Tensor {
  const [mean, deviation] = [x.mean([1, 2, 3], { keepDims: true }), x.std([1, 2, 3], { keepDims: true })] as Tensor[]
  return x.sub(mean!).div(deviation!.add(0.02)) as Tensor
}
