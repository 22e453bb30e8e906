import { checkOptions } from '../../../core/options.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { Shape, Unless } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { expectCount } from '../../counts.js'
import { Module } from '../../module.js'
import type { Takes } from '../../types/sizes.js'
import { type Linear, linear } from '../linear/linear.js'
import { Dropout } from '../regularization/dropout.js'
import {
  type AttentionMasks,
  expectSequence,
  type HeadsOptions,
  headsOptions,
  intoHeads,
  outOfHeads,
  projections,
  shared,
  sizeOfHead,
} from './heads.js'
import { attend, both, expectKeyMask, expectMask } from './scaled.js'

export interface CrossAttentionOptions<MemoryWidth extends number = number> extends HeadsOptions {
  /** How many values an element of the memory has; as many as the others. */
  readonly memoryWidth?: MemoryWidth
}

/** Keys and values of a memory, [batch, heads, elements, size]: where it is asked more than once they are made once. */
export type Remembered = {
  readonly keys: Tensor<[number, number, number, number]>
  readonly values: Tensor<[number, number, number, number]>
}

const name = 'crossAttention'

/** See {@link crossAttention}. */
export class CrossAttention<Width extends number = number, MemoryWidth extends number = number> extends Module {
  readonly query: Linear<Width, number>
  /** Keys and values side by side. */
  readonly keyValue: Linear<MemoryWidth, number>
  readonly output: Linear<number, Width>
  readonly dropout: Dropout | undefined
  readonly keyValueHeads: number

  constructor(
    readonly width: Width,
    readonly heads: number,
    options: CrossAttentionOptions<MemoryWidth> = {},
  ) {
    super()
    checkOptions(name, options, { ...headsOptions, memoryWidth: true })
    const { keyValueHeads = heads, dropout = 0, memoryWidth = width as number as MemoryWidth } = options
    const size = sizeOfHead(name, width, heads, keyValueHeads)
    expectCount(name, 'values of an element of the memory', memoryWidth)
    this.query = linear(width, width as number, projections(options))
    this.keyValue = linear(memoryWidth, 2 * keyValueHeads * size, projections(options))
    this.output = linear(width as number, width, projections(options))
    this.dropout = dropout === 0 ? undefined : new Dropout(dropout)
    this.keyValueHeads = keyValueHeads
  }

  /**
   * Each element [batch, time, width] as a mean of what the memory [batch, elements, memoryWidth] has to say to it.
   *
   * @param masks.keyMask which elements of the memory are there
   */
  forward<S extends Shape, M extends Shape>(
    x: Unless<Takes<'crossAttention', 'batch, time', Width, S>, Tensor<S>>,
    memory: Unless<Takes<'crossAttention', 'batch, time', MemoryWidth, M>, Tensor<M>> | Remembered,
    masks: AttentionMasks = {},
  ): Tensor<S> {
    checkOptions(name, masks, { mask: true, keyMask: true })
    const { heads, dropout, width } = this
    const node = expectTensor(name, 'the first argument', x)
    expectSequence(name, this.label, node, width)
    const { keys, values } = isRemembered(memory) ? memory : this.remember(memory as Tensor)
    const given = masks.mask && expectMask(name, masks.mask)
    const keyMask = masks.keyMask && expectKeyMask(name, masks.keyMask, keys.shape[0], keys.shape[2])
    const mask = both(given, keyMask)
    const queries = intoHeads(this.query.forward(wrap(node) as Tensor).node, heads)
    const mixed = attend(
      queries,
      shared(keys.node, heads),
      shared(values.node, heads),
      { ...(mask && { mask }) },
      (weights) => (dropout === undefined ? weights : dropout.forward(wrap(weights) as Tensor).node),
    )
    return this.output.forward(wrap(outOfHeads(mixed)) as Tensor)
  }

  /** Keys and values of a memory that is asked many times, as in the steps of a decoder. */
  remember(memory: Tensor): Remembered {
    const node = expectTensor(name, 'the memory', memory)
    expectSequence(name, `the memory of ${this.label}`, node, this.keyValue.inputs, 'elements')
    const [keys, values] = ops
      .split(this.keyValue.forward(wrap(node) as Tensor).node, 2, -1)
      .map((part) => new Tensor(intoHeads(part, this.keyValueHeads)))
    return { keys, values }
  }

  protected override describe(): string {
    const { inputs } = this.keyValue
    return `${this.width}, ${this.heads} heads${inputs === (this.width as number) ? '' : `, memory ${inputs}`}`
  }
}

const isRemembered = (memory: unknown): memory is Remembered =>
  typeof memory === 'object' && memory !== null && 'keys' in memory && 'values' in memory

/**
 * Attention from one sequence to another: queries come from the first, keys and values from the second, the memory.
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @throws if the heads do not divide the width
 * @example
 * const attention = crossAttention(16, 4, { memoryWidth: 8 })
 * attention.forward(zeros([2, 7, 16]), zeros([2, 9, 8])) // [2, 7, 16]
 */
export const crossAttention = <Width extends number, MemoryWidth extends number = Width>(
  width: Width,
  heads: number,
  options: CrossAttentionOptions<MemoryWidth> = {},
): CrossAttention<Width, MemoryWidth> => new CrossAttention(width, heads, options)
