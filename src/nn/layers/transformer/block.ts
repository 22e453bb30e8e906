import { expectChoice } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import type { OptionNames } from '../../../core/options.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Layer } from '../../layer.js'
import { Module } from '../../module.js'
import type { MultiHeadAttentionOptions } from '../attention/multi-head.js'
import { layerNorm } from '../normalization/features.js'
import { Dropout } from '../regularization/dropout.js'
import type { FeedForwardOptions } from './feed-forward.js'

export interface TransformerOptions {
  /** How many values the feed-forward part has in between; 4 · width. */
  readonly hidden?: number
  /** What is done with them, such as `nn.gelu`; `nn.relu`. */
  readonly activation?: (x: Tensor) => Tensor
  /** Whether the activated values are multiplied with others, as in SwiGLU (Shazeer, 2020); false. */
  readonly gated?: boolean
  /** The part of the values that is set to 0 while training, after each part, of attention weights and in between; 0.1. */
  readonly dropout?: number
  /**
   * Where the normalisation is: 'post', after the sum with the shortcut, as in the paper, or 'pre', before each part, which trains
   * deep ones without warm-up (Xiong et al., "On layer normalization in the transformer architecture", 2020); 'post'.
   */
  readonly norm?: 'pre' | 'post'
  /** Makes the normalisation, such as `nn.rmsNorm`; `nn.layerNorm`. */
  readonly normalization?: (width: number, options: { readonly dtype: DType }) => Layer
  /** Whether an element sees only those before it and itself; false in encoders, true in decoders. */
  readonly causal?: boolean
  /** Whether queries and keys of self-attention are turned by their places; false. */
  readonly rotary?: MultiHeadAttentionOptions['rotary']
  /** How many heads keys and values have; as many as queries. */
  readonly keyValueHeads?: number
  /** true */
  readonly bias?: boolean
  /** float32 */
  readonly dtype?: DType
}

export const transformerOptions: OptionNames<TransformerOptions> = {
  ...{ hidden: true, activation: true, gated: true, dropout: true, norm: true, normalization: true },
  ...{ causal: true, rotary: true, keyValueHeads: true, bias: true, dtype: true },
}

/** A part of a transformer with its normalisation, dropout and shortcut. */
export class Part<Inner extends Module> extends Module {
  readonly inner: Inner
  readonly norm: Layer
  readonly dropout: Dropout | undefined
  readonly position: 'pre' | 'post'

  constructor(operation: string, width: number, inner: Inner, options: TransformerOptions) {
    super()
    this.inner = inner
    const { norm = 'post', normalization = layerNorm, dropout = 0.1, dtype = 'float32' } = options
    this.position = expectChoice(operation, 'the place of the normalisation', norm, ['pre', 'post'])
    this.norm = normalization(width, { dtype })
    this.dropout = dropout === 0 ? undefined : new Dropout(dropout)
  }

  /** x + inner(norm(x)), or norm(x + inner(x)). What else the inner module gives comes along. */
  apply<More>(x: Tensor, inner: (module: Inner, x: Tensor) => readonly [Tensor, More]): [Tensor, More] {
    const [given, more] = inner(this.inner, this.position === 'pre' ? this.norm.forward(x) : x)
    const sum: Tensor = x.add(this.dropout === undefined ? given : this.dropout.forward(given))
    return [this.position === 'pre' ? sum : this.norm.forward(sum), more]
  }

  protected override describe(): string {
    return this.position
  }
}

export const attentionOptions = (options: TransformerOptions): MultiHeadAttentionOptions => {
  const { causal = false, rotary = false, dropout = 0.1, bias = true, dtype = 'float32', keyValueHeads } = options
  return { causal, rotary, dropout, bias, dtype, ...(keyValueHeads !== undefined && { keyValueHeads }) }
}

export const feedForwardOptions = (options: TransformerOptions): FeedForwardOptions => {
  const { hidden, activation, gated = false, dropout = 0.1, bias = true, dtype = 'float32' } = options
  return { gated, dropout, bias, dtype, ...(hidden !== undefined && { hidden }), ...(activation && { activation }) }
}
