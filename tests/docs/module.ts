import type { Snippet } from './extract.js'
import { preludes } from './preludes.js'

/** The names that each entry of the package exports, types among them. */
export type Exports = ReadonlyMap<string, readonly string[]>

/** Where the names of a snippet come from, the nearest first: a docstring sees its own floor without a prefix. */
function entriesFor(file: string): string[] {
  const floor = /^src\/(\w+)\//.exec(file)?.[1] ?? ''
  if (floor === 'operations') return ['../../../src/operations/index.js']
  const own = floor === '' || floor === 'tensor' ? [] : [`shapewise/${floor}`]
  const others = ['', '/optim', '/train', '/data', '/distributions', '/formats'].map((entry) => `shapewise${entry}`)
  return [...new Set([...own, ...others])]
}

/** What a comment behind a statement says of its value, as code. */
export interface Claim {
  readonly code: string
  /** `[128, 784] → [128, 10]`: only its shape. */
  readonly isShape: boolean
}

/** The claim in a comment; undefined for words. */
export function claimOf(comment: string): Claim | undefined {
  const shape = /→ (\[[\d, ]*\])$/.exec(comment)?.[1]
  if (shape !== undefined) return { code: shape, isShape: true }
  const literal = /^(-?[\d.]+|true|false|\[.*\]|\{.*\}|'[^']*')$/.exec(comment)?.[1]
  return literal === undefined ? undefined : { code: literal, isShape: false }
}

/** The snippet as a function, with its claims as calls of `check`. */
function withChecks(code: string, line: number): string {
  return code
    .split('\n')
    .map((text, i) => {
      const parts = /^(?:(const (\w+) = )?(.*?\S))\s+\/\/ (.*)$/.exec(text)
      if (parts === null || /^\s/.test(text)) return text
      const [, , name, expression, comment] = parts
      const claim = claimOf(comment.trim())
      if (claim === undefined) return text
      const rest = `${claim.code}, ${claim.isShape}, ${line + i}`
      if (name !== undefined) return `const ${name} = ${expression}; await check(${name}, ${rest})`
      // The end of a statement of several lines has no value of its own.
      return /^[)\]}]|^(const|let|return)\b/.test(expression) ? text : `await check(${expression}, ${rest})`
    })
    .join('\n')
}

/** Whether code has a `const` of a name, alone or in a pattern. */
const declares = (code: string, name: string): boolean =>
  new RegExp(`\\bconst (${name}\\b|[[{][^\\]}=]*\\b${name}\\b[^=]*[\\]}] =)`).test(code)

const importLine = /^ *import .*$/gm

/** The imports of code: its own, and those of what it mentions besides. */
function importsFor(file: string, given: string, code: string, exports: Exports): string[] {
  const own = [...code.matchAll(importLine), ...given.matchAll(importLine)].map(([text]) => text.trim())
  const prelude = given.replace(importLine, '')
  const mentioned = new Set(
    `${prelude}\n${code.replace(importLine, '')}`.replace(/'[^'\n]*'/g, '').match(/[A-Za-z_]\w*/g),
  )
  const taken = new Set(own.join('\n').match(/\w+/g))
  const lines = [...new Set(own)]
  for (const entry of entriesFor(file)) {
    const names = (exports.get(entry) ?? []).filter((name) => mentioned.has(name) && !taken.has(name))
    for (const name of names) taken.add(name)
    const missing = names.filter((name) => !declares(prelude, name))
    if (missing.length > 0) lines.push(`import { ${missing.join(', ')} } from '${entry}'`)
  }
  for (const entry of ['nn', 'metrics', 'distributions']) {
    if (mentioned.has(entry) && !taken.has(entry)) lines.push(`import * as ${entry} from 'shapewise/${entry}'`)
  }
  return lines
}

/** Code with the imports of what it mentions. */
export const withImports = (file: string, code: string, exports: Exports): string =>
  [`// ${file}`, ...importsFor(file, '', code, exports), code].join('\n')

/** A module that exports the snippet as a function, with what it needs imported and declared. */
export function moduleFor({ file, line, code }: Snippet, exports: Exports): string {
  const given = preludes[file] ?? ''
  return [
    `// ${file}:${line}`,
    ...importsFor(file, given, code, exports),
    'type Check = (value: unknown, claim: unknown, isShape: boolean, line: number) => Promise<void>',
    'export async function run(check: Check): Promise<void> {',
    given.replace(importLine, ''),
    '{',
    withChecks(code.replace(importLine, '').replace(/^export /gm, ''), line),
    '}',
    '}',
    '',
  ].join('\n')
}
