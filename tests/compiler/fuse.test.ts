import { describe, expect, it } from 'vitest'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import type { Instruction, Kernel, KernelGraph, Loop } from '../../src/compiler/kernels.js'
import { phasesOf } from '../../src/compiler/phases.js'
import { headOf, printKernel } from '../../src/compiler/print-kernels.js'
import { simplify } from '../../src/compiler/simplify.js'
import { build, makeGraph, type Node, type TensorType } from '../../src/graph/index.js'
import * as ops from '../../src/operations/index.js'
import { gradient } from '../../src/transform/gradient.js'

const float32 = (...shape: number[]): TensorType => ({ dtype: 'float32', shape })
const int32 = (...shape: number[]): TensorType => ({ dtype: 'int32', shape })

function fused(types: readonly TensorType[], make: (...inputs: Node[]) => Node | readonly Node[]): KernelGraph {
  const inputs = types.map(({ dtype, shape }) => build.input(dtype, shape))
  return fuse(simplify(makeGraph(inputs, [make(...inputs)].flat())))
}

const heads = ({ calls }: KernelGraph): string[] => calls.map(({ kernel }) => headOf(kernel))
const kernelOf = ({ calls }: KernelGraph): Kernel => {
  expect(calls.length).toBe(1)
  return calls[0].kernel
}
const loopOf = (graph: KernelGraph): Loop => {
  const kernel = kernelOf(graph)
  if (kernel.kind !== 'loop') throw new Error(kernel.kind)
  return kernel
}
const count = (kernel: Kernel, op: Instruction['op']): number =>
  kernel.kind === 'routine' ? 0 : kernel.instructions.filter((one) => one.op === op).length
const sweeps = (loop: Loop): number =>
  phasesOf(loop, loop.reduced).filter(({ perElement }) => perElement.length > 0).length

