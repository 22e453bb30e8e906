import { failDType, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Padding, Primitive, TensorType, WindowAttributes } from '../primitives.js'
import type { TypeRule } from '../types.js'

/** Places of a window of `window` (dilated) elements on `n` padded elements. */
export function windowPlaces(n: number, window: number, stride: number, [low, high]: Padding, dilation = 1): number {
  const padded = low + n + high
  const reach = (window - 1) * dilation + 1
  return padded < reach ? 0 : Math.floor((padded - reach) / stride) + 1
}

/** Elements along an axis after n − 1 zeros were put between neighbours. */
export const dilatedSize = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1)

/** Checks that there is one whole number from 1 on for each spatial axis. */
function expectCounts(operation: string, name: string, counts: readonly number[], spatial: number): void {
  if (counts.length !== spatial || counts.some((n) => !Number.isSafeInteger(n) || n < 1)) {
    failShape(
      operation,
      `${name} ${formatShape(counts)} do not fit`,
      `Give a whole number, 1 or more, per spatial axis (${spatial}).`,
    )
  }
}

/** Checks that there are two whole numbers from 0 on for each spatial axis. */
function expectPadding(operation: string, padding: readonly Padding[], spatial: number): void {
  if (padding.length !== spatial || padding.flat().some((n) => !Number.isSafeInteger(n) || n < 0)) {
    failShape(
      operation,
      `padding ${formatShape(padding.flat())} does not fit`,
      `Give two whole numbers, 0 or more, per spatial axis (${spatial}).`,
    )
  }
}

function pooledShape(operation: string, x: TensorType, { window, strides, padding }: WindowAttributes): number[] {
  const spatial = x.shape.length - 2
  if (spatial < 1 || window.length !== spatial || strides.length !== spatial || padding.length !== spatial) {
    failShape(
      operation,
      `a window ${formatShape(window)} does not fit ${formatShape(x.shape)}`,
      'Images are [batch, height, width, channels], with one window size per spatial axis.',
    )
  }
  expectCounts(operation, 'window', window, spatial)
  expectCounts(operation, 'strides', strides, spatial)
  expectPadding(operation, padding, spatial)
  const places = window.map((n, i) => windowPlaces(x.shape[i + 1], n, strides[i], padding[i]))
  const axis = places.indexOf(0)
  if (axis >= 0) {
    failShape(
      operation,
      `the window ${formatShape(window)} is larger than the padded image ${formatShape(x.shape)}`,
      'Use a smaller window or more padding.',
    )
  }
  padding.forEach(([low, high], i) => {
    if (low >= window[i] || high >= window[i]) {
      failShape(
        operation,
        `padding ${low}, ${high} reaches past a window of ${window[i]}`,
        'Padding must be smaller than the window.',
      )
    }
  })
  return [x.shape[0], ...places, x.shape[x.shape.length - 1]]
}

const pool =
  <P extends 'maxPool' | 'sumPool'>(operation: P): TypeRule<P> =>
  ([x], attributes) => {
    if (operation === 'sumPool') expectNumbers(operation, x)
    return { dtype: x.dtype, shape: pooledShape(operation, x, attributes) }
  }

function expectNumbers(operation: string, { dtype }: TensorType): void {
  if (dtype === 'bool') failDType(operation, 'takes numbers, not bool', "Convert with cast('int32').")
}

function matchesPool(operation: string, x: TensorType, g: TensorType, attributes: WindowAttributes): void {
  const shape = pooledShape(operation, x, attributes)
  if (!sameShape(shape, g.shape)) {
    failShape(operation, `windows over ${formatShape(x.shape)} give ${formatShape(shape)}, not ${formatShape(g.shape)}`)
  }
}

