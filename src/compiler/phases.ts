import { range } from '../core/shape.js'
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

export const isFold = (one: Instruction): one is Instruction & { readonly op: Fold } =>
  one.op === 'reduceSum' || one.op === 'reduceProd' || one.op === 'reduceMax' || one.op === 'reduceMin'

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
  const folded = instructions.map(isFold)
  /** Folds on the longest way to each value. */
  const depth: number[] = []
  const isPerRow: boolean[] = []
  let last = 0
  instructions.forEach((instruction, i) => {
    const operands = operandsOf(instruction)
    let before = 0
    for (const operand of operands) before = Math.max(before, depth[operand])
    depth.push(folded[i] ? before + 1 : before)
    last = Math.max(last, depth[i])
    isPerRow.push(reduced > 0 && (folded[i] || ownRate(instruction, rowAxes, sizes, operands, isPerRow)))
  })
  const done = instructions.map(() => false)
  return range(last + 1).map((phase): Phase => {
    const perRow: number[] = []
    const perElement: number[] = []
    const folds: number[] = []
    const rowStores: number[] = []
    const elementStores: number[] = []
    const needed = instructions.map(() => false)
    stores.forEach((store, i) => {
      if (depth[store.value] !== phase) return
      needed[store.value] = true
      if (reduced > 0 && isConstantAlong(store, rowAxes, sizes)) rowStores.push(i)
      else elementStores.push(i)
    })
    instructions.forEach((one, i) => {
      if (!folded[i] || depth[i] !== phase + 1) return
      folds.push(i)
      for (const operand of operandsOf(one)) needed[operand] = true
    })
    for (let i = instructions.length - 1; i >= 0; i--) {
      if (needed[i] && !folded[i]) for (const operand of operandsOf(instructions[i])) needed[operand] = true
    }
    needed.forEach((isNeeded, i) => {
      if (!isNeeded || folded[i]) return
      if (!isPerRow[i]) perElement.push(i)
      else if (!done[i]) perRow.push(i)
      done[i] ||= isPerRow[i]
    })
    return { perRow, perElement, folds, rowStores, elementStores }
  })
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
