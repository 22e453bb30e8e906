import type { DType } from '../../../core/dtype.js'
import { fail } from '../../../core/errors.js'
import { checkOptions, type OptionNames } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { ShapeFunction } from '../../../tensor/types/index.js'
import { Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { fanInUniform, fans, type Initializer } from '../../initializers.js'
import { Layer } from '../../layer.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes } from '../../types/windows.js'
import { expectAxes, onAxes, sizesText } from '../axes.js'

export interface ConvolutionOptions<
  Stride = ManySizes,
  Padding extends WindowPadding = WindowPadding,
  Dilation = ManySizes,
  Groups = number,
> {
  /** Distance between places, for all axes or each; 1. */
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

export const convolutionOptions: OptionNames<ConvolutionOptions> = {
  ...{ stride: true, padding: true, dilation: true, groups: true },
  ...{ bias: true, initializer: true, biasInitializer: true, dtype: true },
}

/** What convolutions of all kinds have: learned kernels over spatial axes, and a bias for each output channel. */
export abstract class Convolution<
  F extends ShapeFunction,
  Inputs extends number = number,
  Outputs extends number = number,
> extends Layer<F> {
  /** [window sizes, input channels / groups, output channels] */
  readonly weight: Parameter<[...number[], Outputs]>
  /** [output channels] */
  readonly bias: Parameter<[Outputs]> | undefined
  protected readonly windows: ops.ConvOptions
  protected readonly outputPadding: ManySizes
  readonly #axes: keyof Fronts

  constructor(
    protected readonly operation: string,
    axes: keyof Fronts,
    readonly inChannels: Inputs,
    readonly outChannels: Outputs,
    kernel: ManySizes,
    options: ConvolutionOptions & { readonly outputPadding?: ManySizes },
    known: OptionNames<ConvolutionOptions> = convolutionOptions,
  ) {
    super()
    this.#axes = axes
    checkOptions<ConvolutionOptions>(operation, options, known)
    const { stride = 1, padding = 'valid', dilation = 1, groups = 1, outputPadding = 0, dtype = 'float32' } = options
    const window = onAxes(operation, 'the kernel', kernel, axes)
    expectCount(operation, 'input channels', inChannels)
    expectCount(operation, 'output channels', outChannels)
    expectCount(operation, 'groups', groups)
    for (const size of window) expectCount(operation, 'elements of the kernel along an axis', size)
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      fail(
        `${operation}: ${inChannels} input and ${outChannels} output channels do not divide into ${groups} groups`,
        'Choose numbers of channels that are multiples of the number of groups.',
      )
    }
    this.windows = { stride, padding, dilation, groups }
    this.outputPadding = outputPadding
    const shape = [...window, inChannels / groups, outChannels]
    const { bias = true, initializer = fanInUniform() } = options
    const { biasInitializer = fanInUniform(fans(shape).fanIn) } = options
    this.weight = new Parameter(initializer(shape, dtype), 'weight')
    this.bias = bias ? new Parameter(biasInitializer([outChannels], dtype), 'bias') : undefined
  }

  protected abstract filter(x: Node, weight: Node): Node

  protected run(x: Node): Node {
    expectAxes(this.operation, this.label, x, this.#axes, this.inChannels)
    const filtered = this.filter(x, this.weight.node)
    return this.bias === undefined ? filtered : ops.add(filtered, this.bias.node)
  }

  protected override describe(): string {
    const { outputPadding } = this
    const { stride = 1, padding, dilation = 1, groups } = this.windows
    const options = [
      sizesText(stride) !== '1' && `stride ${sizesText(stride)}`,
      padding !== 'valid' && `padding ${JSON.stringify(padding)}`,
      sizesText(dilation) !== '1' && `dilation ${sizesText(dilation)}`,
      groups !== 1 && `${groups} groups`,
      sizesText(outputPadding) !== '0' && `output padding ${sizesText(outputPadding)}`,
      this.bias === undefined && 'no bias',
    ]
    const window = this.weight.shape.slice(0, -2).join('×')
    return [`${this.inChannels} → ${this.outChannels}`, window, ...options].filter(Boolean).join(', ')
  }
}
