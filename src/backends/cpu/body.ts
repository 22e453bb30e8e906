import type { Body, Instruction as BodyInstruction, Fold } from '../../compiler/kernels.js'
import { isFold, operandsOf, type Phase, phasesOf } from '../../compiler/phases.js'
import type { DType } from '../../core/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../../core/shape.js'
import { contiguousView, type Operation, operations, type View } from './format.js'
import type { Surroundings } from './lower.js'
import type { Instruction } from './writer.js'

/** Where a body finds its inputs and puts its outputs. */
export interface BodyOperands {
  /** The dense value behind input number `input`, from its first element on. */
  input(input: number): View
  output(output: number): View
  /** What the contraction around the body has computed, dense in the order of the axes. */
  readonly product?: View
}

/** Axes in the order in which a loop of the kernels runs: outer and inner rows around what is reduced. */
interface Order {
  readonly outer: readonly number[]
  readonly reduced: readonly number[]
  readonly inner: readonly number[]
}

/** A sweep over all rows at once that may run together with what computes its inputs. */
export interface FirstSweep {
  /** How many elements each fold takes in. */
  readonly elements: number
  /** What it reads, in its order, with what is computed before it. */
  readonly inputs: readonly View[]
  readonly outputs: readonly View[]
  before(): void
  run(): void
  after(): void
}

/** Writes a body as loops of the kernels: one for each sweep over the rows, and one over the rows between two sweeps. */
export class BodyLowering {
  readonly #order: Order
  /** None without folds. */
  readonly #phases: readonly Phase[]
  /** Without folds: what is the same for all rows of the order, which are its reduced axes then. */
  readonly #repeated: ReadonlySet<number>
  /** Row values that are in memory: folds, and what later steps need. */
  readonly #rows = new Map<number, View>()
  readonly #bits = new Map<number, View>()

  constructor(
    readonly body: Body & { readonly reduced?: number },
    readonly operands: BodyOperands,
    readonly around: Surroundings,
  ) {
    const hasFolds = body.instructions.some(isFold)
    const reduced = hasFolds ? (body.reduced ?? 0) : 0
    const repeated = hasFolds || operands.product !== undefined ? undefined : repeatedOf(body)
    this.#repeated = new Set(repeated?.instructions)
    this.#order = repeated?.order ?? orderOf(body, reduced)
    this.#phases = hasFolds ? phasesOf(body, reduced) : []
    body.instructions.forEach((one, i) => {
      if (one.op === 'randomBits') this.#bits.set(i, this.#draw(one))
    })
  }

  run(): void {
    if (this.#phases.length === 0) {
      this.#wholeLoop()
      return
    }
    const rows = sizeOf(this.#order.outer.map((axis) => this.body.sizes[axis]))
    // Rows that lie side by side are swept all at once.
    this.around.writer.blocks(this.#order.inner.length > 0 ? 1 : rows, () => {
      for (const phase of this.#phases) {
        this.#beforeSweep(phase)
        this.#sweep(phase)
      }
    })
  }

