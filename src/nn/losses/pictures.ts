import { expectInteger } from '../../core/arguments.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { expectTensor, operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Known, Shape, Unless } from '../../tensor/types/index.js'
import type { TargetProblem } from '../types/losses.js'
import type { TakesAny } from '../types/sizes.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

type PerPicture<S extends Shape> = [Known<S> extends readonly [infer B extends number, ...unknown[]] ? B : number]

function expectPictures(operation: string, x: ops.Operand): Node {
  const node = ops.lift(x)
  if (node.rank === 4) return node
  failShape(operation, `pictures are ${formatShape(node.shape)}`, 'They are [batch, height, width, channels].')
}

/**
 * Σ of the differences between neighbours, below and beside each other, for each of the pictures [batch, height, width, channels]: how
 * restless a picture is. (Rudin, Osher and Fatemi, 1992; here with magnitudes, as style transfer has it.)
 *
 * @throws ShapeError if there are no pictures
 * @example totalVariation(tensor([[[[0], [1]], [[0], [3]]]])) // 6
 */
export function totalVariation<S extends Shape, R extends ops.Reduction = 'mean'>(
  pictures: Unless<TakesAny<'totalVariation', 'batch, height, width', 'channels', S>, Tensor<S>>,
  options: LossOptions<R> = {},
): Loss<R, PerPicture<S>> {
  checkOptions('totalVariation', options, { reduction: true })
  const x = expectPictures('totalVariation', expectTensor('totalVariation', 'the tensor of pictures', pictures))
  const each = (x: Node): Node => {
    const [down, right] = [1, 2].map((axis) => {
      const size = Math.max(0, x.shape[axis] - 1)
      const [from, to] = [0, 1].map((start) =>
        ops.slice(x, ...(axis === 2 ? [':' as const] : []), ':', [Math.min(start, x.shape[axis]), start + size]),
      )
      return ops.sum(ops.abs(ops.sub(to, from)), [1, 2, 3])
    })
    return ops.add(down, right)
  }
  return lossOf('totalVariation', options, each, x) as Loss<R, PerPicture<S>>
}

export interface SsimOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** The distance between the darkest and the brightest value that there can be; 1. */
  readonly range?: number
  /** The side of the gaussian window; 11. */
  readonly window?: number
  /** Its standard deviation; 1.5. */
  readonly sigma?: number
}

/**
 * 1 − SSIM of pictures [batch, height, width, channels]: the mean over places and channels of
 * (2 μx μy + c₁) (2 σxy + c₂) / ((μx² + μy² + c₁) (σx² + σy² + c₂)), whose means, variances and covariances are taken in a gaussian
 * window, with c₁ = (0.01 range)², c₂ = (0.03 range)². Windows lie within the picture.
 * (Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.)
 *
 * @throws ShapeError if the shapes differ, or if pictures are smaller than the window
 * @example ssimLoss(zeros([1, 16, 16, 3]), zeros([1, 16, 16, 3])) // 0
 */
export function ssimLoss<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  x: Tensor<S>,
  y: Unless<TargetProblem<'ssimLoss', S, T>, Tensor<T>>,
  options: SsimOptions<R> = {},
): Loss<R, PerPicture<S>> {
  checkOptions('ssimLoss', options, { reduction: true, range: true, window: true, sigma: true })
  const range = expectPositive('ssimLoss', 'the range', options.range, 1)
  const sigma = expectPositive('ssimLoss', 'sigma', options.sigma, 1.5)
  const { window = 11 } = options
  expectInteger('ssimLoss', 'the window', window)
  if (window < 1) fail(`ssimLoss: the window is ${window}`, 'Give a side of at least 1.')
  const each = (a: ops.Operand, b: ops.Operand): Node => {
    const [p, q] = comparable('ssimLoss', expectPictures('ssimLoss', a), b)
    const [batch, height, width, channels] = p.shape
    if (height < window || width < window) {
      failShape(
        'ssimLoss',
        `pictures of ${height} × ${width} are smaller than the window of ${window}`,
        'Give a smaller window.',
      )
    }
    const planes = (z: Node): Node => ops.reshape(ops.permute(z, [0, 3, 1, 2]), [batch * channels, height, width, 1])
    const blur = (z: Node): Node => blurred(z, window, sigma)
    const [u, v] = [planes(p), planes(q)]
    const [mu, mv] = [blur(u), blur(v)]
    const [uu, vv, uv] = [ops.mul(mu, mu), ops.mul(mv, mv), ops.mul(mu, mv)]
    const variances = ops.sub(blur(ops.add(ops.square(u), ops.square(v))), ops.add(uu, vv))
    const covariance = ops.sub(blur(ops.mul(u, v)), uv)
    const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2]
    const above = ops.mul(ops.add(ops.mul(uv, 2), c1), ops.add(ops.mul(covariance, 2), c2))
    const below = ops.mul(ops.add(ops.add(uu, vv), c1), ops.add(variances, c2))
    const map = ops.reshape(ops.div(above, below), [batch, channels, -1])
    return ops.sub(1, ops.mean(map, [1, 2]))
  }
  return lossOf('ssimLoss', options, each, operand(x), operand(y)) as Loss<R, PerPicture<S>>
}

/** Weighted means in gaussian windows, along one axis after the other. */
function blurred(planes: Node, window: number, sigma: number): Node {
  const place = ops.sub(ops.cast(ops.arange(window), planes.dtype), (window - 1) / 2)
  const weights = ops.softmax(ops.mul(ops.square(place), -1 / (2 * sigma ** 2)))
  const along = ops.conv(planes, ops.reshape(weights, [window, 1, 1, 1]))
  return ops.conv(along, ops.reshape(weights, [1, window, 1, 1]))
}