describe('chains', () => {
  it('become one loop with their views folded into strides', () => {
    const graph = fused([float32(4, 3), float32(4), float32(3, 4)], (x, y, z) => {
      const flipped = build.slice(x, [3, 0], [4, 3], [-1, 1])
      const column = build.expand(build.reshape(y, [4, 1]), [4, 3])
      return build.mul(build.add(flipped, column), build.permute(z, [1, 0]))
    })
    expect(printKernel(kernelOf(graph))).toBe(
      [
        'loop [4, 3]',
        '  %0 = load 0 9 + [-3, 1] : float32',
        '  %1 = load 1 [1, 0] : float32',
        '  %2 = add %0 %1 : float32',
        '  %3 = load 2 [1, 4] : float32',
        '  %4 = mul %2 %3 : float32',
        '  store 0 [3, 1] = %4',
      ].join('\n'),
    )
  })

  it('have no axes that nothing needs apart', () => {
    const graph = fused([float32(2, 3, 4), float32(4)], (x, y) =>
      build.add(build.exp(x), build.expand(build.reshape(y, [1, 1, 4]), [2, 3, 4])),
    )
    expect(headOf(kernelOf(graph))).toBe('loop [6, 4]')
  })

  it('split an axis where something inside is reshaped', () => {
    const graph = fused([float32(6), float32(3, 2)], (x, y) =>
      build.add(x, build.reshape(build.permute(y, [1, 0]), [6])),
    )
    expect(printKernel(kernelOf(graph))).toBe(
      [
        'loop [2, 3]',
        '  %0 = load 0 [3, 1] : float32',
        '  %1 = load 1 [1, 2] : float32',
        '  %2 = add %0 %1 : float32',
        '  store 0 [3, 1] = %2',
      ].join('\n'),
    )
  })

  it('store every value that is wanted, once', () => {
    const graph = fused([float32(8)], (x) => {
      const y = build.exp(x)
      return [y, build.neg(build.tanh(y))]
    })
    const { stores } = loopOf(graph)
    expect(stores.map(({ value }) => value)).toEqual([1, 3])
  })

  it('stay apart where a loop would have to wait for itself', () => {
    // The sum needs all of exp x before the product can start; rows down the columns are too far apart to sweep twice.
    const graph = fused([float32(1000, 64)], (x) => {
      const y = build.exp(x)
      return build.mul(y, build.expand(build.reshape(build.reduceSum(y, [0]), [1, 64]), [1000, 64]))
    })
    expect(heads(graph)).toEqual(['loop [64 | 1000]', 'loop [1000, 64]'])
  })

  it('are cut at 96 instructions', () => {
    const graph = fused([float32(8)], (x) =>
      Array.from({ length: 150 }).reduce<Node>((y) => build.sin(build.exp(y)), x),
    )
    const sizes = graph.calls.map(({ kernel }) => count(kernel, 'sin') + count(kernel, 'exp'))
    expect(sizes.reduce((sum, n) => sum + n)).toBe(300)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(96)
    expect(graph.calls.length).toBeLessThanOrEqual(6)
  })

  it('of any length take time in proportion', () => {
    const graph = fused([float32(8)], (x) => Array.from({ length: 20_000 }).reduce<Node>((y) => build.sin(y), x))
    const sines = graph.calls.map(({ kernel }) => count(kernel, 'sin'))
    expect(sines.reduce((sum, n) => sum + n)).toBe(20_000)
    expect(graph.calls.length).toBeLessThan(250)
  })

  it('that stay apart, with views between them that are stored, take time in proportion', () => {
    const graph = fused([{ dtype: 'uint32', shape: [2] }], (first) => {
      let key = first
      return Array.from({ length: 8000 }).reduce<Node>((sum) => {
        const [own, next] = [0, 1].map((i) => build.slice(build.randomBits(key, [2, 2]), [i, 0], [1, 2]))
        key = build.reshape(next, [2])
        return build.add(sum, build.reshape(own, [2]))
      }, first)
    })
    expect(graph.calls.length).toBeGreaterThan(8000)
  })

  it('store parts beside each other that are concatenated', () => {
    const graph = fused([float32(4, 100), float32(4, 100)], (x, y) => build.concat([build.exp(x), build.add(x, y)], 1))
    expect(printKernel(kernelOf(graph))).toBe(
      [
        'loop [4, 100]',
        '  %0 = load 0 [100, 1] : float32',
        '  %1 = exp %0 : float32',
        '  %2 = load 1 [100, 1] : float32',
        '  %3 = add %0 %2 : float32',
        '  store 0 [200, 1] = %1',
        '  store 0 100 + [200, 1] = %3',
      ].join('\n'),
    )
  })

  it('with random bits and indices in them need no memory for these', () => {
    const graph = fused([float32(10, 10), { dtype: 'uint32', shape: [2] }], (x, key) => {
      const kept = build.less(build.randomBits(key, [10, 10]), build.fill(1 << 30, [10, 10], 'uint32'))
      return build.where(kept, build.mul(x, build.iota('float32', [10, 10], 1)), build.zerosLike(x))
    })
    const loop = loopOf(graph)
    expect([count(loop, 'randomBits'), count(loop, 'iota'), count(loop, 'load')]).toEqual([1, 1, 1])
  })

  it('store an index that a reshape takes apart', () => {
    // Row-major in [3, 2] and seen as [2, 3], the index along the first axis is not linear in the new indices.
    const graph = fused([float32(2, 3)], (x) => build.add(x, build.reshape(build.iota('float32', [3, 2], 0), [2, 3])))
    expect(heads(graph)).toEqual(['loop [3, 2]', 'loop [6]'])
    const product = fused([float32(3, 2)], (x) => build.dot(x, build.reshape(build.iota('float32', [3, 2], 0), [2, 3])))
    expect(heads(product)).toEqual(['loop [3, 2]', 'contraction [3, 3] over 2'])
  })

  it('with random bits read a key that an earlier loop has computed', () => {
    const graph = fused([{ dtype: 'uint32', shape: [2] }], (key) => {
      const second = build.slice(build.randomBits(key, [4]), [2], [2])
      return build.not(build.randomBits(second, [2, 1]))
    })
    expect(graph.calls.map(({ kernel }) => printKernel(kernel)).join('\n')).toBe(
      [
        'loop [4]',
        '  %0 = randomBits 0 [1] : uint32',
        '  store 0 [1] = %0',
        'loop [2]',
        '  %0 = load 0 2 + [1] : uint32',
        '  store 0 [1] = %0',
        'loop [2]',
        '  %0 = randomBits 0 [1] : uint32',
        '  %1 = not %0 : uint32',
        '  store 0 [1] = %1',
      ].join('\n'),
    )
  })
})

