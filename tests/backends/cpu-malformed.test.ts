import { describe, expect, test } from 'vitest'
import { serialize } from '../../src/backends/cpu/serialize.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, makeGraph, primitives } from '../../src/graph/index.js'
import { samples } from '../conformance/samples.js'
import { testedKernels } from '../support/testedKernels.js'

/** Programs of all samples. */
function programs(): Int32Array[] {
  return primitives
    .flatMap((op) => samples[op])
    .map((sample) => {
      const inputs = sample.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
      const graph = simplify(makeGraph(inputs, [sample.build(inputs)].flat()))
      return serialize(planKernels(fuse(graph))).words
    })
}

function damaged(words: Int32Array, random: RandomStream): Int32Array {
  const copy = words.slice()
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const at = random.integer(copy.length)
    const others = [copy[at] + 1, copy[at] - 1, -1, 0x7fffffff, random.integer(16), copy[random.integer(copy.length)]]
    copy[at] = others[random.integer(others.length)]
  }
  return random.integer(20) === 0 ? copy.slice(0, random.integer(copy.length)) : copy
}

for (const { name, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(name, () => {
    if (kernels === undefined) return
    test('programs that end too early are refused', () => {
      const [first] = programs()
      for (let length = 0; length < first.length; length++) {
        expect(kernels.load(first.slice(0, length))).toEqual(expect.any(String))
      }
      expect(kernels.load(first)).not.toEqual(expect.any(String))
    })

    test('words left over are refused', () => {
      const [first] = programs()
      expect(kernels.load(Int32Array.of(...first, 0))).toEqual(expect.any(String))
    })

    test('damaged programs are refused where a bound or a type is broken', () => {
      const random = new RandomStream(1)
      const intact = programs()
      let refused = 0
      for (let i = 0; i < 20_000; i++) {
        const words = damaged(intact[random.integer(intact.length)], random)
        if (typeof kernels.load(words) === 'string') refused++
      }
      // The others differ in something that may be anything: a constant, or which of two operations it is.
      expect(refused).toBeGreaterThan(10_000)
    })
  })
}
