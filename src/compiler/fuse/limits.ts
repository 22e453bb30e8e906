import { sizeOf } from '../../core/shape.js'
import type { Affine } from '../kernels.js'
import { isFold, phasesOf } from '../phases.js'
import type { Lowered } from './lower.js'

/** What one kernel may hold: more spills the tile registers of a backend out of its first-level cache. */
const MOST_INSTRUCTIONS = 96
const MOST_OPERANDS = 24
const MOST_VALUES = 144
const MOST_PHASES = 5
/** Longest row that is swept over more than once: it should stay in a cache. */
const LONGEST_ROW = 32 * 1024
/** An epilogue runs on rows of the product that are still in the second-level cache, with the same rows of what else it needs. */
const EPILOGUE_INSTRUCTIONS = 64
const EPILOGUE_LOADS = 4
const EPILOGUE_STORES = 4

/** `leaves` are the values that are loaded or known. */
export const isSmallLoop = (instructions: number, operands: number, leaves: number): boolean =>
  instructions <= MOST_INSTRUCTIONS && operands <= MOST_OPERANDS && instructions + leaves <= MOST_VALUES

export function isLoopWithinLimits(lowered: Lowered): boolean {
  const { instructions, stores, inputs, sizes, reduced } = lowered
  const code = instructions.filter(({ op }) => op !== 'load' && op !== 'constant').length
  if (!isSmallLoop(code, inputs.length + stores.length, instructions.length - code)) return false
  if (!instructions.some(isFold)) return true
  const phases = phasesOf(lowered, reduced)
  const sweeps = phases.filter(({ perElement }) => perElement.length > 0).length
  if (sweeps <= 1) return true
  return (
    phases.length <= MOST_PHASES &&
    sizeOf(sizes.slice(sizes.length - reduced)) <= LONGEST_ROW &&
    rowsLieTogether(lowered)
  )
}

/** Sweeping again over rows pays where their elements are neighbours; elsewhere a row is all over the memory. */
function rowsLieTogether({ instructions, stores, sizes, reduced }: Lowered): boolean {
  const rows = sizes.length - reduced
  const wide = [...instructions.filter((one) => one.op === 'load'), ...stores].filter(({ strides }: Affine) =>
    strides.slice(rows).some((stride) => stride !== 0),
  )
  const together = wide.filter(({ strides }) => strides.some((stride, axis) => axis >= rows && Math.abs(stride) === 1))
  return together.length === wide.length
}

/** Whether the code may follow a product: short, with few passes over other tensors of the product's size. */
export function isEpilogueWithinLimits({ instructions, stores, sizes }: Lowered): boolean {
  const wide = instructions.filter(
    (one) => one.op === 'load' && one.strides.every((stride, axis) => stride !== 0 || sizes[axis] === 1),
  )
  return (
    instructions.length <= EPILOGUE_INSTRUCTIONS && wide.length <= EPILOGUE_LOADS && stores.length <= EPILOGUE_STORES
  )
}
