/** What a run was given, as flat rows: `optimizer.momentum`, `layers.0`. */
export type FlatOptions = ReadonlyMap<string, string>

/** Nested values by their paths; texts as they are, anything else as JSON. */
export function flatten(options: Readonly<Record<string, unknown>>, before = ''): Map<string, string> {
  const rows = new Map<string, string>()
  for (const [name, value] of Object.entries(options)) {
    const path = before === '' ? name : `${before}.${name}`
    const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    if (isNested) for (const row of flatten(value as Readonly<Record<string, unknown>>, path)) rows.set(...row)
    else if (value !== undefined) rows.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return rows
}

interface Described {
  readonly name: string
  readonly seed?: number
  readonly options: Readonly<Record<string, unknown>>
  readonly environment?: object
}

/** All that distinguishes runs: the recipe, the seed, options and surroundings; how they were called only says the same again. */
export const describedBy = ({ name, seed, options, environment }: Described): Map<string, string> =>
  flatten({ recipe: name, ...options, seed, surroundings: { ...environment, command: undefined } })

export interface Difference {
  readonly path: string
  /** What each run has, in their order; undefined where it has nothing of the name. */
  readonly values: readonly (string | undefined)[]
  readonly differs: boolean
}

/** Rows of all paths that any of the runs has, in their order, with those that differ marked. */
export function differences(runs: readonly Described[]): Difference[] {
  const flat = runs.map(describedBy)
  const paths = [...new Set(flat.flatMap((rows) => [...rows.keys()]))]
  return paths.map((path) => {
    const values = flat.map((rows) => rows.get(path))
    return { path, values, differs: new Set(values).size > 1 }
  })
}

/** Paths whose values differ among runs: what they can be coloured by. */
export const distinguishing = (runs: readonly Described[]): string[] =>
  differences(runs).flatMap(({ path, differs }) => (differs ? [path] : []))
