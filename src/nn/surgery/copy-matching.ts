import { expectFunction } from '../../core/arguments.js'
import { alignColumns } from '../../core/columns.js'
import { cureFor, describe } from '../../core/describe.js'
import { type DType, isFloat } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { presentAsText } from '../../core/presentation.js'
import { formatShape, type Shape, sameShape, sizeOf } from '../../core/shape.js'
import { isPlainObject } from '../../core/tree.js'
import { tensor } from '../../tensor/create.js'
import type { Variable } from '../../tensor/variable.js'
import { Module } from '../module.js'
import type { State, StoredValue } from '../state.js'

export interface CopyMatchingOptions {
  /** The path in the model of a stored value, by its own; null for what is to be left out. */
  readonly rename?: (path: string) => string | null
  /** Whether it is an error, and nothing is changed, if anything is missing, unexpected or of another shape; false. */
  readonly strict?: boolean
}

/** What a value is like. */
export interface ValueType {
  readonly dtype: DType
  readonly shape: Shape
}

/** How stored values and the variables of a model go together; as text a list of what does not. */
export class Matching {
  constructor(
    /** The variables that have got their values, and the paths that these are stored under. */
    readonly matched: readonly { readonly path: string; readonly stored: string }[],
    /** Variables that there is no value for. */
    readonly missing: readonly { readonly path: string; readonly expected: ValueType }[],
    /** Stored values that there is no variable for, by the paths that they are stored under. */
    readonly unexpected: readonly { readonly stored: string; readonly given: ValueType }[],
    /** Variables whose values have another shape or dtype. */
    readonly mismatched: readonly {
      readonly path: string
      readonly stored: string
      readonly expected: ValueType
      readonly given: ValueType
    }[],
  ) {}

  /** Whether every variable has a value, and every value a variable. */
  get complete(): boolean {
    return this.missing.length + this.unexpected.length + this.mismatched.length === 0
  }

  /** A line for what was copied, and one for each thing that was not. */
  toString(): string {
    const { matched, missing, mismatched, unexpected } = this
    const variables = matched.length + missing.length + mismatched.length
    const rows = [
      ...missing.map(({ path, expected }) => ['missing', path, typeText(expected)]),
      ...mismatched.map(({ path, stored, expected, given }) => [
        'does not fit',
        path,
        `${typeText(expected)}, stored ${stored === path ? '' : `as ${stored} `}is ${typeText(given)}`,
      ]),
      ...unexpected.map(({ stored, given }) => ['unexpected', stored, typeText(given)]),
    ]
    return [`${matched.length} of ${variables} variables match`, ...alignColumns(rows).map((row) => `  ${row}`)].join(
      '\n',
    )
  }
}

presentAsText(Matching.prototype)

/**
 * Takes over the stored values that fit a model, by their paths, and says what does not. Values of another floating point dtype are
 * converted. For models that were trained with another head, or elsewhere.
 *
 * @param state values by paths, as `await model.state()` and the readers of formats give them
 * @param options.rename where a stored value belongs
 * @returns what has matched and what has not; `String(…)` lists it
 * @throws with `strict`, if anything does not fit, with the list; then nothing is changed. In any case, if two stored values have the same
 *   path, or one has not as many elements as its shape says
 * @example
 * const [from, to] = [sequential(linear(3, 4), linear(4, 2)), sequential(linear(3, 4), linear(4, 5))]
 * copyMatching(to, await from.state()).mismatched.map(({ path }) => path) // ['layers.1.weight', 'layers.1.bias']
 */
export function copyMatching(model: Module, state: State, options: CopyMatchingOptions = {}): Matching {
  if (!(model instanceof Module)) {
    fail(`copyMatching: the first argument is ${describe(model)}, no module`, cureFor(model, 'The model comes first.'))
  }
  if (!isPlainObject(state)) {
    fail(
      `copyMatching: the state is ${describe(state)}`,
      cureFor(state, 'Pass values by their paths: await model.state().'),
    )
  }
  checkOptions('copyMatching', options, { rename: true, strict: true })
  const { rename = (path: string) => path, strict = false } = options
  expectFunction('copyMatching', 'rename', rename)
  const values = renamed(state, rename)
  const variables = model.variables()
  const pairs: { variable: Variable; path: string; stored: string; value: StoredValue }[] = []
  const mismatched: Matching['mismatched'][number][] = []
  for (const [path, { stored, value }] of values) {
    const variable = variables.get(path)
    if (variable === undefined) continue
    if (fits(variable, value)) pairs.push({ variable, path, stored, value })
    else mismatched.push({ path, stored, expected: typeOf(variable), given: typeOf(value) })
  }
  const matching = new Matching(
    pairs.map(({ path, stored }) => ({ path, stored })),
    [...variables]
      .filter(([path]) => !values.has(path))
      .map(([path, variable]) => ({ path, expected: typeOf(variable) })),
    [...values]
      .filter(([path]) => !variables.has(path))
      .map(([, { stored, value }]) => ({ stored, given: typeOf(value) })),
    mismatched,
  )
  if (strict && !matching.complete) {
    fail(
      `copyMatching: the state does not fit ${model.constructor.name}: ${matching}\n`,
      'Rename what is called otherwise, or leave strict out.',
    )
  }
  const tensors = pairs.map(({ value: { data, shape, dtype } }) => tensor(data, shape, dtype))
  pairs.forEach(({ variable }, i) => {
    variable.assign(tensors[i].cast(variable.dtype))
  })
  return matching
}

type Stored = { readonly stored: string; readonly value: StoredValue }

/** Values by the paths that they have in the model. */
function renamed(state: State, rename: (path: string) => string | null): Map<string, Stored> {
  const values = new Map<string, Stored>()
  for (const [stored, value] of Object.entries(state)) {
    expectStored(stored, value)
    const path: unknown = rename(stored)
    if (path === null) continue
    if (typeof path !== 'string') {
      fail(`copyMatching: rename gives ${describe(path)} for '${stored}'`, 'Return a path, or null to leave it out.')
    }
    const other = values.get(path)
    if (other !== undefined) {
      fail(`copyMatching: '${other.stored}' and '${stored}' are both renamed to '${path}'`, 'Give each its own path.')
    }
    values.set(path, { stored, value })
  }
  return values
}

function expectStored(path: string, value: StoredValue): void {
  if (!Array.isArray(value?.shape) || !ArrayBuffer.isView(value.data)) {
    fail(`copyMatching: '${path}' is ${describe(value)}, no stored value`, 'It has a dtype, a shape and data.')
  }
  if (value.data.length !== sizeOf(value.shape)) {
    fail(
      `copyMatching: '${path}' has ${value.data.length} elements, not those of ${formatShape(value.shape)}`,
      'The state is damaged.',
    )
  }
}

const fits = (variable: Variable, { shape, dtype }: StoredValue): boolean =>
  sameShape(shape, variable.shape) && (dtype === variable.dtype || (isFloat(dtype) && isFloat(variable.dtype)))

const typeOf = ({ dtype, shape }: ValueType): ValueType => ({ dtype, shape })
const typeText = ({ dtype, shape }: ValueType): string => `${dtype}${formatShape(shape)}`
