import type { TypedArray } from '../../core/dtype.js'
import type { Shape } from '../../core/shape.js'

/**
 * Visits an index space of two operands row by row, a row being the last axis: `visit` gets the offsets of its first
 * elements, its length, and the distances of neighbours in it. Axes that lie one after the other in both operands are
 * merged before, so that rows are as long as they can be.
 */
export function forEachRow(
  shape: Shape,
  offset0: number,
  strides0: Shape,
  offset1: number,
  strides1: Shape,
  visit: (offset0: number, offset1: number, length: number, stride0: number, stride1: number) => void,
): void {
  if (shape.includes(0)) return
  const axes = mergeAxes(shape, strides0, strides1)
  const row = axes.pop() ?? { size: 1, stride0: 1, stride1: 1 }
  const walk = (depth: number, at0: number, at1: number): void => {
    if (depth === axes.length) {
      visit(at0, at1, row.size, row.stride0, row.stride1)
      return
    }
    const { size, stride0, stride1 } = axes[depth]
    for (let i = 0; i < size; i++) walk(depth + 1, at0 + i * stride0, at1 + i * stride1)
  }
  walk(0, offset0, offset1)
}

interface Axis {
  size: number
  stride0: number
  stride1: number
}

function mergeAxes(shape: Shape, strides0: Shape, strides1: Shape): Axis[] {
  const axes: Axis[] = []
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 1) continue
    const axis = { size: shape[i], stride0: strides0[i], stride1: strides1[i] }
    const outer = axes[axes.length - 1]
    if (outer?.stride0 === axis.stride0 * axis.size && outer.stride1 === axis.stride1 * axis.size) {
      axis.size *= outer.size
      axes.pop()
    }
    axes.push(axis)
  }
  return axes
}

/** Copies an index space from one strided place to another. */
export function copyStrided(
  shape: Shape,
  source: TypedArray,
  sourceOffset: number,
  sourceStrides: Shape,
  target: TypedArray,
  targetOffset: number,
  targetStrides: Shape,
): void {
  forEachRow(shape, sourceOffset, sourceStrides, targetOffset, targetStrides, (from, to, length, step, stride) => {
    if (step === 1 && stride === 1 && length > 32) target.set(source.subarray(from, from + length), to)
    else if (step === 0 && stride === 1) target.fill(source[from], to, to + length)
    else copyRow(source, from, step, target, to, stride, length)
  })
}

function copyRow(
  source: TypedArray,
  from: number,
  step: number,
  target: TypedArray,
  to: number,
  stride: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) target[to + i * stride] = source[from + i * step]
}
