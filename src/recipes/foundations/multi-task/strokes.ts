import { arange, type Tensor } from 'shapewise'

/** Σ over the pixels of each picture: [n, height, width] → [n, 1, 1]. */
const total = (x: Tensor): Tensor => x.sum([1, 2], { keepDims: true })

/**
 * How far digits lean: how many pixels their axis goes to the right for each pixel upwards, by the moments of their ink,
 * −Σ m (x − x̄)(y − ȳ) / Σ m (y − ȳ)² with y downwards. Ink [n, height, width] → [n].
 *
 * Source: LeCun et al., Gradient-based learning applied to document recognition, 1998, where digits are straightened by it.
 */
export function slant(ink: Tensor): Tensor {
  const [, height = 0, width = 0]: readonly number[] = ink.shape
  const fromCenter = (at: Tensor) => at.sub(total(ink.mul(at)).div(total(ink)))
  const x = fromCenter(arange(width).cast('float32'))
  const y = fromCenter(arange(height).cast('float32').reshape([-1, 1]))
  const down = ink.mul(y)
  return total(down.mul(x))
    .div(total(down.mul(y)))
    .neg()
    .reshape([-1])
}

/**
 * How thick strokes are, in pixels, by their ink and their rim: a stroke of length L and thickness t has ink t L, and falls from 1 to 0 along
 * about 2 L, so t = 2 Σ m / Σ |∇m|. Ink [n, height, width] → [n].
 */
export function thickness(ink: Tensor): Tensor {
  // Paper around, so that the rim is whole.
  const padded = ink.pad([0, [1, 1], [1, 1]])
  const inner = padded.slice(':', [0, -1], [0, -1])
  const down = padded.slice(':', [1], [0, -1]).sub(inner)
  const right = padded.slice(':', [0, -1], [1]).sub(inner)
  const rim = total(down.square().add(right.square()).sqrt())
  return total(ink).mul(2).div(rim).reshape([-1])
}