describe('rows', () => {
  it('softmax is one loop of three sweeps', () => {
    const loop = loopOf(fused([float32(32, 10)], (x) => ops.softmax(x)))
    expect(headOf(loop)).toBe('loop [32 | 10]')
    expect([count(loop, 'reduceMax'), count(loop, 'reduceSum'), count(loop, 'load')]).toEqual([1, 1, 1])
    expect(sweeps(loop)).toBe(3)
  })

  it('cross-entropy with its gradient is one loop beside the mean', () => {
    const graph = fused([float32(128, 10), int32(128)], (logits, labels) => {
      const loss = ops.crossEntropy(logits, labels)
      const [slope] = gradient([loss], [build.constant(1, 'float32')], [logits])
      return [loss, slope ?? logits]
    })
    expect(heads(graph)).toEqual(['loop [128 | 10]', 'loop [| 128]'])
    const [{ kernel }] = graph.calls
    // The label is compared with the index; one outside of the classes is still an error.
    expect([count(kernel, 'index'), count(kernel, 'exp'), count(kernel, 'log')]).toEqual([1, 1, 1])
  })

  it('layer normalization is one loop, and so is its gradient', () => {
    const types = [float32(64, 256), float32(256), float32(256)]
    const loop = loopOf(fused(types, (x, scale, shift) => ops.layerNorm(x, scale, shift)))
    expect(headOf(loop)).toBe('loop [64 | 256]')
    expect([count(loop, 'reduceSum'), sweeps(loop)]).toEqual([2, 3])
    const backward = fused([...types, float32(64, 256)], (x, scale, shift, cotangent) => {
      const [slope] = gradient([ops.layerNorm(x, scale, shift)], [cotangent], [x])
      return slope ?? x
    })
    expect(heads(backward)).toEqual(['loop [64 | 256]'])
  })

  it('too long to be swept over again are left after the first sweep', () => {
    const graph = fused([float32(4, 100_000)], (x) => ops.softmax(x))
    expect(graph.calls.length).toBe(3)
  })

  it('several folds of the same rows share one pass over the data', () => {
    const graph = fused([float32(500, 16), float32(500, 16)], (x, y) => [
      build.reduceSum(x, [0]),
      build.reduceSum(build.mul(x, y), [0]),
      build.reduceMax(build.exp(y), [0]),
    ])
    const loop = loopOf(graph)
    expect(headOf(loop)).toBe('loop [16 | 500]')
    expect([sweeps(loop), count(loop, 'load')]).toEqual([1, 2])
  })

  it('batch normalization reads the data three times forward and twice backward', () => {
    const graph = fused(
      [float32(8, 6, 6, 16), float32(16), float32(16), float32(8, 6, 6, 16)],
      (x, scale, shift, g) => {
        const axes = [0, 1, 2]
        const y = ops.normalize(x, ops.mean(x, axes), ops.variance(x, axes), scale, shift)
        // The rest of a network: something that has to have the outputs before there are cotangents.
        const cotangent = build.mul(build.cumSum(y, 0), g)
        return [y, ...gradient([y], [cotangent], [x, scale, shift]).filter((node): node is Node => node !== undefined)]
      },
    )
    const loops = graph.calls.filter(({ kernel }) => kernel.kind === 'loop')
    const wide = loops.filter(({ inputs }) => inputs.some(({ shape }) => shape.length === 4))
    expect(wide.length).toBe(5)
    // Both sums that the gradient needs come from one of them.
    const sums = wide.map(({ kernel }) => count(kernel, 'reduceSum'))
    expect(sums.filter((n) => n > 0).length).toBe(3)
  })

  it('takes factors out of sums, and finds that they are the same then', () => {
    const loop = loopOf(
      fused([float32(32, 8), float32(32)], (x, y) => {
        const column = build.expand(build.reshape(y, [32, 1]), [32, 8])
        return [build.reduceSum(build.mul(x, column), [1]), build.reduceSum(build.neg(x), [1])]
      }),
    )
    expect(count(loop, 'reduceSum')).toBe(1)
  })
})

