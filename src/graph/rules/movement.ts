import { dtypes } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { dropAxes, formatShape, normalizeAxis, range, sizeOf } from '../../core/shape.js'
import type { Primitive, TensorType } from '../primitives.js'
import type { TypeRule } from '../types.js'

const sized = (operation: string, shape: readonly number[]): void => {
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 0) {
      failShape(operation, `${formatShape(shape)} is not a shape`, 'Sizes are whole numbers, 0 or more.')
    }
  }
}

/** Primitives count axes from the front; negative ones are for users. */
function expectAxis(operation: string, axis: number, rank: number): number {
  if (axis < 0 && axis >= -rank) {
    failShape(operation, `axis ${axis} is negative`, `Primitives count axes from the front: use ${axis + rank}.`)
  }
  return normalizeAxis(axis, rank, operation)
}

const reduction =
  <P extends 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'>(operation: P): TypeRule<P> =>
  ([x], { axes }) => {
    for (const axis of axes) expectAxis(operation, axis, x.shape.length)
    if (new Set(axes).size !== axes.length) {
      failShape(operation, `an axis is given twice in ${formatShape(axes)}`, 'Name each axis once.')
    }
    if ((operation === 'reduceSum' || operation === 'reduceProd') && x.dtype === 'bool') {
      failDType(operation, 'takes numbers, not bool', "Convert with cast('int32').")
    }
    if ((operation === 'reduceMax' || operation === 'reduceMin') && axes.some((axis) => x.shape[axis] === 0)) {
      failShape(
        operation,
        `no elements along axis ${axes.find((axis) => x.shape[axis] === 0)} of ${formatShape(x.shape)}`,
        'The maximum of nothing is not defined.',
      )
    }
    return { dtype: x.dtype, shape: dropAxes(x.shape, axes) }
  }

const extremum =
  <P extends 'argMax' | 'argMin'>(operation: P): TypeRule<P> =>
  ([x], { axis }) => {
    if (x.shape[expectAxis(operation, axis, x.shape.length)] === 0) {
      failShape(
        operation,
        `no elements along axis ${axis} of ${formatShape(x.shape)}`,
        'The index of nothing is not defined.',
      )
    }
    return { dtype: 'int32', shape: dropAxes(x.shape, [axis]) }
  }

