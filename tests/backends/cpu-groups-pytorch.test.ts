import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { allocate, decodeAll, encodeAll } from '../../src/core/dtype.js'
import { type Shape, sizeOf } from '../../src/core/shape.js'
import { build, makeGraph } from '../../src/graph/index.js'
import type { Padding } from '../../src/graph/primitives.js'
import { gradient } from '../../src/transform/gradient.js'
import { convAttributes } from '../conformance/samples/contractions.js'
import { runOn } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

/** A row of tests/fixtures/groups.json; scripts/fixtures/groups.py says what it has. */
interface Case {
  readonly batch: number
  readonly image: Shape
  readonly window: Shape
  readonly groups: number
  readonly channels: number
  readonly outputs: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
  readonly shape: Shape
  /** Of y and of its gradients by image and kernel: Σ v, Σ v² and Σ v·((i mod 97) + 1) / 97. */
  readonly sums: readonly (readonly [number, number, number])[]
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../fixtures/groups.json', import.meta.url), 'utf8'))

function filled(shape: Shape, factor: number, modulus: number) {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => (((factor * i) % modulus) - (modulus - 1) / 2) / 16)
  return { dtype: 'float32' as const, shape, data: encodeAll('float32', values, allocate('float32', values.length)) }
}

/** The three sums, and what they are small or large against. */
function sums(values: ArrayLike<number>): { found: number[]; scales: number[] } {
  const found = [0, 0, 0]
  let size = 0
  for (let i = 0; i < values.length; i++) {
    found[0] += values[i]
    found[1] += values[i] * values[i]
    found[2] += (values[i] * ((i % 97) + 1)) / 97
    size += Math.abs(values[i])
  }
  return { found, scales: [1 + size, 1 + found[1], 1 + size] }
}

const named = cases.map((one): [string, Case] => {
  const { batch, image, window, groups, channels, outputs, stride, padding, dilation } = one
  const sizes = `${batch} of ${image.join(' × ')}, window ${window.join(' × ')}, ${groups} groups of ${channels} → ${outputs}`
  return [`${sizes}, stride ${stride}, padding ${padding}, dilation ${dilation}`, one]
})

for (const { name, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(`convolutions in groups like PyTorch's, ${name}`, () => {
    const backend = kernels && new CpuBackend(kernels)
    test.for(named)('%s', ([, one]) => {
      if (backend === undefined) return
      const everywhere = (n: number): number[] => one.image.map(() => n)
      const values = [
        filled([one.batch, ...one.image, one.groups * one.channels], 37, 41),
        filled([...one.window, one.channels, one.groups * one.outputs], 29, 31),
      ]
      const inputs = values.map(({ dtype, shape }) => build.input(dtype, shape))
      const y = build.conv(
        inputs[0],
        inputs[1],
        convAttributes(one.image.length, {
          groups: one.groups,
          strides: everywhere(one.stride),
          padding: one.image.map((): Padding => [one.padding, one.padding]),
          kernelDilation: everywhere(one.dilation),
        }),
      )
      const outputs = [y, ...gradient([y], [y], inputs).map((found, i) => found ?? build.zerosLike(inputs[i]))]
      runOn(backend, makeGraph(inputs, outputs), values).forEach(({ dtype, shape, data }, i) => {
        expect(shape).toEqual([one.shape, values[0].shape, values[1].shape][i])
        const { found, scales } = sums(decodeAll(dtype, data))
        found.forEach((sum, k) => {
          expect(Math.abs(sum - one.sums[i][k]) / scales[k]).toBeLessThan(2e-6)
        })
      })
    })
  })
}