describe('products', () => {
  it('take bias and activation behind them', () => {
    const graph = fused([float32(32, 20), float32(20, 10), float32(10)], (x, w, b) =>
      ops.relu(ops.add(ops.matmul(x, w), b)),
    )
    expect(printKernel(kernelOf(graph))).toBe(
      [
        'contraction [32, 10] over 20',
        '  %0 = product : float32',
        '  %1 = load 0 [0, 1] : float32',
        '  %2 = add %0 %1 : float32',
        '  %3 = constant 0 : float32',
        '  %4 = max %2 %3 : float32',
        '  store 0 [10, 1] = %4',
      ].join('\n'),
    )
  })

  it('take a residual behind them, also through a reshape', () => {
    const graph = fused([float32(4, 8, 20), float32(20, 10), float32(10), float32(4, 8, 10)], (x, w, b, r) => {
      const rows = build.dot(build.reshape(x, [32, 20]), w)
      return ops.add(ops.add(build.reshape(rows, [4, 8, 10]), b), r)
    })
    const kernel = kernelOf(graph)
    expect([headOf(kernel), count(kernel, 'add')]).toEqual(['contraction [32, 10] over 20', 2])
  })

  it('read transposed operands where they lie', () => {
    const graph = fused([float32(20, 32), float32(10, 20)], (x, w) =>
      build.dot(build.permute(x, [1, 0]), build.permute(w, [1, 0])),
    )
    const kernel = kernelOf(graph)
    if (kernel.kind !== 'contraction') throw new Error(kernel.kind)
    expect([kernel.left.strides, kernel.right.strides]).toEqual([
      [1, 32],
      [1, 20],
    ])
  })

  it('attention heads are strides of the batch', () => {
    const graph = fused([float32(2, 5, 12), float32(2, 5, 12)], (q, k) => {
      const split = (x: Node, axes: readonly number[]) => build.permute(build.reshape(x, [2, 5, 3, 4]), axes)
      return build.dot(split(q, [0, 2, 1, 3]), split(k, [0, 2, 3, 1]))
    })
    const kernel = kernelOf(graph)
    if (kernel.kind !== 'contraction') throw new Error(kernel.kind)
    expect(kernel.sizes).toEqual([2, 3, 5, 5])
    expect([kernel.left.strides, kernel.right.strides]).toEqual([
      [60, 4, 12, 1],
      [60, 4, 1, 12],
    ])
  })

  it('take the update of a parameter with them', () => {
    const graph = fused([float32(32, 20), float32(32, 10), ...[1, 2, 3].map(() => float32(20, 10))], (x, g, p, m, v) =>
      adam(p, m, v, build.dot(build.permute(x, [1, 0]), g)),
    )
    expect(heads(graph)).toEqual(['contraction [20, 10] over 32'])
  })

  it('leave code with many operands to a loop of its own', () => {
    const others = [1, 2, 3, 4, 5].map(() => float32(20, 10))
    const graph = fused([float32(20, 32), float32(32, 10), ...others], (x, y, ...more) =>
      more.reduce((sum, one) => build.mul(build.exp(sum), one), build.dot(x, y)),
    )
    expect(heads(graph)).toEqual(['contraction [20, 10] over 32', 'loop [200]'])
  })

  it('leave what is only folded to the loop of the fold', () => {
    const graph = fused([float32(20, 32), float32(32, 10), float32(20, 10)], (x, y, other) => {
      const product = build.dot(x, y)
      return [product, build.reduceSum(build.mul(product, other), [0])]
    })
    expect(heads(graph)).toEqual(['contraction [20, 10] over 32', 'loop [10 | 20]'])
  })

  it.each([
    ['stride 1, same', { padding: 'same' }],
    ['stride 2', { stride: 2 }],
    ['dilation 2', { dilation: 2 }],
    ['two groups', { groups: 2 }],
  ] as [string, ops.ConvOptions][])('convolutions have gradients in the shape of the forward one: %s', (_, options) => {
    const { groups = 1 } = options
    const graph = fused([float32(2, 9, 8, 4), float32(3, 3, 4 / groups, 6)], (x, w) => {
      const y = ops.conv(x, w, options)
      return [y, ...gradient([y], [build.onesLike(y)], [x, w]).filter((node): node is Node => node !== undefined)]
    })
    const found = graph.calls.flatMap(({ kernel }) => (kernel.kind === 'convolution' ? [kernel] : []))
    expect(found.map(({ direction }) => direction).sort()).toEqual(['forward', 'inputGradient', 'kernelGradient'])
    const [forward] = found.filter(({ direction }) => direction === 'forward')
    for (const { direction, strides, dilation, extents } of found) {
      expect([strides, dilation]).toEqual([forward.strides, forward.dilation])
      expect(extents.window).toEqual(forward.extents.window)
      expect([extents.channels, extents.outputs, extents.groups]).toEqual([
        forward.extents.channels,
        forward.extents.outputs,
        forward.extents.groups,
      ])
      // What no window reaches may be cut off.
      if (direction === 'inputGradient') expect(extents.image).toEqual(forward.extents.image)
    }
  })
})

