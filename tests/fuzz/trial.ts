import { type Candidate, check, type Failure, Truth } from './check.js'
import { generate } from './generate.js'
import { header } from './library.js'
import { generateNetwork } from './networks.js'
import { type Subject, shrink } from './subject.js'

/** What became of one program. */
export interface Trial {
  readonly seed: number
  /** Why it is not a program; it does not count. */
  readonly illegal?: string
  readonly failure?: Report
}

/** A failure with the smallest program found that shows it. */
export interface Report {
  readonly seed: number
  /** Failures of the same kind have the same. */
  readonly kind: string
  readonly summary: string
  /** A program of its own, with what is expected. */
  readonly snippet: string
}

/** Every sixteenth seed is a network with an optimizer, the others are programs of random operations. */
export const subjectOf = (seed: number, length?: number): Subject =>
  seed % 16 === 15 && length === undefined ? generateNetwork(seed) : generate(seed, length)

/** Messages that say the same of different programs. */
const kindOf = ({ kind, message }: Failure): string =>
  kind === 'error'
    ? message
        .replace(/[\d.]+/g, '#')
        .slice(0, 60)
        .trim()
    : kind

/** Runs the program of a seed in several ways and compares. */
export function trial(
  seed: number,
  candidates: readonly Candidate[],
  { milliseconds = 20_000, length }: { readonly milliseconds?: number; readonly length?: number } = {},
): Trial {
  const subject = subjectOf(seed, length)
  if (subject.text === '') return { seed, illegal: 'nothing computed' }
  let truth: Truth
  try {
    truth = new Truth(subject.text)
  } catch (error) {
    return { seed, illegal: `${subject.form}: ${String(error)}` }
  }
  for (const candidate of candidates) {
    const failure = check(truth, candidate)
    if (failure !== undefined) return { seed, failure: reportOf(seed, subject, failure, milliseconds) }
  }
  return { seed }
}

function reportOf(seed: number, subject: Subject, failure: Failure, milliseconds: number): Report {
  const wanted = kindOf(failure)
  let last = failure
  const fails = (next: Subject): boolean => {
    try {
      const found = check(new Truth(next.text), failure.candidate)
      if (found === undefined || kindOf(found) !== wanted) return false
      last = found
      return true
    } catch {
      return false
    }
  }
  const { text, operations, form } = shrink(subject, fails, milliseconds)
  const { backend, compiled } = failure.candidate
  const mode = `${backend}, ${compiled ? 'compiled' : 'uncompiled'}`
  const kind =
    failure.kind === 'error'
      ? wanted
      : `${wanted} ${operations.length > 0 ? [...new Set(operations)].sort().slice(0, 5).join(' ') : form}`
  const shown = last.expected === undefined ? '' : `// expected: ${last.expected}\n// found:    ${last.found}\n`
  return {
    seed,
    kind,
    summary: `${seed} ${mode}, ${form}: ${last.message.slice(0, 160)} [${operations.join(' ')}]`,
    snippet: `// Seed ${seed}, ${mode}: ${last.message}\n${shown}${header(text)}\n${text}\n`,
  }
}