export const movementRules = {
  constant: (_, { dtype }) => ({ dtype, shape: [] }),
  input: (_, { dtype, shape }) => {
    sized('input', shape)
    return { dtype, shape }
  },
  iota: (_, { dtype, shape, axis }) => {
    sized('iota', shape)
    expectAxis('iota', axis, shape.length)
    if (dtype === 'bool') failDType('iota', 'counts in numbers, not bool', "Use dtype 'int32'.")
    return { dtype, shape }
  },
  randomBits: ([key], { shape }) => {
    sized('randomBits', shape)
    if (key.dtype !== 'uint32' || key.shape.length !== 1 || key.shape[0] !== 2) {
      failShape(
        'randomBits',
        `the key is ${key.dtype}${formatShape(key.shape)}`,
        'A key is uint32[2]; make one with random.key(seed).',
      )
    }
    return { dtype: 'uint32', shape }
  },
  reshape: ([x], { shape }) => {
    sized('reshape', shape)
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      failShape(
        'reshape',
        `${formatShape(x.shape)} has ${sizeOf(x.shape)} elements, ${formatShape(shape)} has ${sizeOf(shape)}`,
        'The number of elements stays; one size may be −1.',
      )
    }
    return { dtype: x.dtype, shape }
  },
  permute: ([x], { axes }) => {
    const rank = x.shape.length
    if (axes.length !== rank || range(rank).some((axis) => !axes.includes(axis))) {
      failShape(
        'permute',
        `${formatShape(axes)} is not an order of the ${rank} axes of ${formatShape(x.shape)}`,
        'Name each axis once.',
      )
    }
    return { dtype: x.dtype, shape: axes.map((axis) => x.shape[axis]) }
  },
  expand: ([x], { shape }) => {
    sized('expand', shape)
    if (x.shape.length !== shape.length || x.shape.some((n, axis) => n !== 1 && n !== shape[axis])) {
      failShape(
        'expand',
        `${formatShape(x.shape)} does not stretch to ${formatShape(shape)}`,
        'Only axes of size 1 stretch.',
      )
    }
    return { dtype: x.dtype, shape }
  },
  slice: ([x], { starts, sizes, steps }) => {
    sized('slice', sizes)
    if ([starts, sizes, steps].some((list) => list.length !== x.shape.length)) {
      failShape(
        'slice',
        `starts ${formatShape(starts)}, sizes ${formatShape(sizes)} and steps ${formatShape(steps)} do not fit ${formatShape(x.shape)}`,
        'Give one of each per axis.',
      )
    }
    x.shape.forEach((n, axis) => {
      const last = starts[axis] + (sizes[axis] - 1) * steps[axis]
      const outside = sizes[axis] > 0 && (starts[axis] < 0 || starts[axis] >= n || last < 0 || last >= n)
      if (outside || steps[axis] === 0) {
        failShape(
          'slice',
          `${sizes[axis]} elements from ${starts[axis]} in steps of ${steps[axis]} leave axis ${axis} of ${formatShape(x.shape)}`,
          'Keep start and end inside the axis.',
        )
      }
    })
    return { dtype: x.dtype, shape: sizes }
  },
  pad: ([x], { low, high, interior }) => {
    const shape = x.shape.map((n, axis) => low[axis] + n + Math.max(0, n - 1) * interior[axis] + high[axis])
    const counts = [...low, ...high, ...interior]
    const fits = [low, high, interior].every((list) => list.length === x.shape.length)
    if (!fits || counts.some((n) => !Number.isSafeInteger(n) || n < 0)) {
      failShape(
        'pad',
        `paddings ${formatShape(low)} and ${formatShape(high)} do not fit ${formatShape(x.shape)}`,
        'Give one whole number, 0 or more, per axis and side; use slice to crop.',
      )
    }
    return { dtype: x.dtype, shape }
  },
  concat: (inputs, { axis }) => {
    const [first] = inputs
    if (first === undefined) failShape('concat', 'there is nothing to join', 'Give at least one tensor.')
    const along = expectAxis('concat', axis, first.shape.length)
    let size = 0
    for (const x of inputs) {
      const differs = x.shape.findIndex((n, i) => i !== along && n !== first.shape[i])
      if (x.shape.length !== first.shape.length || differs >= 0) {
        failShape(
          'concat',
          `shapes ${formatShape(first.shape)} and ${formatShape(x.shape)} differ outside axis ${along}`,
          'All sizes but the one of the joined axis must agree.',
        )
      }
      if (x.dtype !== first.dtype)
        failDType('concat', `dtypes ${first.dtype} and ${x.dtype} differ`, 'Convert them with cast.')
      size += x.shape[along]
    }
    return { dtype: first.dtype, shape: first.shape.map((n, i) => (i === along ? size : n)) }
  },
  reduceSum: reduction('reduceSum'),
  reduceProd: reduction('reduceProd'),
  reduceMax: reduction('reduceMax'),
  reduceMin: reduction('reduceMin'),
  argMax: extremum('argMax'),
  argMin: extremum('argMin'),
  cumSum: ([x], { axis }) => {
    expectAxis('cumSum', axis, x.shape.length)
    if (x.dtype === 'bool') failDType('cumSum', 'takes numbers, not bool', "Convert with cast('int32').")
    return { dtype: x.dtype, shape: x.shape }
  },
} as const satisfies { readonly [P in Primitive]?: TypeRule<P> }

/** Bytes of all elements. */
export const bytesOf = ({ dtype, shape }: TensorType): number => sizeOf(shape) * dtypes[dtype].bytes
