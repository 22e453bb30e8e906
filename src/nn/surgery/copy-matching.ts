import { expectFunction } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { isFloat } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sameShape, sizeOf } from '../../core/shape.js'
import { suggestion } from '../../core/suggestion.js'
import { isPlainObject } from '../../core/tree.js'
import { tensor } from '../../tensor/create.js'
import type { Variable } from '../../tensor/variable.js'
import { Module } from '../module.js'
import type { State, StoredValue } from '../state.js'
import { type Mismatch, WeightReport } from './weight-report.js'

export interface CopyMatchingOptions {
  /** The path in the model of a stored value, by its own; null for what is to be left out. */
  readonly rename?: (path: string) => string | null
  /** Whether it is an error, and nothing is changed, if anything is missing, unexpected or of another shape; false. */
  readonly strict?: boolean
}

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
export function copyMatching(model: Module, state: State, options: CopyMatchingOptions = {}): WeightReport {
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
  const mismatched: Mismatch[] = []
  for (const [path, { stored, value }] of values) {
    const variable = variables.get(path)
    if (variable === undefined) continue
    if (fits(variable, value)) pairs.push({ variable, path, stored, value })
    else mismatched.push({ path, name: stored, problem: `has ${typeText(value)} instead of ${typeText(variable)}` })
  }
  const unused = [...values].flatMap(([path, { stored }]) => (variables.has(path) ? [] : [stored]))
  const report = new WeightReport(
    'the state',
    pairs.map(({ path, stored, variable: { shape, dtype }, value }) => {
      return { path, name: stored, shape, change: value.dtype === dtype ? '' : `from ${value.dtype}` }
    }),
    mismatched,
    [...variables.keys()]
      .filter((path) => !values.has(path))
      .map((path) => ({ path, name: path, similar: suggestion(path, unused) })),
    unused,
  )
  if (strict && !report.complete) {
    fail(
      `copyMatching: the state does not fit ${model.constructor.name}:\n${report.problems}\n`,
      'Rename what is called otherwise, or leave strict out.',
    )
  }
  const tensors = pairs.map(({ value: { data, shape, dtype } }) => tensor(data, shape, dtype))
  pairs.forEach(({ variable }, i) => {
    variable.assign(tensors[i].cast(variable.dtype))
  })
  return report
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

const typeText = ({ dtype, shape }: Pick<StoredValue, 'dtype' | 'shape'>): string => `${dtype} ${formatShape(shape)}`
