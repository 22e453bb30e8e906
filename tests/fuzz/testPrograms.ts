import { expect, it } from 'vitest'
import type { Candidate } from './check.js'
import { trial } from './trial.js'

/** How many programs one test runs, so that a failure says about where it is. */
const PER_TEST = 50

/** Declares tests of the programs of so many seeds; `candidates` says how each is run. */
export function testPrograms(first: number, count: number, candidates: (seed: number) => readonly Candidate[]): void {
  for (let from = first; from < first + count; from += PER_TEST) {
    it(`of the seeds from ${from}`, { timeout: 120_000 }, () => {
      const reports: string[] = []
      let legal = 0
      for (let seed = from; seed < from + PER_TEST && reports.length < 3; seed++) {
        const { failure, illegal } = trial(seed, candidates(seed), { milliseconds: 10_000 })
        if (illegal === undefined) legal++
        if (failure !== undefined) reports.push(failure.snippet)
      }
      expect(reports.join('\n')).toBe('')
      expect(legal).toBeGreaterThan(PER_TEST * 0.9)
    })
  }
}
