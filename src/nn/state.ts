import { cureFor, describe } from '../core/describe.js'
import type { DType, TypedArray } from '../core/dtype.js'
import { fail } from '../core/errors.js'
import { formatShape, type Shape, sameShape } from '../core/shape.js'
import { tensor } from '../tensor/create.js'
import type { Variable } from '../tensor/variable.js'

/** The value of a variable. The 16-bit floats are given as float32. */
export interface StoredValue {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
}

/** Values by the paths of their variables. */
export type State = Readonly<Record<string, StoredValue>>

/** Copies of the values of variables. */
export async function readState(variables: ReadonlyMap<string, Variable>): Promise<State> {
  const entries = [...variables].map(async ([path, variable]): Promise<[string, StoredValue]> => {
    const { dtype, shape } = variable
    return [path, { dtype, shape, data: await variable.value.data() }]
  })
  return Object.fromEntries(await Promise.all(entries))
}

const LISTED = 8

/** Assigns stored values to variables, all or none. */
export function writeState(owner: string, variables: ReadonlyMap<string, Variable>, state: State): void {
  if (typeof state !== 'object' || state === null) {
    fail(`loadState: the state is ${describe(state)}`, cureFor(state, 'Pass what await model.state() gave.'))
  }
  const problems: string[] = []
  for (const [path, variable] of variables) {
    const stored = state[path]
    if (stored === undefined) problems.push(`'${path}' is missing`)
    else if (!Array.isArray(stored?.shape)) problems.push(`'${path}' is ${describe(stored)}, no stored value`)
    else if (!sameShape(stored.shape, variable.shape) || stored.dtype !== variable.dtype) {
      problems.push(
        `'${path}' is ${stored.dtype}${formatShape(stored.shape)} instead of ${variable.dtype}${formatShape(variable.shape)}`,
      )
    }
  }
  for (const path of Object.keys(state)) if (!variables.has(path)) problems.push(`'${path}' is not known`)
  if (problems.length > 0) {
    const more = problems.length > LISTED ? ` and ${problems.length - LISTED} more` : ''
    fail(
      `loadState: the state does not fit ${owner}: ${problems.slice(0, LISTED).join(', ')}${more}`,
      'Load it into an object built with the same sizes and options as the one that it was taken from.',
    )
  }
  const values = [...variables].map(([path, variable]) => {
    const { data, shape, dtype } = state[path]
    return [variable, tensor(data, shape, dtype)] as const
  })
  for (const [variable, value] of values) variable.assign(value)
}
