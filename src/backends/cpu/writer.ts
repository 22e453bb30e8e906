import { type DType, dtypes } from '../../core/dtype.js'
import { type Shape, sizeOf } from '../../core/shape.js'
import type { ConvAttributes, TensorType, WindowAttributes } from '../../graph/primitives.js'
import { bytesOf } from '../../graph/rules/movement.js'
import {
  axisRoutines,
  Constants,
  dtypeCode,
  indexings,
  linearRoutines,
  type Operation,
  opcodes,
  operations,
  pools,
  type Reduction,
  reductions,
  type View,
  Words,
} from './format.js'

/** One operation on values of a loop: its inputs come first, then the results of instructions, each by its number. */
export interface Instruction {
  readonly operation: Operation
  /** Of the operands (of the last one, if they differ). */
  readonly dtype: DType
  readonly result: DType
  readonly operands: readonly number[]
  /** What an index must stay below. */
  readonly limit?: number
}

/** A fused loop nest over the index space (outer, reduced, inner). */
export interface Loop {
  readonly outer: number
  readonly reduced: number
  readonly inner: number
  readonly inputs: readonly View[]
  readonly instructions: readonly Instruction[]
  readonly outputs: readonly { readonly value: number; readonly view: View }[]
  readonly reductions: readonly { readonly kind: Reduction; readonly value: number; readonly view: View }[]
}

/** The steps that can run by rows; which of them do is for the kernels to say. */
const divisible: ReadonlySet<string> = new Set(['loop', 'dot', 'conv'])

const placeKinds = ['input', 'output', 'arena', 'constant'] as const

/** Writes the steps of one program (or body). */
export class ProgramWriter {
  #words = new Words()
  readonly #constants = new Constants()
  #steps = 0
  /** Whether all steps since a block began can run by rows. */
  #divisible = true

