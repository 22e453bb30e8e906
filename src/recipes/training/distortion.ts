import { type Tensor, tensor } from 'shapewise'
import { augment, pictures } from 'shapewise/data'

/** Rows and columns of the grid of random numbers that elastic displacements are made of. */
const KNOTS = 6

/**
 * Pictures as another hand might have written them: moved, turned, resized, sheared, and bent as rubber is, all by one displacement of the pixels,
 * so that they are interpolated once. (After Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual
 * document analysis", 2003; the smooth random field comes of a coarse grid of normal numbers instead of filtered noise, which costs little.)
 *
 * @param strength 0 for none; with 1, about 8 degrees, 15 % in size, 1.5 pixels, and elastic displacements of 0.6 pixels
 */
export const distortion = (strength = 1): augment.Augmentation =>
  augment.augmentation(({ inputs, ...rest }, draws) => {
    const [batch = 0, height = 0, width = 0] = inputs.shape as readonly number[]
    const places = tensor(
      Array.from({ length: height * width }, (_, i) => [
        (i % width) - (width - 1) / 2,
        Math.floor(i / width) - (height - 1) / 2,
      ]),
    )
    const linear = draws.numbers([batch, 2, 2], -0.15 * strength, 0.15 * strength)
    const shift = draws.numbers([batch, 1, 2], -1.5 * strength, 1.5 * strength)
    const noise = draws.normal([batch, 2, KNOTS, KNOTS]).mul(0.6 * strength)
    const elastic = spreading(height).matmul(noise).matmul(spreading(width).transpose()) as Tensor
    const moved = places.matmul(linear).add(shift).reshape([batch, height, width, 2]) as Tensor
    return { ...rest, inputs: pictures.displace(inputs, moved.add(elastic.permute([0, 2, 3, 1])) as Tensor) }
  })

/** How much each of the knots has to say at each pixel: bells, scaled so that the variance of the sum is 1 everywhere. */
function spreading(size: number): Tensor<number[]> {
  const distance = (size - 1) / (KNOTS - 1)
  const rows = Array.from({ length: size }, (_, pixel) => {
    const bells = Array.from({ length: KNOTS }, (_, knot) => Math.exp(-(((pixel / distance - knot) / 0.8) ** 2) / 2))
    const norm = Math.hypot(...bells)
    return bells.map((bell) => bell / norm)
  })
  return tensor(rows) as Tensor
}