  /** The first sweep, if it folds everything but the last axes. */
  firstSweep(): FirstSweep | undefined {
    const [first, ...rest] = this.#phases
    const { outer, reduced, inner } = this.#order
    const { sizes, instructions, stores } = this.body
    if (first === undefined || first.folds.length === 0 || outer.some((axis) => sizes[axis] > 1)) return undefined
    const axes = [...outer, ...reduced, ...inner]
    const loads = [...first.perRow, ...first.perElement].filter((i) => 'input' in instructions[i])
    const stored = stores.filter(({ value }, i) => first.elementStores.includes(i) || first.folds.includes(value))
    return {
      elements: sizeOf(reduced.map((axis) => sizes[axis])),
      inputs: loads.map((i) => this.#source(i, axes)),
      outputs: stored.map(({ output }) => this.operands.output(output)),
      before: () => this.#beforeSweep(first),
      run: () => this.#sweep(first),
      after: () => {
        for (const phase of rest) {
          this.#beforeSweep(phase)
          this.#sweep(phase)
        }
      },
    }
  }

  #wholeLoop(): void {
    const { instructions, sizes, stores } = this.body
    const all = instructions.map((_, i) => i)
    const own = all.filter((i) => !this.#repeated.has(i))
    const isRead = (i: number): boolean =>
      stores.some(({ value }) => value === i) || own.some((j) => operandsOf(instructions[j]).includes(i))
    const kept = [...this.#repeated].filter(isRead)
    if (kept.length > 0) this.#loop({ outer: [], reduced: [], inner: this.#order.inner }, all, kept, [], [])
    this.#loop(
      { outer: [], reduced: [], inner: sizes.map((_, axis) => axis) },
      own,
      [],
      stores.map((_, i) => i),
      [],
    )
  }

  /** What is computed once per row. */
  #beforeSweep(phase: Phase): void {
    const { outer, inner } = this.#order
    const rows = { outer: [], reduced: [], inner: [...outer, ...inner] }
    // A fold that has been computed into its output is stored already.
    const rowStores = phase.rowStores.filter((i) => {
      const inPlace = this.#storeView(i, rows)
      return inPlace === undefined || this.#rows.get(this.body.stores[i].value) !== inPlace
    })
    const rest = this.#phases.slice(this.#phases.indexOf(phase))
    const kept = phase.perRow.filter((i) => this.#isComputed(i) && isUsed(i, this.body, phase, rest))
    if (kept.length > 0 || rowStores.length > 0) this.#loop(rows, phase.perRow, kept, rowStores, [])
  }

  #sweep({ perElement, elementStores, folds }: Phase): void {
    if (folds.length > 0 || elementStores.length > 0) this.#loop(this.#order, perElement, [], elementStores, folds)
  }

