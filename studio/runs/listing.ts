import type { RunEntry } from '../../src/studio/api'
import { describedBy } from './options'

export type SortColumn = 'run' | 'state' | 'started' | 'seconds' | 'result'

export interface Order {
  readonly column: SortColumn
  readonly isRising: boolean
}

/** What a run is called in lists. */
export const nameOf = ({ label, id }: Pick<RunEntry, 'label' | 'id'>): string => label ?? id

/** The runs that fit a filter: each of its words stands in the name, the note or the state, or is `option=value`, `option>number`, `option<number`. */
export function filtered(runs: readonly RunEntry[], filter: string): readonly RunEntry[] {
  const words = filter
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return runs
  return runs.filter((run) => {
    const text = [run.id, run.name, run.title, run.label, run.note, run.state].join('\n').toLowerCase()
    return words.every((word) => {
      const [, path, sign, value] = /^([\w.]+)([=<>])(.*)$/.exec(word) ?? []
      return path === undefined ? text.includes(word) : compares(run, path, sign!, value!)
    })
  })
}

function compares(run: RunEntry, path: string, sign: string, value: string): boolean {
  const all = [
    ...describedBy(run),
    ...Object.entries(run.results).map(([name, result]) => [name, String(result)] as const),
  ]
  const found = all.filter(([name]) => name.toLowerCase() === path).map(([, text]) => text.toLowerCase())
  return found.some((text) => {
    if (sign === '=') return text === value || (value !== '' && Number(text) === Number(value))
    return sign === '<' ? Number(text) < Number(value) : Number(text) > Number(value)
  })
}

/** The value of a run by which it is compared with others: the first of what came out, unless a name is given. */
export const resultOf = ({ results }: RunEntry, name: string): number | undefined =>
  name === '' ? Object.values(results)[0] : results[name]

/** In order; runs without the value come last, and equal ones the latest first. */
export function sorted(runs: readonly RunEntry[], { column, isRising }: Order, result: string): readonly RunEntry[] {
  const key = (run: RunEntry): string | number | undefined =>
    ({
      run: () => nameOf(run).toLowerCase(),
      state: () => run.state,
      started: () => run.started,
      seconds: () => run.seconds,
      result: () => resultOf(run, result),
    })[column]()
  const keyed = runs.map((run) => ({ run, key: key(run) }))
  const sign = isRising ? 1 : -1
  keyed.sort((a, b) => {
    if (a.key !== undefined && b.key !== undefined && a.key !== b.key) return sign * (a.key < b.key ? -1 : 1)
    const missing = Number(a.key === undefined) - Number(b.key === undefined)
    return missing !== 0 ? missing : b.run.started.localeCompare(a.run.started)
  })
  return keyed.map(({ run }) => run)
}

/** The names of what came out of runs, most common first. */
export function resultNames(runs: readonly RunEntry[]): string[] {
  const counts = new Map<string, number>()
  for (const { results } of runs) for (const name of Object.keys(results)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name)
}