/** One step of Adam (Kingma and Ba, 2015) without bias correction. */
function adam(p: Node, m: Node, v: Node, g: Node): Node[] {
  const first = ops.add(ops.mul(m, 0.9), ops.mul(g, 0.1))
  const second = ops.add(ops.mul(v, 0.999), ops.mul(ops.mul(g, g), 0.001))
  return [ops.sub(p, ops.mul(ops.div(first, ops.add(ops.sqrt(second), 1e-8)), 1e-3)), first, second]
}

describe('updates', () => {
  it('are one loop per parameter, in place', () => {
    const shapes = [float32(20, 10), float32(10)]
    const types = shapes.flatMap((type) => [type, type, type, type])
    const graph = fused(types, (p, m, v, g, p2, m2, v2, g2) => [...adam(p, m, v, g), ...adam(p2, m2, v2, g2)])
    expect(heads(graph)).toEqual(['loop [200]', 'loop [10]'])
    const plan = planKernels(graph, new Set([0, 1, 2, 4, 5, 6]))
    expect(plan.reuse).toEqual([0, 1, 2, 4, 5, 6])
    expect(plan.arenaBytes).toBe(0)
  })

  it('wait for everything else that reads the parameter', () => {
    const types = [float32(10, 10), float32(10, 10), float32(10, 10)]
    const graph = fused(types, (w, x, g) => [ops.sub(w, ops.mul(g, 0.1)), ops.matmul(x, w)])
    expect(heads(graph)).toEqual(['contraction [10, 10] over 10', 'loop [100]'])
    expect(planKernels(graph, new Set([0])).reuse).toEqual([0, undefined])
  })
})

