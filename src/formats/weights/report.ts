import { presentAsText } from '../../core/presentation.js'
import { formatShape, type Shape } from '../../core/shape.js'

/** A variable that has its value from a file. */
export interface Match {
  readonly path: string
  /** What the file calls it. */
  readonly name: string
  readonly shape: Shape
  /** What was done to it, in words; '' for nothing. */
  readonly change: string
}

/** A variable whose value in a file does not fit. */
export interface Mismatch {
  readonly path: string
  readonly name: string
  readonly problem: string
}

/** A variable that a file has no value for. */
export interface Missing {
  readonly path: string
  /** What it should be called. */
  readonly name: string
  /** A tensor of the file that is called alike. */
  readonly similar: string | undefined
}

/** What became of the tensors of a file and the variables of a model. As text, a line for each. */
export class WeightReport {
  constructor(
    readonly file: string,
    readonly matched: readonly Match[],
    readonly mismatched: readonly Mismatch[],
    readonly missing: readonly Missing[],
    /** Names of tensors that the model has no place for. */
    readonly unused: readonly string[],
  ) {}

  /** The lines of what did not go well. */
  get problems(): string {
    const lines = [
      ...this.mismatched.map(({ path, name, problem }) => `  ≠ ${path}: '${name}' ${problem}`),
      ...this.missing.map(({ path, name, similar }) => {
        const hint = similar === undefined ? '' : `; is it '${similar}'?`
        return `  − ${path}: the file has no '${name || path}'${hint}`
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
    const title = `${this.file}: ${this.matched.length} of ${this.matched.length + this.missing.length} variables`
    return [title, ...lines, this.problems].filter(Boolean).join('\n')
  }
}

presentAsText(WeightReport.prototype)

const LISTED = 40
