/** A row of a table that translates: expressions of another library, and those of Shapewise that stand for them. */
export interface Row {
  /** Where it stands in the page, counted from 1. */
  readonly line: number
  readonly theirs: readonly string[]
  readonly ours: readonly string[]
  /** What layers of the row are applied to, if it is said. */
  readonly takes: string | undefined
  /** What is written beside it, if there are words. */
  readonly words: string
}

/** A pair of expressions to be compared; no name of theirs where the other library has none. */
export interface Pair {
  readonly line: number
  readonly theirs: string | undefined
  readonly ours: string
  readonly takes: string | undefined
}

const cells = (line: string): string[] =>
  line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

/** What stands in back quotes in a cell. */
export const codeOf = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code)

/** The rows of all tables whose second column is Shapewise. */
export function rowsOf(text: string): Row[] {
  const rows: Row[] = []
  let header: readonly string[] | undefined
  text.split('\n').forEach((line, i) => {
    if (!line.startsWith('|')) {
      header = undefined
      return
    }
    const parts = cells(line)
    if (header === undefined) {
      header = parts
      return
    }
    if (header[1] !== 'Shapewise' || /^[-: ]+$/.test(parts[0])) return
    const at = header.indexOf('takes')
    const [takes] = at < 0 ? [] : codeOf(parts[at] ?? '')
    const words = parts.filter((_, k) => k > 1 && k !== at).join(' ')
    rows.push({ line: i + 1, theirs: codeOf(parts[0]), ours: codeOf(parts[1]), takes, words })
  })
  return rows
}

/** Which expressions are compared: one with one in their order, or one with all. */
export function pairsOf({ line, theirs, ours, takes }: Row): Pair[] {
  if (ours.length === 0) return []
  if (theirs.length === 0) return ours.map((code) => ({ line, theirs: undefined, ours: code, takes }))
  const count = Math.max(theirs.length, ours.length)
  for (const list of [theirs, ours]) {
    if (list.length !== 1 && list.length !== count) {
      throw new Error(`line ${line}: ${theirs.length} expressions stand beside ${ours.length}`)
    }
  }
  return Array.from({ length: count }, (_, i) => ({
    line,
    theirs: theirs[theirs.length === 1 ? 0 : i],
    ours: ours[ours.length === 1 ? 0 : i],
    takes,
  }))
}

const nameOf = (code: string): string[] => {
  const given = /^const (?:(\w+)|[[{]([^\]}]*)[\]}]) =/.exec(code)
  return given === null ? [] : (given[1] ?? given[2]).split(',').map((name) => name.trim())
}

/** The definitions (`const x = …`) above a row that its code needs, in their order. */
export function definitionsFor(code: string, above: readonly string[]): string[] {
  const needed = new Set(code.match(/\w+/g))
  const chosen: string[] = []
  const own = new Set(nameOf(code))
  for (const definition of [...above].reverse()) {
    const names = nameOf(definition).filter((name) => needed.has(name) && !own.has(name))
    if (names.length === 0) continue
    chosen.unshift(definition)
    for (const name of nameOf(definition)) own.add(name)
    for (const name of definition.match(/\w+/g) ?? []) needed.add(name)
  }
  return chosen
}

export const isDefinition = (code: string): boolean => nameOf(code).length > 0

/** A function that gives the value of a row, on one line. */
export function rowFunction({ ours, takes }: Pair, above: readonly string[]): string {
  const definitions = definitionsFor(`${ours} ${takes ?? ''}`, above)
  const [name] = nameOf(ours)
  const end = ours.lastIndexOf('; ')
  const statements = name === undefined ? (end < 0 ? '' : ours.slice(0, end)) : ours
  const value = name ?? ours.slice(end < 0 ? 0 : end + 2)
  const result = `return { value: ${value}, takes: [${takes ?? ''}] }`
  return `async () => { ${[...definitions, statements, result].filter(Boolean).join('; ')} },`
}