export const contractionRules = {
  dot: ([a, b]) => {
    const rank = a.shape.length
    if (a.dtype !== b.dtype)
      failDType('dot', `dtypes ${a.dtype} and ${b.dtype} differ`, 'Convert one of them with cast.')
    expectNumbers('dot', a)
    if (rank < 2 || b.shape.length !== rank || !sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) {
      failShape(
        'dot',
        `batches of ${formatShape(a.shape)} and ${formatShape(b.shape)} differ`,
        'Expand them to the same batch axes.',
      )
    }
    if (a.shape[rank - 1] !== b.shape[rank - 2]) {
      failShape(
        'matmul',
        `inner sizes differ: ${formatShape(a.shape)} × ${formatShape(b.shape)}: ${a.shape[rank - 1]} ≠ ${b.shape[rank - 2]}`,
        'Did you mean to transpose one of them?',
      )
    }
    return { dtype: a.dtype, shape: [...a.shape.slice(0, -1), b.shape[rank - 1]] }
  },
  conv: ([x, kernel], { strides, padding, inputDilation, kernelDilation, groups }) => {
    const spatial = x.shape.length - 2
    if (x.dtype !== kernel.dtype)
      failDType('conv', `dtypes ${x.dtype} and ${kernel.dtype} differ`, 'Convert one of them with cast.')
    expectNumbers('conv', x)
    if (spatial < 1 || kernel.shape.length !== x.shape.length) {
      failShape(
        'conv',
        `input ${formatShape(x.shape)} and kernel ${formatShape(kernel.shape)} have different ranks`,
        'The input is [batch, …spatial, channels], the kernel […window, channels / groups, outputs].',
      )
    }
    expectCounts('conv', 'strides', strides, spatial)
    expectCounts('conv', 'inputDilation', inputDilation, spatial)
    expectCounts('conv', 'kernelDilation', kernelDilation, spatial)
    expectPadding('conv', padding, spatial)
    if (!Number.isSafeInteger(groups) || groups < 1) {
      failShape('conv', `there are ${groups} groups`, 'Give a whole number, 1 or more.')
    }
    const channels = x.shape[spatial + 1]
    const outputs = kernel.shape[spatial + 1]
    if (channels !== kernel.shape[spatial] * groups || outputs % groups !== 0) {
      failShape(
        'conv',
        `input ${formatShape(x.shape)} has ${channels} channels, but kernel ${formatShape(kernel.shape)} in ${groups} group(s) takes ${kernel.shape[spatial] * groups} and gives ${outputs}`,
        'Channels must equal kernel channels × groups, and outputs must divide into the groups. Channels come last.',
      )
    }
    const places = padding.map((pad, i) =>
      windowPlaces(dilatedSize(x.shape[i + 1], inputDilation[i]), kernel.shape[i], strides[i], pad, kernelDilation[i]),
    )
    if (places.some((n, i) => n === 0 && x.shape[i + 1] > 0)) {
      failShape(
        'conv',
        `kernel ${formatShape(kernel.shape)} is larger than the padded input ${formatShape(x.shape)}`,
        "Use a smaller kernel or padding 'same'.",
      )
    }
    return { dtype: x.dtype, shape: [x.shape[0], ...places, outputs] }
  },
  maxPool: pool('maxPool'),
  sumPool: pool('sumPool'),
  maxPoolGradient: ([x, g], attributes) => {
    expectNumbers('maxPoolGradient', g)
    matchesPool('maxPoolGradient', x, g, attributes)
    return { dtype: g.dtype, shape: x.shape }
  },
  maxPoolSelect: ([x, t], attributes) => {
    if (!sameShape(x.shape, t.shape))
      failShape('maxPoolSelect', `shapes ${formatShape(x.shape)} and ${formatShape(t.shape)} differ`)
    return { dtype: t.dtype, shape: pooledShape('maxPoolSelect', x, attributes) }
  },
  sumPoolGradient: ([g], attributes) => {
    expectNumbers('sumPoolGradient', g)
    matchesPool('sumPoolGradient', { dtype: g.dtype, shape: attributes.shape }, g, attributes)
    return { dtype: g.dtype, shape: attributes.shape }
  },
} as const satisfies { readonly [P in Primitive]?: TypeRule<P> }