  /** The program as words, behind `into`. */
  finish(into: Words, arenaBytes: number, inputs: readonly TensorType[], outputs: readonly TensorType[]): void {
    into.wide(arenaBytes)
    for (const types of [inputs, outputs]) {
      into.word(types.length)
      into.wides(types.map(bytesOf))
    }
    const constants = this.#constants.words()
    into.word(constants.length)
    for (const word of constants) into.word(word)
    into.word(this.#steps)
    into.append(this.#words)
  }

  #begin(opcode: (typeof opcodes)[number]): Words {
    this.#steps++
    if (!divisible.has(opcode)) this.#divisible = false
    this.#words.word(opcodes.indexOf(opcode))
    return this.#words
  }

  /**
   * The steps that `emit` writes run block of rows by block, if they can, so that each finds in the cache what those before
   * it have written. Every step must have so many rows, and read of what the others write only its own rows.
   */
  blocks(rows: number, emit: () => void): void {
    const [words, steps] = [this.#words, this.#steps]
    this.#words = new Words()
    this.#steps = 0
    this.#divisible = true
    emit()
    const [inner, count] = [this.#words, this.#steps]
    this.#words = words
    this.#steps = steps
    if (this.#divisible && count > 1 && rows > 1) {
      const outer = this.#begin('blocks')
      outer.wide(rows)
      outer.word(count)
    } else {
      this.#steps += count
    }
    this.#words.append(inner)
  }

  #view(view: View): void {
    const words = this.#words
    const { location, dtype } = view
    if (location.kind === 'iota') throw new Error('cpu backend: a routine reads an iota')
    words.word(placeKinds.indexOf(location.kind))
    words.word('index' in location ? location.index : 0)
    let start = 0
    if (location.kind === 'arena') start = location.offset
    if (location.kind === 'constant') start = this.#constants.offsetOf(dtype, location.value)
    words.wide(start / dtypes[dtype].bytes + view.offset)
    words.word(dtypeCode(dtype))
    words.word(view.shape.length)
    words.wides(view.shape)
    words.wides(view.strides)
  }

  loop({ outer, reduced, inner, inputs, instructions, outputs, reductions: sums }: Loop): void {
    const words = this.#begin('loop')
    words.wides([outer, reduced, inner])
    words.word(inputs.length)
    for (const view of inputs) {
      const isIota = view.location.kind === 'iota'
      words.word(isIota ? 1 : 0)
      if (!isIota) {
        this.#view(view)
        continue
      }
      words.word(dtypeCode(view.dtype))
      words.word(view.shape.length)
      words.wide(view.offset)
      words.wides(view.shape)
      words.wides(view.strides)
    }
    words.word(instructions.length)
    for (const { operation, dtype, result, operands, limit } of instructions) {
      words.word(operations.indexOf(operation))
      words.word(dtypeCode(dtype))
      words.word(dtypeCode(result))
      for (let i = 0; i < 3; i++) words.word(operands[i] ?? operands[0])
      if (operation === 'index') words.wide(limit ?? 0)
    }
    words.word(outputs.length)
    for (const { value, view } of outputs) {
      words.word(value)
      this.#view(view)
    }
    words.word(sums.length)
    for (const { kind, value, view } of sums) {
      words.word(reductions.indexOf(kind))
      words.word(value)
      this.#view(view)
    }
  }

  copy(from: View, to: View): void {
    this.#begin('copy')
    this.#view(from)
    this.#view(to)
  }

  dot(a: View, b: View, out: View): void {
    this.#begin('dot')
    for (const view of [a, b, out]) this.#view(view)
  }

  /**
   * x [batch, …image, groups, channels], kernel […window, groups, channels, outputs], out [batch, …places, groups, outputs];
   * `isSum` where it is the gradient of a kernel: images and channels have changed places, and so have window and places.
   */
  conv(x: View, kernel: View, out: View, attributes: Omit<ConvAttributes, 'groups'>, isSum: boolean): void {
    const words = this.#begin('conv')
    for (const view of [x, kernel, out]) this.#view(view)
    words.word(isSum ? 1 : 0)
    attributes.strides.forEach((stride, i) => {
      words.wides([stride, attributes.padding[i][0], attributes.inputDilation[i], attributes.kernelDilation[i]])
    })
  }

  pool(kind: (typeof pools)[number], operands: readonly View[], attributes: WindowAttributes): void {
    const words = this.#begin('pool')
    words.word(pools.indexOf(kind))
    for (const view of operands) this.#view(view)
    attributes.window.forEach((n, i) => {
      words.wides([n, attributes.strides[i], attributes.padding[i][0]])
    })
  }

  indexing(kind: (typeof indexings)[number], tag: number, batchDims: number, operands: readonly View[]): void {
    const words = this.#begin('indexing')
    words.word(indexings.indexOf(kind))
    words.word(tag)
    words.wide(batchDims)
    for (const view of operands) this.#view(view)
  }

  argSort(x: View, out: View, descending: boolean): void {
    this.#begin('argSort').word(descending ? 1 : 0)
    this.#view(x)
    this.#view(out)
  }

  alongAxis(kind: (typeof axisRoutines)[number], axis: number, x: View, out: View): void {
    const words = this.#begin('alongAxis')
    words.word(axisRoutines.indexOf(kind))
    words.wide(axis)
    this.#view(x)
    this.#view(out)
  }

  linear(kind: (typeof linearRoutines)[number], tag: number, flags: number, operands: readonly View[]): void {
    const words = this.#begin('linear')
    words.word(linearRoutines.indexOf(kind))
    words.word(tag)
    words.word(flags)
    for (const view of operands) this.#view(view)
  }

  randomBits(key: View, out: View): void {
    this.#begin('randomBits')
    this.#view(key)
    this.#view(out)
  }

  /** From here on time belongs to a kernel, which `begins` or is come back to; the first mark of all brings the table. */
  mark(kernel: number, begins: boolean, table?: View): void {
    const words = this.#begin('mark')
    words.word(kernel)
    words.word(begins ? 1 : 0)
    words.word(table === undefined ? 0 : 1)
    if (table !== undefined) this.#view(table)
  }

  control(
    kind: 'scan' | 'whileLoop' | 'cond' | 'call',
    inputs: readonly View[],
    outputs: readonly View[],
    options: {
      readonly carries: number
      readonly sequences: number
      readonly length: number
      readonly reverse: boolean
    },
    bodies: readonly ((into: Words) => void)[],
  ): void {
    const words = this.#begin(kind)
    for (const views of [inputs, outputs]) {
      words.word(views.length)
      for (const view of views) this.#view(view)
    }
    words.wides([options.carries, options.sequences, options.length])
    words.word(options.reverse ? 1 : 0)
    for (const body of bodies) body(words)
  }
}

/** The index space of a loop without reductions. */
export const wholeSpace = (shape: Shape): { outer: number; reduced: number; inner: number } => ({
  outer: 1,
  reduced: 1,
  inner: sizeOf(shape),
})