describe('in place', () => {
  const donate = (graph: KernelGraph) => planKernels(graph, new Set(graph.graph.inputs.keys())).reuse

  it('an element is overwritten only by what is computed from it', () => {
    expect(donate(fused([float32(4, 4)], (x) => build.exp(x)))).toEqual([0])
    expect(donate(fused([float32(4, 4)], (x) => build.exp(build.permute(x, [1, 0]))))).toEqual([undefined])
    expect(donate(fused([float32(4, 4)], (x) => build.add(x, build.permute(x, [1, 0]))))).toEqual([undefined])
  })

  it('an element that a later sweep reads again is not overwritten by an earlier one', () => {
    // exp x is stored in the first sweep; the second needs x once more.
    const graph = fused([float32(4, 8)], (x) => {
      const y = build.exp(x)
      const sum = build.expand(build.reshape(build.reduceSum(y, [1]), [4, 1]), [4, 8])
      return [y, build.mul(x, sum)]
    })
    expect(graph.calls.length).toBe(1)
    expect(donate(graph)).toEqual([undefined, 0])
  })

  it('a row that a later sweep reads again is not overwritten', () => {
    const rows = (x: Node): Node => build.expand(build.reshape(x, [4, 1]), [4, 8])
    const graph = fused([float32(4, 8), float32(4)], (x, r) => {
      const mean = build.reduceSum(x, [1])
      const centred = build.sub(x, rows(mean))
      return [
        build.add(r, mean),
        build.mul(rows(r), build.exp(rows(build.reduceSum(build.mul(centred, centred), [1])))),
      ]
    })
    expect(graph.calls.length).toBe(1)
    expect(donate(graph)[0]).toBeUndefined()
  })

  it('an element that is also stored or summed as it is stays', () => {
    // What the kernels copy without computing they read last.
    expect(donate(fused([float32(4)], (x) => [build.exp(x), build.slice(x, [3], [4], [-1])]))).toEqual([
      undefined,
      undefined,
    ])
    // Backwards along an axis of one element.
    const unmoved = (x: Node): Node => build.slice(x, [0, 0], [4, 1], [1, -1])
    expect(donate(fused([float32(4, 1)], (x) => [build.exp(x), unmoved(x)]))).toEqual([undefined, 0])
    const summed = fused([float32(32, 16)], (x) => [build.exp(x), build.reduceSum(x, [1])])
    expect(summed.calls.length).toBe(1)
    expect(donate(summed)).toEqual([undefined, undefined])
  })

  it('a running average of rows is updated', () => {
    const graph = fused([float32(4, 8), float32(4)], (x, average) =>
      build.add(build.mul(average, build.fill(0.9, [4], 'float32')), build.reduceSum(x, [1])),
    )
    expect(graph.calls.length).toBe(1)
    expect(donate(graph)).toEqual([1])
  })

  it('a fold takes the place of nothing that its own sweep reads', () => {
    const graph = fused([float32(4, 8), float32(4)], (x, r) =>
      build.reduceSum(build.exp(build.mul(x, build.expand(build.reshape(r, [4, 1]), [4, 8]))), [1]),
    )
    expect(graph.calls.length).toBe(1)
    expect(donate(graph)).toEqual([undefined])
  })

  it('operands of a product stay', () => {
    expect(donate(fused([float32(4, 4), float32(4, 4)], (x, y) => build.dot(x, y)))).toEqual([undefined])
  })
})

describe('recomputation', () => {
  it('makes cheap values again instead of storing them', () => {
    // x − y is needed on both sides of a product, and both x and y are there.
    const graph = fused([float32(64, 64), float32(64), float32(64, 64)], (x, y, w) => {
      const difference = build.sub(x, build.expand(build.reshape(y, [1, 64]), [64, 64]))
      const g = build.dot(build.tanh(difference), w)
      return build.mul(g, difference)
    })
    expect(graph.calls.map(({ outputs }) => outputs.length)).toEqual([1, 1])
    const [, { kernel }] = graph.calls
    expect(count(kernel, 'sub')).toBe(1)
  })

  it('keeps expensive ones', () => {
    const graph = fused([float32(64, 64), float32(64, 64)], (x, w) => {
      const y = build.tanh(x)
      return build.mul(build.dot(build.neg(y), w), y)
    })
    expect(graph.calls.reduce((sum, { kernel }) => sum + count(kernel, 'tanh'), 0)).toBe(1)
  })
})
