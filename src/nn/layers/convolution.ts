import { oneOrMore } from '../../core/arguments.js'
import type { DType } from '../../core/dtype.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions, type OptionNames } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import type { WindowPadding } from '../../operations/index.js'
import * as ops from '../../operations/index.js'
import type { Unless } from '../../tensor/types/index.js'
import { Parameter } from '../../tensor/variable.js'
import { expectCount } from '../counts.js'
import { fanInUniform, fans, type Initializer } from '../initializers.js'
import { Layer } from '../layer.js'
import type { GroupsProblem } from '../types/groups.js'
import type { ConvolutionShape } from '../types/layers.js'
import type { Picture, Sizes2d, Windows } from '../types/windows.js'

export interface Conv2dOptions<
  Stride extends Sizes2d = Sizes2d,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends Sizes2d = Sizes2d,
  Groups = number,
> {
  /** Distance between places, for both axes or each; 1. */
  readonly stride?: Stride
  /** Zeros around the picture: 'valid' for none, 'same' for ⌈size / stride⌉ places, or how many; 'valid'. */
  readonly padding?: Padding
  /** Distance between the elements of the kernel; 1. */
  readonly dilation?: Dilation
  /** Channels are cut into so many groups that do not see each other; 1. */
  readonly groups?: Groups
  /** Whether something is added to each channel; true. */
  readonly bias?: boolean
  /** The first weights; uniform in ±1/√(inputs of one output). */
  readonly initializer?: Initializer
  /** The first bias; uniform in ±1/√(inputs of one output). */
  readonly biasInitializer?: Initializer
  /** float32 */
  readonly dtype?: DType
}

const names: OptionNames<Conv2dOptions> = {
  ...{ stride: true, padding: true, dilation: true, groups: true },
  ...{ bias: true, initializer: true, biasInitializer: true, dtype: true },
}

/** See {@link conv2d}. */
export class Conv2d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Layer<ConvolutionShape<'conv2d', Picture, Inputs, Outputs, W>> {
  /** [height, width, input channels / groups, output channels] */
  readonly weight: Parameter<[number, number, number, Outputs]>
  /** [output channels] */
  readonly bias: Parameter<[Outputs]> | undefined
  readonly #options: ops.ConvOptions

  constructor(
    readonly inChannels: Inputs,
    readonly outChannels: Outputs,
    kernel: Sizes2d,
    options: Conv2dOptions = {},
  ) {
    super()
    checkOptions('conv2d', options, names)
    const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : oneOrMore('conv2d', 'the kernel', kernel)
    expectCount('conv2d', 'input channels', inChannels)
    expectCount('conv2d', 'output channels', outChannels)
    expectCount('conv2d', 'rows of the kernel', height)
    expectCount('conv2d', 'columns of the kernel', width)
    const { stride = 1, padding = 'valid', dilation = 1, groups = 1, dtype = 'float32' } = options
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      fail(
        `conv2d: ${inChannels} input and ${outChannels} output channels do not divide into ${groups} groups`,
        'Choose numbers of channels that are multiples of the number of groups.',
      )
    }
    this.#options = { stride, padding, dilation, groups }
    const shape = [height, width, inChannels / groups, outChannels]
    const { bias = true, initializer = fanInUniform() } = options
    const { biasInitializer = fanInUniform(fans(shape).fanIn) } = options
    this.weight = new Parameter(initializer(shape, dtype), 'weight')
    this.bias = bias ? new Parameter(biasInitializer([outChannels], dtype), 'bias') : undefined
  }

  protected run(x: Node): Node {
    if (x.rank !== 4 || x.shape[3] !== this.inChannels) {
      failShape(
        'conv2d',
        `${this.label} takes [batch, height, width, ${this.inChannels}], it is given ${formatShape(x.shape)}`,
        'Pictures have four axes, the channels last; add missing axes of size 1 with unsqueeze.',
      )
    }
    const filtered = ops.conv(x, this.weight.node, this.#options)
    return this.bias === undefined ? filtered : ops.add(filtered, this.bias.node)
  }

  protected override describe(): string {
    const { stride, padding, dilation, groups } = this.#options
    const [height, width] = this.weight.shape
    const options = [
      stride !== 1 && `stride ${stride}`,
      padding !== 'valid' && `padding ${JSON.stringify(padding)}`,
      dilation !== 1 && `dilation ${dilation}`,
      groups !== 1 && `${groups} groups`,
      this.bias === undefined && 'no bias',
    ]
    return [`${this.inChannels} → ${this.outChannels}`, `${height}×${width}`, ...options].filter(Boolean).join(', ')
  }
}

/**
 * A layer that looks for patterns at every place of a picture (cross-correlation with learned kernels), from
 * [batch, height, width, inputs] to [batch, places, places, outputs].
 *
 * places = ⌊(size + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1
 *
 * @param kernel rows and columns of the kernel, or one number for both
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example conv2d(1, 6, 5, { padding: 'same' }).forward(pictures) // [128, 28, 28, 1] → [128, 28, 28, 6]
 */
export function conv2d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes2d,
  const Stride extends Sizes2d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes2d = 1,
  Groups extends number = 1,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: Conv2dOptions<Stride, Padding, Dilation, Groups> &
    Unless<GroupsProblem<'conv2d', Inputs, Outputs, Groups>, unknown> = {} as never,
): Conv2d<Inputs, Outputs, { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }> {
  return new Conv2d(inChannels, outChannels, kernel, options as Conv2dOptions)
}
