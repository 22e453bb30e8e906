import { fail } from '../../core/errors.js'
import { formatShape, sameShape, sizeOf } from '../../core/shape.js'
import { suggestion } from '../../core/suggestion.js'
import type { Module } from '../../nn/module.js'
import type { State, StoredValue } from '../../nn/state.js'
import { type Match, type Mismatch, WeightReport } from '../../nn/surgery/weight-report.js'
import { arranged, type Layout } from './layout.js'

/** Where the value of a variable is to be found. */
export interface WeightRule extends Layout {
  /** The path of the variable in the model. */
  readonly path: string
  /** The name in the file. */
  readonly name: string
  /** What is done to it, in words; nothing. */
  readonly change?: string
  /** Zeros instead: the file has the value in another one. */
  readonly zeros?: true
}

/** Names and shapes of the tensors of a file, and how one is read. */
export interface WeightSource {
  readonly name: string
  readonly names: readonly string[]
  shapeOf(name: string): readonly number[]
  read(name: string): Promise<StoredValue>
}

export interface LoadWeightsOptions {
  /**
   * Whether variables that the file lacks keep their values, and tensors that the model lacks are left out. What is there has to fit all
   * the same. False: an error lists them, and nothing is changed.
   */
  readonly partial?: boolean
}

const typeOf = ({ dtype, shape }: Pick<StoredValue, 'dtype' | 'shape'>) => ({ dtype, shape })

/** Puts the tensors of a file into a model by rules; all or nothing. */
export async function loadWeights(
  operation: string,
  model: Module,
  rules: readonly WeightRule[],
  source: WeightSource,
  { partial = false }: LoadWeightsOptions,
): Promise<WeightReport> {
  const variables = model.variables()
  const known = new Set(source.names)
  const used = new Set(rules.map(({ name }) => name))
  const matched: Match[] = []
  const mismatched: Mismatch[] = []
  const missing = new Set(variables.keys())
  const values: [string, StoredValue][] = []
  for (const rule of rules) {
    const { path, name } = rule
    const variable = variables.get(path)
    if (variable === undefined || !known.has(name)) continue
    missing.delete(path)
    if (rule.zeros) {
      values.push([path, { ...typeOf(variable), data: new Float32Array(sizeOf(variable.shape)) }])
      continue
    }
    const shape = source.shapeOf(name)
    if (!sameShape(shape, rule.shape)) {
      mismatched.push({ path, name, problem: `has ${formatShape(shape)} instead of ${formatShape(rule.shape)}` })
      continue
    }
    const stored = await source.read(name)
    const value = arranged(stored, rule, variable)
    if (value === undefined) {
      mismatched.push({ path, name, problem: `has ${stored.dtype} elements instead of ${variable.dtype}` })
      continue
    }
    values.push([path, value])
    matched.push({ path, name, shape: variable.shape, change: rule.change ?? '' })
  }
  const unused = source.names.filter((name) => !used.has(name))
  const wanted = new Map(rules.map(({ path, name }) => [path, name]))
  const lacks = [...missing].map((path) => ({
    path,
    name: wanted.get(path) ?? '',
    similar: suggestion(wanted.get(path) ?? path, unused),
  }))
  const report = new WeightReport(source.name, matched, mismatched, lacks, unused)
  const wrong = mismatched.length > 0 || (!partial && (missing.size > 0 || unused.length > 0))
  if (wrong || matched.length === 0) {
    fail(
      `${operation}: ${source.name} does not fit ${model.constructor.name}:\n${report.problems}`,
      mismatched.length === 0 && matched.length > 0
        ? 'Rename what is called differently with { rename }, or take what fits with { partial: true }.'
        : 'Build the model with the sizes of the file, or rename what is called differently with { rename }.',
    )
  }
  const state: State = { ...(missing.size > 0 ? await model.state() : {}), ...Object.fromEntries(values) }
  model.loadState(state)
  return report
}
