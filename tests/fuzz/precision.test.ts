import { backend, backendNames, setBackend } from 'shapewise'
import { afterAll, describe, expect, it } from 'vitest'
import { rounded } from '../../src/transform/precision.js'
import { type Change, check, Truth } from './check.js'
import { subjectOf } from './trial.js'

const before = backend().name
afterAll(() => setBackend(before))

// Everything that can be rounded is, however small. Truth: the same rounded graph in double precision.
describe.each(['bfloat16', 'float16'] as const)('random programs that keep values as %s', (dtype) => {
  const change: Change = (nodes) => rounded(nodes, { dtype, since: 0, isData: () => true, exact: [], fewest: 1 })

  it.runIf(backendNames().includes('native')).each([0, 60, 120, 180])('seeds from %i', { timeout: 120_000 }, (from) => {
    const failures: string[] = []
    let roundings = 0
    for (let seed = from; seed < from + 60; seed++) {
      const { text } = subjectOf(seed)
      let truth: Truth
      try {
        truth = new Truth(text, (nodes) => {
          const changed = change(nodes)
          if (changed.some((node, i) => node !== nodes[i])) roundings++
          return changed
        })
      } catch {
        continue
      }
      const failure = check(truth, { backend: 'native', compiled: false })
      if (failure !== undefined) failures.push(`${seed}: ${failure.kind}: ${failure.message}\n${text}`)
    }
    expect(failures.join('\n\n')).toBe('')
    expect(roundings).toBeGreaterThan(20)
  })
})
