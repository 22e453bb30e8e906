import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import { plan } from '../../src/compiler/plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import { type DType, encodeAll } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import * as ops from '../../src/operations/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { expectSame } from '../support/compareElements.js'
import { evaluateKernels } from '../support/evaluateKernels.js'

/** A network under construction: its parameters and the rest of its inputs. */
class Network {
  readonly parameters: Node<'input'>[] = []
  readonly inputs: Node<'input'>[] = []
  readonly updates: Node[] = []

  parameter(...shape: number[]): Node {
    return this.#input(this.parameters, 'float64', shape)
  }

  input(dtype: DType, ...shape: number[]): Node {
    return this.#input(this.inputs, dtype, shape)
  }

  #input(list: Node<'input'>[], dtype: DType, shape: number[]): Node {
    const node = build.input(dtype, shape)
    list.push(node)
    return node
  }

  dense(x: Node, outputs: number): Node {
    return ops.add(ops.matmul(x, this.parameter(x.shape[x.rank - 1], outputs)), this.parameter(outputs))
  }

  batchNorm(x: Node): Node {
    const channels = x.shape[x.rank - 1]
    const axes = [0, 1, 2]
    const running = this.input('float64', channels)
    const mean = ops.mean(x, axes)
    this.updates.push(ops.add(ops.mul(running, 0.9), ops.mul(mean, 0.1)))
    return ops.normalize(x, mean, ops.variance(x, axes), this.parameter(channels), this.parameter(channels))
  }
}

/** A step with momentum, fused and planned over donated parameters, against plain interpretation. */
function check(make: (network: Network) => Node, atMost: number): void {
  const network = new Network()
  const loss = make(network)
  const { parameters, inputs, updates } = network
  const slopes = gradient([loss], [build.onesLike(loss)], parameters)
  const momenta = parameters.map(({ shape }) => build.input('float64', shape))
  const steps = parameters.flatMap((parameter, i) => {
    const momentum = ops.add(ops.mul(momenta[i], 0.9), slopes[i] ?? 0)
    return [ops.sub(parameter, ops.mul(momentum, 0.1)), momentum]
  })
  const all = [...inputs, ...parameters, ...momenta]
  const graph = makeGraph(all, [loss, ...updates, ...steps])
  const random = new RandomStream(5)
  const values = all.map(({ dtype, shape }) => {
    const draw = () => (dtype === 'int32' ? random.integer(5) : random.uniform(-0.5, 0.5))
    return { dtype, shape, data: encodeAll(dtype, Array.from({ length: sizeOf(shape) }, draw)) }
  })
  const simplified = simplify(graph)
  const donated = new Set(all.keys())
  const kernels = planKernels(fuse(simplified), donated)
  expectSame(evaluateKernels(kernels, values), interpret(graph, values), 100)
  expect(kernels.steps.length).toBeLessThanOrEqual(atMost)
  expect(kernels.steps.length).toBeLessThan(plan(simplified).steps.length / 4)
  // What is large is updated in place. A scale may be updated by a loop before the last one that reads it.
  const isLarge = ({ shape }: Node): boolean => shape.length > 1
  kernels.graph.outputs.slice(1 + updates.length).forEach((output, i) => {
    if (isLarge(output)) expect(kernels.reuse[1 + updates.length + i], `update ${i}`).toBeDefined()
  })
}

describe('a step of training, fused', () => {
  it('of a perceptron', () => {
    check((network) => {
      const x = network.input('float64', 32, 12)
      const hidden = ops.relu(network.dense(ops.tanh(network.dense(x, 20)), 16))
      return ops.crossEntropy(network.dense(hidden, 5), network.input('int32', 32))
    }, 17)
  })

  it('of a residual network with batch normalization and strides', () => {
    check((network) => {
      const conv = (x: Node, outputs: number, window: number, stride = 1): Node =>
        ops.conv(x, network.parameter(window, window, x.shape[3], outputs), { padding: 'same', stride })
      const x = network.input('float64', 4, 8, 8, 3)
      const first = ops.relu(network.batchNorm(conv(x, 6, 3)))
      const inner = network.batchNorm(conv(ops.relu(network.batchNorm(conv(first, 8, 3, 2))), 8, 3))
      const second = ops.relu(ops.add(inner, network.batchNorm(conv(first, 8, 1, 2))))
      const pooled = ops.mean(second, [1, 2])
      return ops.crossEntropy(network.dense(pooled, 5), network.input('int32', 4))
    }, 60)
  })

  it('of a transformer block', () => {
    const [batch, time, width, heads] = [2, 6, 16, 4]
    check((network) => {
      const norm = (x: Node): Node => ops.layerNorm(x, network.parameter(width), network.parameter(width))
      const split = (x: Node): Node =>
        build.permute(build.reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3])
      const x = network.input('float64', batch, time, width)
      const normal = norm(x)
      const [q, k, v] = [1, 2, 3].map(() => split(network.dense(normal, width)))
      const scores = ops.softmax(ops.mul(ops.matmul(q, build.permute(k, [0, 1, 3, 2])), 0.5))
      const mixed = build.reshape(build.permute(ops.matmul(scores, v), [0, 2, 1, 3]), [batch, time, width])
      const residual = ops.add(x, network.dense(mixed, width))
      const out = ops.add(residual, network.dense(ops.gelu(network.dense(norm(residual), 32)), width))
      return ops.crossEntropy(network.dense(out, 5), network.input('int32', batch, time))
    }, 60)
  })

  it('of a gated recurrent network over time', () => {
    const [batch, time, width] = [4, 3, 64]
    check((network) => {
      const start = network.input('float64', batch, width)
      const sequence = network.input('float64', time, batch, 5)
      const weights = [network.parameter(5, 3 * width), network.parameter(width, 3 * width)]
      const types = [start.shape, [batch, 5], ...weights.map(({ shape }) => shape)]
      const inner = types.map((shape) => build.input('float64', shape))
      const [h, x, ofInput, ofState] = inner
      const gates = ops.add(ops.matmul(x, ofInput), ops.matmul(h, ofState))
      const gate = (i: number): Node => build.slice(gates, [0, i * width], [batch, width], [1, 1])
      const kept = ops.sigmoid(gate(0))
      const next = ops.add(ops.mul(kept, h), ops.mul(ops.sigmoid(gate(1)), ops.tanh(gate(2))))
      const body = makeGraph(inner, [next])
      const [last] = build.scan([start, sequence, ...weights], {
        body,
        carries: 1,
        sequences: 1,
        length: time,
        reverse: false,
      })
      return ops.crossEntropy(network.dense(last, 5), network.input('int32', batch))
    }, 20)
  })
})
