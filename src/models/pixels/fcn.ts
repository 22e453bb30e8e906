import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as nn from '../../nn/index.js'
import { tensor } from '../../tensor/create.js'
import { Tensor } from '../../tensor/tensor.js'
import { vggStage } from '../plain/vgg.js'
import { expectDepth, type PictureOptions } from '../stages.js'
import type { Labels } from './labels.js'

export interface FcnOptions<Channels extends number, Classes extends number> extends PictureOptions<Channels, Classes> {
  /** Channels of the first stage; 64. */
  readonly width?: number
  /** Channels of fc6 and fc7; 4096. */
  readonly hidden?: number
  /** The part of them that is dropped while training; 0.5. */
  readonly dropout?: number
  /**
   * 'valid', where the picture gets a margin of 100 so that all of fc6 fits in, as in the paper, or 'same', where none is needed since fc6
   * has its own: much less to compute for small pictures; 'valid'.
   */
  readonly padding?: 'valid' | 'same'
  /** Whether the convolutions of VGG are normalised over the batch, as those that learn from nothing need it; false. */
  readonly batchNorm?: boolean
}

/** Weights with which a transposed convolution draws lines between the values, each class by itself. */
const bilinear: nn.Initializer = (shape, dtype) => {
  const [size, , , classes] = shape
  const [factor, middle] = [Math.ceil(size / 2), (size - 1) / 2]
  const along = Array.from({ length: size }, (_, i) => 1 - Math.abs(i - middle) / factor)
  const values = along.flatMap((row) => along.flatMap((column) => new Array<number>(classes).fill(row * column)))
  return tensor(values, [...shape], dtype)
}

/** Enlarges the scores of each class by itself; lines between the values at first. */
const enlarge = (classes: number, stride: number, isSame: boolean) =>
  nn.convTranspose2d(classes, classes, 2 * stride, {
    ...{ stride, padding: isSame ? stride / 2 : 0, groups: classes, bias: false, initializer: bilinear },
  }) as nn.ConvTranspose2d

/** See {@link fcn}. */
export class Fcn<Channels extends number = number, Classes extends number = number> extends nn.Layer<
  Labels<Channels, Classes>
> {
  /** VGG-16 up to pool3, pool4 and pool5. */
  readonly stages: readonly [nn.Sequential, nn.Sequential, nn.Sequential]
  /** The large layers of VGG-16 as convolutions, and scores of each class. */
  readonly fc: nn.Sequential
  /** Scores from pool4 and pool3, where they are used. */
  readonly scores: readonly nn.Conv2d[]
  /** Twice the size, for each of them. */
  readonly upscores: readonly nn.ConvTranspose2d[]
  /** The last step, which stays as it is. */
  readonly output: nn.ConvTranspose2d
  /** By how many places the margin of 100 is wider at pool4, at pool3 and at the end than what comes from above. */
  readonly #margins: { readonly finer: readonly number[]; readonly output: number }

  constructor(stride: 8 | 16 | 32, options: FcnOptions<Channels, Classes> = {}) {
    super()
    expectDepth('fcn', stride, { 8: true, 16: true, 32: true })
    checkOptions<FcnOptions<Channels, Classes>>('fcn', options, {
      ...{ channels: true, classes: true, width: true, hidden: true, dropout: true, padding: true, batchNorm: true },
    })
    const { channels = 3, classes = 21, width = 64, hidden = 4096, dropout = 0.5, batchNorm = false } = options
    const isSame = expectChoice('fcn', 'the padding', options.padding ?? 'valid', ['valid', 'same']) === 'same'
    const pool = () => nn.maxPool2d(2, { ceilMode: true })
    const stage = (inputs: number, outputs: number, count: number) => [
      ...vggStage(inputs, outputs, count, batchNorm),
      pool(),
    ]
    const below: readonly nn.Link[] = [
      ...(isSame ? [] : [nn.zeroPad2d(99)]), // with the one of the first convolution: a margin of 100
      ...stage(channels, width, 2),
      ...stage(width, 2 * width, 2),
      ...stage(2 * width, 4 * width, 3),
    ]
    this.stages = [
      nn.sequential(...below) as nn.Sequential,
      nn.sequential(...stage(4 * width, 8 * width, 3)) as nn.Sequential,
      nn.sequential(...stage(8 * width, 8 * width, 3)) as nn.Sequential,
    ]
    this.fc = nn.sequential(
      ...[nn.conv2d(8 * width, hidden, 7, { padding: isSame ? 3 : 0 }), nn.relu(), nn.dropout(dropout)],
      ...[nn.conv2d(hidden, hidden, 1), nn.relu(), nn.dropout(dropout)],
      nn.conv2d(hidden, classes as number, 1),
    ) as nn.Sequential
    const skips = stride === 32 ? [] : stride === 16 ? [8] : [8, 4]
    this.scores = skips.map((times) => nn.conv2d(times * width, classes as number, 1) as nn.Conv2d)
    this.upscores = skips.map(() => enlarge(classes, 2, isSame))
    this.output = enlarge(classes, stride, isSame).freeze()
    this.#margins = isSame ? { finer: [0, 0], output: 0 } : { finer: [5, 9], output: { 32: 19, 16: 27, 8: 31 }[stride] }
  }

  protected run(x: Node): Node {
    const picture: Tensor = new Tensor(x)
    const [below, middle, above] = this.stages
    const pool3: Tensor = below.forward(picture)
    const pool4: Tensor = middle.forward(pool3)
    const pool5: Tensor = above.forward(pool4)
    let score: Tensor = this.fc.forward(pool5)
    this.scores.forEach((layer, i) => {
      const larger: Tensor = this.upscores[i].forward(score)
      const finer: Tensor = layer.forward([pool4, pool3][i])
      // Above the finer picture lies one that is as large, or without a margin a row or column larger where it was odd.
      const [rows, columns] = [1, 2].map((axis) => Math.min(larger.shape[axis], finer.shape[axis]))
      score = cut(larger, 0, rows, columns).add(cut(finer, this.#margins.finer[i], rows, columns)) as Tensor
    })
    return cut(this.output.forward(score), this.#margins.output, picture.shape[1], picture.shape[2]).node
  }
}

/** A part of a picture that begins at the same row and column. */
const cut = (x: Tensor, at: number, rows: number, columns: number): Tensor =>
  x.slice(':', [at, at + rows], [at, at + columns])

/**
 * A fully convolutional network, VGG-16 that labels each pixel: pictures [batch, height, width, 3] → logits [batch, height, width, classes].
 *
 * (Long, Shelhamer and Darrell, "Fully convolutional networks for semantic segmentation", 2015, figure 3.)
 *
 * The paper says 134 million parameters; FCN-32s has 134,346,581, and 86,016 more in the last step, which is no more than interpolation
 * and is not trained.
 *
 * @param stride from 32 times fewer places it goes up at once, or in steps with what pool4 (16) and pool3 (8) saw
 * @throws if there is no such stride
 * @example nn.unfilled(() => fcn(32)).parameterCount() // 134432597
 */
export const fcn = <Channels extends number = 3, Classes extends number = 21>(
  stride: 8 | 16 | 32 = 8,
  options: FcnOptions<Channels, Classes> = {},
): Fcn<Channels, Classes> => new Fcn(stride, options)