  #isComputed(i: number): boolean {
    return operandsOf(this.body.instructions[i]).length > 0
  }

  /** One loop: `computed` instructions, of which `kept` go to row buffers, with stores and folds by number. */
  #loop(
    order: Order,
    computed: readonly number[],
    kept: readonly number[],
    stores: readonly number[],
    folds: readonly number[],
  ): void {
    const { instructions } = this.body
    const axes = [...order.outer, ...order.reduced, ...order.inner]
    const count = (some: readonly number[]): number => sizeOf(some.map((axis) => this.body.sizes[axis]))
    const within = new Set(computed)
    const inputs: View[] = []
    const code: (Instruction & { readonly source: number })[] = []
    const inputNumbers = new Map<number, number>()
    const codeNumbers = new Map<number, number>()
    const visit = (i: number): void => {
      if (inputNumbers.has(i) || codeNumbers.has(i)) return
      const one = instructions[i]
      if (!this.#rows.has(i) && this.#isComputed(i) && within.has(i)) {
        for (const operand of operandsOf(one)) visit(operand)
        codeNumbers.set(i, code.length)
        code.push({ ...elementOperation(one, instructions), operands: operandsOf(one), source: i })
      } else {
        inputNumbers.set(i, inputs.push(this.#source(i, axes)) - 1)
      }
    }
    const sources = [
      ...kept,
      ...stores.map((i) => this.body.stores[i].value),
      ...folds.map((i) => operandsOf(instructions[i])[0]),
    ]
    for (const i of sources) visit(i)
    const numberOf = (i: number): number => inputNumbers.get(i) ?? inputs.length + (codeNumbers.get(i) ?? 0)

    const rowAxes = { outer: [], reduced: [], inner: [...this.#order.outer, ...this.#order.inner] }
    const copies: [View, View][] = []
    const outputs = stores.map((i) => {
      const view = this.#storeView(i, order)
      if (view !== undefined) return { value: numberOf(this.body.stores[i].value), view }
      const target = this.#strided(i, axes)
      const dense = this.around.temporary({ dtype: target.dtype, shape: target.shape })
      copies.push([dense, target])
      return { value: numberOf(this.body.stores[i].value), view: dense }
    })
    for (const i of kept) {
      const view = this.#rowBuffer(i)
      outputs.push({ value: numberOf(i), view })
    }
    const reductions = folds.map((i) => {
      const one = instructions[i]
      const into = this.body.stores.findIndex(({ value }) => value === i)
      const view = (into >= 0 ? this.#storeView(into, rowAxes) : undefined) ?? this.#rowBuffer(i)
      return { kind: one.op as Fold, value: numberOf(operandsOf(one)[0]), view, source: i }
    })
    this.around.writer.loop({
      outer: count(order.outer),
      reduced: count(order.reduced),
      inner: count(order.inner),
      inputs,
      instructions: code.map(({ operands, ...rest }) => ({ ...rest, operands: operands.map(numberOf) })),
      outputs,
      reductions,
    })
    for (const [from, to] of copies) this.around.writer.copy(from, to)
    kept.forEach((i, k) => {
      this.#rows.set(i, outputs[stores.length + k].view)
    })
    for (const { source, view } of reductions) this.#rows.set(source, view)
  }

  #rowBuffer(i: number): View {
    const shape = [...this.#order.outer, ...this.#order.inner].map((axis) => this.body.sizes[axis])
    return this.around.temporary({ dtype: this.body.instructions[i].dtype, shape })
  }

  /** Elements of a leaf, or of a row value in memory, in the order of the axes. */
  #source(i: number, axes: readonly number[]): View {
    const one = this.body.instructions[i]
    const shape = axes.map((axis) => this.body.sizes[axis])
    const along = (strides: readonly number[]): number[] => axes.map((axis) => strides[axis])
    const row = this.#rows.get(i)
    if (row !== undefined) {
      const rowAxes = [...this.#order.outer, ...this.#order.inner]
      const strides = stridesOf(rowAxes.map((axis) => this.body.sizes[axis]))
      const byAxis = this.body.sizes.map((_, axis) => (rowAxes.includes(axis) ? strides[rowAxes.indexOf(axis)] : 0))
      return { ...row, shape, strides: along(byAxis) }
    }
    switch (one.op) {
      case 'load': {
        const base = this.operands.input(one.input)
        if (base.location.kind === 'constant') return contiguousView({ dtype: one.dtype, shape }, base.location)
        return { ...base, dtype: one.dtype, shape, offset: base.offset + one.offset, strides: along(one.strides) }
      }
      case 'constant':
        return contiguousView({ dtype: one.dtype, shape }, { kind: 'constant', value: one.value })
      case 'iota':
        return { dtype: one.dtype, shape, location: { kind: 'iota' }, offset: one.offset, strides: along(one.strides) }
      case 'randomBits': {
        const bits = this.#bits.get(i)
        if (bits === undefined) break
        return { ...bits, shape, offset: one.offset, strides: along(one.strides) }
      }
      case 'product': {
        const { product } = this.operands
        if (product === undefined) break
        return { ...product, shape, strides: along(product.strides) }
      }
    }
    throw new Error(`cpu backend: the value of ${one.op} is not there when it is needed`)
  }

  /** The words of a stream up to the last one that is used. */
  #draw(one: BodyInstruction & { readonly op: 'randomBits' }): View {
    const { sizes } = this.body
    const last = one.strides.reduce((sum, stride, axis) => sum + Math.max(0, stride) * (sizes[axis] - 1), one.offset)
    const words = this.around.temporary({ dtype: 'uint32', shape: [last + 1] })
    const key = this.operands.input(one.input)
    this.around.writer.randomBits({ ...key, dtype: 'uint32', shape: [2], strides: [1] }, words)
    return words
  }

  #strided(store: number, axes: readonly number[]): View {
    const { output, offset, strides, value } = this.body.stores[store]
    const base = this.operands.output(output)
    return {
      ...base,
      dtype: this.body.instructions[value].dtype,
      shape: axes.map((axis) => this.body.sizes[axis]),
      offset: base.offset + offset,
      strides: axes.map((axis) => strides[axis]),
    }
  }

  readonly #views = new Map<string, View | undefined>()

  /** The output of a store if its elements lie in the order of the axes; undefined otherwise. */
  #storeView(store: number, { outer, reduced, inner }: Order): View | undefined {
    const axes = [...outer, ...reduced, ...inner]
    const key = `${store} ${axes}`
    if (!this.#views.has(key)) {
      const view = this.#strided(store, axes)
      const dense = stridesOf(view.shape)
      const fits = view.shape.every((n, i) => n === 1 || view.strides[i] === dense[i])
      this.#views.set(key, fits ? { ...view, strides: dense } : undefined)
    }
    return this.#views.get(key)
  }
}

/** As many times as many elements must see a value that is computed apart from theirs. */
const REPEATED = 16
/** A loop of fewer elements costs about as much as another one. */
const WORTH_A_LOOP = 1 << 14

/** What does not depend on the first axes, such as what is known of each channel, and the order in which these are the rows. */
function repeatedOf(body: Body): { readonly instructions: readonly number[]; readonly order: Order } | undefined {
  const { sizes, instructions } = body
  const total = sizeOf(sizes)
  if (total < WORTH_A_LOOP) return undefined
  // The first axis along which each value changes.
  const first: number[] = []
  for (const one of instructions) {
    const along = 'strides' in one ? one.strides.findIndex((stride, axis) => stride !== 0 && sizes[axis] > 1) : -1
    const own = one.op === 'product' ? 0 : along < 0 ? sizes.length : along
    first.push(Math.min(own, ...operandsOf(one).map((operand) => first[operand])))
  }
  const isRepeated = (i: number): boolean =>
    operandsOf(instructions[i]).length > 0 && REPEATED * sizeOf(sizes.slice(first[i])) <= total
  const found = instructions.flatMap((_, i) => (isRepeated(i) ? [i] : []))
  if (found.length === 0) return undefined
  const split = Math.min(...found.map((i) => first[i]))
  const axes = sizes.map((_, axis) => axis)
  return { instructions: found, order: { outer: [], reduced: axes.slice(0, split), inner: axes.slice(split) } }
}

/** Whether a row value is needed outside of the loop over rows that computes it. */
function isUsed(i: number, { instructions, stores }: Body, phase: Phase, rest: readonly Phase[]): boolean {
  const reads = (j: number): boolean => operandsOf(instructions[j]).includes(i)
  const later = rest.filter((other) => other !== phase)
  return (
    phase.perElement.some(reads) ||
    phase.folds.some(reads) ||
    later.some((other) => [...other.perRow, ...other.perElement, ...other.folds].some(reads)) ||
    [...phase.elementStores, ...later.flatMap((other) => [...other.rowStores, ...other.elementStores])].some(
      (store) => stores[store].value === i,
    )
  )
}

function elementOperation(
  one: BodyInstruction,
  instructions: readonly BodyInstruction[],
): { operation: Operation; dtype: DType; result: DType; limit?: number } {
  const operands = operandsOf(one)
  const dtype = instructions[operands[operands.length - 1]].dtype
  if (one.op === 'index') return { operation: 'index', dtype, result: one.dtype, limit: one.size }
  // The identity, through which no gradient flows, is a cast to the same dtype here.
  const operation = one.op === 'stopGradient' ? 'cast' : operations.find((name) => name === one.op)
  if (operation === undefined) throw new Error(`cpu backend: ${one.op} is not an operation on elements`)
  return { operation, dtype, result: one.dtype }
}

/**
 * The order of the axes. Rows that lie closer together than the elements of one row are swept side by side; with more than
 * one sweep a row stays together.
 */
function orderOf(body: Body, reduced: number): Order {
  const rank = body.sizes.length
  const rows = Array.from({ length: rank - reduced }, (_, axis) => axis)
  const folded = Array.from({ length: reduced }, (_, i) => rank - reduced + i)
  const sweeps = reduced === 0 ? [] : phasesOf(body, reduced).filter(({ perElement }) => perElement.length > 0)
  if (sweeps.length > 1) return { outer: rows, reduced: folded, inner: [] }
  const distance = closest(body, body.sizes)
  const nearest = Math.min(...folded.filter((axis) => body.sizes[axis] > 1).map((axis) => distance[axis]))
  // Only the last axes can be inner ones, or stores of whole elements would not lie in order.
  const inner = rows.filter((axis) => distance[axis] < nearest)
  return { outer: rows.filter((axis) => !inner.includes(axis)), reduced: folded, inner }
}

/** For each axis the distance of neighbours in the widest access. */
function closest({ instructions, stores }: Body, sizes: Shape): number[] {
  const accesses = [...instructions.filter((one) => one.op === 'load' || one.op === 'randomBits'), ...stores]
  const width = ({ strides }: { readonly strides: readonly number[] }): number =>
    sizeOf(sizes.filter((_, axis) => strides[axis] !== 0))
  const widest = Math.max(0, ...accesses.map(width))
  const main = accesses.find((access) => width(access) === widest)
  return sizes.map((_, axis) => Math.abs(main?.strides[axis] ?? 0) || Number.POSITIVE_INFINITY)
}
