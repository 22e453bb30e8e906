import { compile, grad, type Tensor, tensor } from 'shapewise'
import { pictures, type RandomStream } from 'shapewise/data'
import { totalVariation } from 'shapewise/nn'

/** What keeps a picture from becoming noise that only the network sees something in. */
export interface Priors {
  /** Pixels by which the picture is shifted before each step, at most, at random and around its edges; 0. */
  readonly jitter?: number
  /** How much of what differs from mean grey a step takes away; 0. */
  readonly decay?: number
  /** How much differences between neighbours count against the activation; 0. */
  readonly smoothness?: number
  /** Width in pixels of the bell curve that the picture is blurred with after every fourth step; 0. */
  readonly blur?: number
}

export interface DreamOptions extends Priors {
  readonly steps: number
  /** How far a step changes a pixel on average, of 0 … 1. */
  readonly stepSize: number
  readonly random: RandomStream
  readonly onStep?: () => void
}

/**
 * A way to change pictures [batch, height, width, 3] so that an objective grows: each step adds its gradient, divided by the mean size of the gradient's elements in the
 * picture. It is compiled once for each shape.
 *
 * Source: Mordvintsev, Olah, Tyka, Inceptionism: going deeper into neural networks, 2015; the priors: Simonyan, Vedaldi, Zisserman 2013, Yosinski et al. 2015, Mahendran and
 * Vedaldi 2015.
 *
 * @param objective one number for each picture, [batch]
 */
export function dreamer(objective: (pictures: Tensor) => Tensor) {
  const step = compile(
    (
      x: Tensor,
      [rows, columns]: readonly Tensor[],
      [rowsBack, columnsBack]: readonly Tensor[],
      size: Tensor,
      decay: Tensor,
      smoothness: Tensor,
    ) => {
      const shifted = x.take(rows!, 1).take(columns!, 2) as Tensor
      const roughness = totalVariation(shifted as Tensor<[number, number, number, number]>, {
        reduction: 'none',
      }) as Tensor
      const [, height, width] = x.shape as readonly number[] as [number, number, number]
      const aim = objective(shifted)
        .sub(roughness.mul(smoothness).div(height * width))
        .sum() as Tensor
      const slope = grad(aim, shifted) as Tensor
      const scale = slope.abs().mean([1, 2, 3], { keepDims: true }).add(1e-12) as Tensor
      const moved = shifted.add(slope.div(scale).mul(size)) as Tensor
      const faded = moved.sub(moved.sub(0.5).mul(decay)).clip(0, 1) as Tensor
      return faded.take(rowsBack!, 1).take(columnsBack!, 2) as Tensor
    },
  )
  const blurred = compile((x: Tensor, sigma: Tensor) => pictures.gaussianBlur(x, sigma, { radius: 3 }) as Tensor)
  return (start: Tensor, options: DreamOptions): Tensor => {
    const { steps, stepSize, random, jitter = 0, decay = 0, smoothness = 0, blur = 0, onStep } = options
    const [batch, height, width] = start.shape as readonly number[] as [number, number, number]
    let x = start
    for (let i = 0; i < steps; i++) {
      const shifts = [height, width].map(() => Math.round(random.uniform(-jitter, jitter)))
      const around = (n: number, by: number): Tensor =>
        tensor(
          Int32Array.from({ length: n }, (_, k) => (k + by + n) % n),
          [n],
          'int32',
        )
      const [there, back] = [1, -1].map((sign) => [height, width].map((n, axis) => around(n, sign * shifts[axis]!)))
      x = step(x, there!, back!, tensor(stepSize), tensor(decay), tensor(smoothness))
      if (blur > 0 && i % 4 === 3 && i < steps - 1) x = blurred(x, tensor(new Float32Array(batch).fill(blur)))
      onStep?.()
    }
    return x
  }
}

/**
 * A dream in several sizes, the smallest first: what it has added in one size is enlarged and laid over the picture in the next, so that large forms come before details.
 *
 * @param scale how much larger each size is than the one before
 */
export function dreamInOctaves(
  dream: ReturnType<typeof dreamer>,
  picture: Tensor,
  { octaves, scale, ...options }: DreamOptions & { readonly octaves: number; readonly scale: number },
): Tensor {
  const [, height, width] = picture.shape as readonly number[] as [number, number, number]
  let added: Tensor | undefined
  for (let octave = octaves - 1; octave >= 0; octave--) {
    const size = [height, width].map((n) => Math.round(n / scale ** octave))
    const resized = (x: Tensor): Tensor => x.resize(size, { mode: 'bilinear' }) as Tensor
    const base = octave === 0 ? picture : resized(picture)
    const start = (added === undefined ? base : base.add(resized(added)).clip(0, 1)) as Tensor
    added = dream(start, options).sub(base) as Tensor
  }
  return picture.add(added!) as Tensor
}
