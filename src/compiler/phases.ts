import type { Affine, Body, Fold, Instruction } from './kernels.js'

/** One sweep over a row. Instructions are given by number, in order. */
export interface Phase {
  /** Computed once per row before the sweep. */
  readonly perRow: readonly number[]
  /**
   * Computed for each element of the row: what this phase's folds need (in the last phase: what the stores need), including
   * what an earlier sweep has computed already; a backend that keeps the row may reuse that.
   */
  readonly perElement: readonly number[]
  /** Folds completed by this sweep. */
  readonly folds: readonly number[]
  /** Stores (by position) of one element per row, written before the sweep. */
  readonly rowStores: readonly number[]
  /** Stores of an element per element of the row, written during the sweep; the value may be one per row. */
  readonly elementStores: readonly number[]
}

const folds: ReadonlySet<string> = new Set<Fold>(['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin'])

export const isFold = (instruction: Instruction): instruction is Instruction & { readonly op: Fold } =>
  folds.has(instruction.op)

/** The numbers of the values that an instruction reads. */
export const operandsOf = (instruction: Instruction): readonly number[] =>
  'operands' in instruction ? instruction.operands : []

/**
 * Splits a body at its folds. Phase p sweeps over the row for the folds that need p earlier sweeps; a last phase without
 * folds follows where something per row, or an element that needs all folds, is still to be computed. Elements are
 * stored in the first sweep that can.
 */
export function phasesOf({ sizes, instructions, stores }: Body, reduced: number): Phase[] {
  const rowAxes = sizes.length - reduced
  /** Folds on the longest way to each value. */
  const depth: number[] = []
  const isPerRow: boolean[] = []
  for (const instruction of instructions) {
    const operands = operandsOf(instruction)
    const before = Math.max(0, ...operands.map((operand) => depth[operand]))
    depth.push(isFold(instruction) ? before + 1 : before)
    const perRow = isFold(instruction) || ownRate(instruction, rowAxes, sizes, operands, isPerRow)
    isPerRow.push(reduced > 0 && perRow)
  }
  const last = Math.max(0, ...depth)
  const phases: Phase[] = []
  const done = new Set<number>()
  for (let phase = 0; phase <= last; phase++) {
    const completed = instructions.flatMap((one, i) => (isFold(one) && depth[i] === phase + 1 ? [i] : []))
    const stored = stores.flatMap(({ value }, i) => (depth[value] === phase ? [i] : []))
    const rowStores = stored.filter((i) => reduced > 0 && isConstantAlong(stores[i], rowAxes, sizes))
    const elementStores = stored.filter((i) => !rowStores.includes(i))
    const needed = new Set<number>([
      ...completed.flatMap((fold) => operandsOf(instructions[fold])),
      ...stored.map((i) => stores[i].value),
    ])
    for (let i = instructions.length - 1; i >= 0; i--) {
      if (!needed.has(i) || isFold(instructions[i])) continue
      for (const operand of operandsOf(instructions[i])) needed.add(operand)
    }
    const inOrder = [...needed].filter((i) => !isFold(instructions[i])).sort((a, b) => a - b)
    const perRow = inOrder.filter((i) => isPerRow[i] && !done.has(i))
    for (const i of perRow) done.add(i)
    const perElement = inOrder.filter((i) => !isPerRow[i])
    phases.push({ perRow, perElement, folds: completed, rowStores, elementStores })
  }
  return phases
}

/** Whether a value is the same for the whole row, given the same of its operands. */
function ownRate(
  instruction: Instruction,
  rowAxes: number,
  sizes: readonly number[],
  operands: readonly number[],
  isPerRow: readonly boolean[],
): boolean {
  if (operands.length > 0) return operands.every((operand) => isPerRow[operand])
  if (instruction.op === 'product') return false
  if (!('strides' in instruction)) return true
  return isConstantAlong(instruction, rowAxes, sizes)
}

/** Whether a number is the same along all axes from `first` on. */
const isConstantAlong = ({ strides }: Affine, first: number, sizes: readonly number[]): boolean =>
  strides.every((stride, axis) => axis < first || stride === 0 || sizes[axis] === 1)
