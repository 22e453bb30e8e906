import type { Tensor } from 'shapewise'
import { totalVariation } from 'shapewise/nn'
import type { PretrainedSqueezenet, SqueezenetLayer } from '../squeezenet.js'

const STYLE: readonly SqueezenetLayer[] = ['conv1', 'fire2', 'fire3', 'fire5']
const CONTENT: SqueezenetLayer = 'fire4'
const SMOOTHNESS = 0.5

/** How strongly channels answer together, wherever that is: Fᵀ F / places of maps [batch, height, width, channels], [batch, channels, channels]. */
export function gram(maps: Tensor): Tensor {
  const [batch, height, width, channels] = maps.shape as readonly number[] as [number, number, number, number]
  const flat = maps.reshape([batch, height * width, channels]) as Tensor
  return (flat.permute([0, 2, 1]).matmul(flat) as Tensor).div(height * width) as Tensor
}

/** |a − b|² / |b|² */
const relative = (a: Tensor, b: Tensor): Tensor => a.sub(b).square().sum().div(b.square().sum()) as Tensor

/**
 * How far a picture is from the content of one picture and the style of another: the mean over four layers of how much their Gram matrices differ, times a weight, and how
 * much the maps of one layer differ, each in parts of what there is, and a little for restlessness.
 *
 * Source: Gatys, Ecker, Bethge, Image style transfer using convolutional neural networks, 2016; Johnson, Alahi, Fei-Fei, Perceptual losses for real-time style transfer and
 * super-resolution, 2016. They use VGG, of 138 million parameters.
 */
export class PerceptualLoss {
  private constructor(
    private readonly network: PretrainedSqueezenet,
    private readonly grams: readonly Tensor[],
    private readonly weight: number,
  ) {}

  /** @param style the picture whose style is wanted, [1, height, width, 3] */
  static async of(network: PretrainedSqueezenet, style: Tensor, weight: number): Promise<PerceptualLoss> {
    const grams = network.layers(style, STYLE).map(gram)
    for (const each of grams) await each.data()
    return new PerceptualLoss(network, grams, weight)
  }

  /** The maps that {@link PerceptualLoss.between} compares contents by. */
  content(pictures: Tensor): Tensor {
    return this.network.layers(pictures, [CONTENT])[0]!
  }

  /** @param content what {@link PerceptualLoss.content} gives for the picture that is to be seen */
  between(pictures: Tensor, content: Tensor): Tensor {
    const [maps, ...styled] = this.network.layers(pictures, [CONTENT, ...STYLE])
    const style = styled
      .map((one, i) => relative(gram(one), this.grams[i]!.expand([pictures.shape[0]!, -1, -1]) as Tensor))
      .reduce((a, b) => a.add(b) as Tensor)
      .div(STYLE.length)
    const [, height, width] = pictures.shape as readonly number[] as [number, number, number]
    const rough = totalVariation(pictures as Tensor<[number, number, number, number]>) as Tensor
    return relative(maps!, content)
      .add(style.mul(this.weight))
      .add(rough.mul(SMOOTHNESS / (3 * height * width))) as Tensor
  }
}
