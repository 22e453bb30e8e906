import { expectInteger } from '../../../core/arguments.js'
import { type DType, isInteger } from '../../../core/dtype.js'
import { fail, failDType, failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { type Initializer, normal, zeros } from '../../initializers.js'
import { Layer } from '../../layer.js'
import type { LinearShape } from '../../types/layers.js'
import type { EmbeddingShape } from '../../types/sequences.js'

export interface EmbeddingOptions {
  /** The index that stands for nothing: its vector starts at 0 and is not trained. */
  readonly paddingIndex?: number
  /** Vectors that are longer are given with this length; the weights stay as they are. */
  readonly maxNorm?: number
  /** The first weights; normal with standard deviation 1. */
  readonly initializer?: Initializer
  /** float32 */
  readonly dtype?: DType
}

/** See {@link embedding}. */
export class Embedding<Count extends number = number, Width extends number = number> extends Layer<
  EmbeddingShape<Width>
> {
  /** [count, width] */
  readonly weight: Parameter<[Count, Width]>
  readonly paddingIndex: number | undefined
  readonly maxNorm: number | undefined

  constructor(
    readonly count: Count,
    readonly width: Width,
    options: EmbeddingOptions = {},
  ) {
    super()
    checkOptions('embedding', options, { paddingIndex: true, maxNorm: true, initializer: true, dtype: true })
    expectCount('embedding', 'indices', count)
    expectCount('embedding', 'values of a vector', width)
    const { paddingIndex, maxNorm, initializer = normal(1), dtype = 'float32' } = options
    if (paddingIndex !== undefined) {
      expectInteger('embedding', 'the padding index', paddingIndex)
      if (paddingIndex < 0 || paddingIndex >= count) {
        fail(`embedding: the padding index ${paddingIndex} is outside 0 … ${count - 1}`, 'Give one of the indices.')
      }
    }
    if (maxNorm !== undefined && !(maxNorm > 0)) {
      fail(`embedding: maxNorm is ${maxNorm}`, 'Give a positive length.')
    }
    this.paddingIndex = paddingIndex
    this.maxNorm = maxNorm
    const first = initializer([count, width], dtype)
    this.weight = new Parameter(paddingIndex === undefined ? first : withoutRow(first, paddingIndex), 'weight')
  }

  protected run(x: Node): Node {
    if (!isInteger(x.dtype)) {
      failDType(
        'embedding',
        `the indices are ${x.dtype}`,
        "Indices are whole numbers; convert them with cast('int32').",
      )
    }
    const indices = build.cast(x, 'int32')
    const found = build.gather(this.weight.node, indices, 0, 'embedding')
    const trained =
      this.paddingIndex === undefined
        ? found
        : ops.where(ops.unsqueeze(ops.equal(indices, this.paddingIndex), -1), ops.stopGradient(found), found)
    if (this.maxNorm === undefined) return trained
    const squares = ops.sum(ops.square(trained), -1, { keepDims: true })
    const limit = this.maxNorm ** 2
    // The root of what is below the limit is not taken: it has no gradient at 0.
    const scale = ops.div(this.maxNorm, ops.sqrt(ops.maximum(squares, limit)))
    return ops.mul(trained, scale)
  }

  protected override describe(): string {
    const padding = this.paddingIndex === undefined ? '' : `, padding ${this.paddingIndex}`
    return `${this.count} → ${this.width}${padding}`
  }
}

function withoutRow(table: Tensor, row: number): Tensor {
  const rows = build.iota('int32', [table.shape[0], 1], 0)
  return new Tensor(ops.where(ops.equal(rows, row), 0, table.node))
}

/**
 * A table of vectors, one for each index 0 … count − 1: from whole numbers […] to […, width]. (Bengio et al., "A neural
 * probabilistic language model", 2003.)
 *
 * @throws if a number is not a whole one of at least 1. An index outside of the table is an error when the value is computed.
 * @example embedding(1000, 16, { paddingIndex: 0 }).forward(zeros([2, 7], 'int32')) // [2, 7] → [2, 7, 16]
 */
export const embedding = <Count extends number, Width extends number>(
  count: Count,
  width: Width,
  options: EmbeddingOptions = {},
): Embedding<Count, Width> => new Embedding(count, width, options)

/** See {@link tiedOutput}. */
export class TiedOutput<Count extends number = number, Width extends number = number> extends Layer<
  LinearShape<Width, Count>
> {
  /** [count], if there is one */
  readonly bias: Parameter<[Count]> | undefined

  constructor(
    readonly embedding: Embedding<Count, Width>,
    options: { readonly bias?: boolean } = {},
  ) {
    super()
    checkOptions('tiedOutput', options, { bias: true })
    if (!(embedding instanceof Embedding)) fail('tiedOutput: the first argument is no embedding', 'Pass an embedding.')
    const { count, weight } = embedding
    this.bias = options.bias ? new Parameter(zeros()([count], weight.dtype), 'bias') : undefined
  }

  protected run(x: Node): Node {
    const { width, weight } = this.embedding
    if (x.shape[x.rank - 1] !== width) {
      failShape(
        'tiedOutput',
        `${this.label} takes […, ${width}], it is given ${formatShape(x.shape)}`,
        'The last axis is as wide as the vectors of the embedding.',
      )
    }
    const logits = ops.matmul(x, ops.transpose(weight.node))
    return this.bias === undefined ? logits : ops.add(logits, this.bias.node)
  }
}

/**
 * A logit for each index of an embedding, the product with its vector: y = x · weightᵀ, from […, width] to […, count]. The table is
 * shared, so it is trained from both sides. (Press and Wolf, "Using the output embedding to improve language models", 2017.)
 *
 * @example
 * const table = embedding(100, 16)
 * tiedOutput(table).forward(zeros([2, 7, 16])) // [2, 7, 16] → [2, 7, 100]
 */
export const tiedOutput = <Count extends number, Width extends number>(
  embedding: Embedding<Count, Width>,
  options: { readonly bias?: boolean } = {},
): TiedOutput<Count, Width> => new TiedOutput(embedding, options)
