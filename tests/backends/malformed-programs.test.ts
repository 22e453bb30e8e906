import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  damaged,
  damages,
  KernelProcess,
  overwrittenIndices,
  type SerializedSample,
  serializedSamples,
} from '../support/malformedPrograms.js'
import { testedKernels } from '../support/testedKernels.js'

const RUNS = 1000
const HARMLESS = ['refused', 'accepted', 'ran', 'endless']

/** Loops whose end depends on what they compute are loaded only. */
const ends = ({ op }: SerializedSample): boolean => op !== 'whileLoop'

for (const { name: build, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(build, () => {
    const process = new KernelProcess()
    let intact: readonly SerializedSample[] = []
    beforeAll(() => {
      intact = serializedSamples()
    })
    afterAll(() => process.stop())

    test('intact programs are accepted and stay within their buffers', async () => {
      for (const sample of intact) {
        expect(await process.attempt(build, sample.words, ends(sample)), sample.op).toBe(
          ends(sample) ? 'ran' : 'accepted',
        )
      }
    })

    test('indices are used as they were when they were checked', async () => {
      expect(HARMLESS).toContain(await process.attempt(build, overwrittenIndices(), true))
    })

    test.each(Object.entries(damages))('%s programs are refused or harmless', async (name, damage) => {
      const outcomes: { [outcome: string]: number } = {}
      await fc.assert(
        fc.asyncProperty(fc.nat(2 ** 30), damage, async (index, changes) => {
          const sample = intact[index % intact.length]
          const outcome = await process.attempt(build, damaged(sample.words, changes), ends(sample))
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
          expect(HARMLESS, `${sample.op}: ${outcome}`).toContain(outcome)
        }),
        { numRuns: RUNS, seed: 20_250_301 },
      )
      // What is cut off is always missed; other damage may hit a number that has any value.
      if (name === 'truncated') expect(outcomes).toEqual({ refused: RUNS })
      else expect(outcomes.refused).toBeGreaterThan(RUNS / 10)
    })
  })
}
