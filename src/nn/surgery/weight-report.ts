import { presentAsText } from '../../core/presentation.js'
import { formatShape, type Shape } from '../../core/shape.js'

/** A variable that has got a stored value. */
export interface Match {
  readonly path: string
  /** What the value is stored as. */
  readonly name: string
  readonly shape: Shape
  /** What was done to it, in words; '' for nothing. */
  readonly change: string
}

/** A variable whose stored value does not fit. */
export interface Mismatch {
  readonly path: string
  readonly name: string
  readonly problem: string
}

/** A variable that no value is stored for. */
export interface Missing {
  readonly path: string
  /** What it should be called. */
  readonly name: string
  /** What is stored under a name like it. */
  readonly similar: string | undefined
}

/** How stored values, those of a file or a state, and the variables of a model go together. As text, a line for each. */
export class WeightReport {
  constructor(
    /** Where the values are stored, for the text. */
    readonly source: string,
    readonly matched: readonly Match[],
    readonly mismatched: readonly Mismatch[],
    readonly missing: readonly Missing[],
    /** Names of values that the model has no place for. */
    readonly unused: readonly string[],
  ) {}

  /** Whether every variable has a value, and every value a variable. */
  get complete(): boolean {
    return this.mismatched.length + this.missing.length + this.unused.length === 0
  }

  /** The lines of what did not go well. */
  get problems(): string {
    const lines = [
      ...this.mismatched.map(({ path, name, problem }) => `  ≠ ${path}: '${name}' ${problem}`),
      ...this.missing.map(({ path, name, similar }) => {
        const hint = similar === undefined ? '' : `; is it '${similar}'?`
        return `  − ${path}: there is no '${name || path}'${hint}`
      }),
      ...this.unused.map((name) => `  + '${name}' has no place in the model`),
    ]
    const more = lines.length - LISTED
    return [...lines.slice(0, LISTED), ...(more > 0 ? [`  … and ${more} more`] : [])].join('\n')
  }

  /** A line for each weight. */
  toString(): string {
    const width = Math.max(0, ...this.matched.map(({ path }) => path.length))
    const lines = this.matched.map(({ path, name, shape, change }) => {
      const how = change === '' ? '' : `, ${change}`
      return `  = ${path.padEnd(width)} ${formatShape(shape)} ← ${name === path ? 'as named' : name}${how}`
    })
    const { source, matched, mismatched, missing } = this
    const title = `${source}: ${matched.length} of ${matched.length + mismatched.length + missing.length} variables`
    return [title, ...lines, this.problems].filter(Boolean).join('\n')
  }
}

presentAsText(WeightReport.prototype)

const LISTED = 40
