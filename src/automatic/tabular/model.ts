import { fail } from '../../core/errors.js'
import { type CsvTable, loadTabular, type Tabular } from '../../data/index.js'
import { TabularNetwork, type TabularNetworkOptions } from '../../models/index.js'
import { Module } from '../../nn/index.js'
import { compile } from '../../tensor/compile.js'
import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'

/** What is predicted for the rows of a table. */
export type TabularPredictions =
  | {
      readonly task: 'classes'
      /** The most probable class of each row. */
      readonly classes: readonly string[]
      /** [rows, classes], as the classes of the model follow */
      readonly probabilities: Float64Array
    }
  | { readonly task: 'values'; readonly values: Float64Array }

/** How good predictions are: accuracy of classes; R² and root of the mean squared error, in their unit, of values. */
export type TabularScore =
  | { readonly task: 'classes'; readonly accuracy: number }
  | { readonly task: 'values'; readonly r2: number; readonly rootMeanSquaredError: number }

/** Rows that are computed together. */
const BATCH = 1024

/**
 * Networks with all that makes numbers of tables: what they predict for new rows, on average.
 *
 * Saved as `JSON.stringify(model)` and the weights `await model.state()`.
 */
export class TabularModel extends Module {
  /** What each network has learned of the columns. */
  readonly tabulars: readonly Tabular[]
  readonly networks: readonly TabularNetwork[]
  readonly options: TabularNetworkOptions
  readonly #outputs: readonly ((inputs: Tensor) => Tensor)[]

  /** Use {@link trainTabular} or {@link loadTabularModel}. */
  constructor(tabulars: readonly Tabular[], options: TabularNetworkOptions = {}) {
    super()
    this.tabulars = tabulars
    this.options = options
    this.networks = tabulars.map((each) => new TabularNetwork(each.layout, each.classes?.length ?? 1, options))
    this.#outputs = this.networks.map((network) =>
      compile((inputs: Tensor) => {
        const outputs = network.forward(inputs)
        return tabulars[0]!.task === 'classes' ? outputs.softmax(-1) : outputs
      }),
    )
  }

  /** What the first network has learned of the columns. */
  get tabular(): Tabular {
    return this.tabulars[0]!
  }

  /**
   * What is predicted for the rows of a table with the same columns, in any order; the column to predict need not be there.
   *
   * @throws if a column is missing, or a value is of another kind
   */
  async predict(table: CsvTable): Promise<TabularPredictions> {
    const { classes } = this.tabular
    const total = new Float64Array(table.rows.length * (classes?.length ?? 1))
    for (const [i, tabular] of this.tabulars.entries()) {
      const outputs = await this.#apply(i, tabular.inputs(table))
      const own = classes === undefined ? tabular.values(outputs) : outputs
      for (let at = 0; at < total.length; at++) total[at]! += own[at]! / this.tabulars.length
    }
    if (classes === undefined) return { task: 'values', values: total }
    const named = table.rows.map((_, row) => {
      const probabilities = total.subarray(row * classes.length, (row + 1) * classes.length)
      return classes[probabilities.indexOf(Math.max(...probabilities))]!
    })
    return { task: 'classes', classes: named, probabilities: total }
  }

  async #apply(i: number, inputs: Float32Array): Promise<Float32Array> {
    const width = this.tabulars[i]!.features.length
    const rows = inputs.length / width
    const outputs = new Float32Array(rows * (this.tabular.classes?.length ?? 1))
    this.networks[i]!.eval()
    for (let row = 0; row < rows; row += BATCH) {
      const part = inputs.subarray(row * width, (row + BATCH) * width)
      const given = await this.#outputs[i]!(tensor(part, [part.length / width, width])).data()
      outputs.set(given as Float32Array, (row * outputs.length) / rows)
    }
    return outputs
  }

  /** Compares the predictions for a table with what stands there. */
  async evaluate(table: CsvTable): Promise<TabularScore> {
    const predicted = await this.predict(table)
    const truth = table.column(this.tabular.target)
    const empty = truth.indexOf(undefined)
    if (empty >= 0)
      fail(`evaluate: row ${empty} has no ${this.tabular.target}.`, 'Drop such rows: table.withValues(…).')
    if (predicted.task === 'classes') {
      const { classes = [] } = this.tabular
      if (truth.length > 0 && !truth.some((name) => classes.includes(name!.trim()))) {
        fail(`evaluate: the model knows no class '${truth[0]}'`, `It knows: ${classes.join(', ')}.`)
      }
      const right = predicted.classes.filter((name, i) => name === truth[i]!.trim())
      return { task: 'classes', accuracy: right.length / truth.length }
    }
    const values = table.numbers(this.tabular.target)
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length
    const spread = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
    const left = values.reduce((sum, x, i) => sum + (x - predicted.values[i]!) ** 2, 0)
    return { task: 'values', r2: 1 - left / spread, rootMeanSquaredError: Math.sqrt(left / values.length) }
  }

  /** All but the weights, for {@link loadTabularModel}. */
  toJSON(): object {
    return { format: 'shapewise tabular model', tabulars: this.tabulars, network: this.options }
  }
}

/**
 * A model of what `JSON.stringify` made of another; its weights are still to be loaded: `model.loadState(weights)`.
 *
 * @throws if it is something else
 */
export function loadTabularModel(json: string | object): TabularModel {
  let parsed: { readonly format?: unknown; readonly tabulars?: unknown; readonly network?: unknown } | null
  try {
    parsed = typeof json === 'string' ? JSON.parse(json) : JSON.parse(JSON.stringify(json))
  } catch {
    parsed = null
  }
  const { format, tabulars, network = {} } = parsed ?? {}
  if (format !== 'shapewise tabular model' || !Array.isArray(tabulars) || tabulars.length === 0) {
    fail('loadTabularModel: this is no model of a table', 'Give JSON.stringify(model), unchanged.')
  }
  return new TabularModel(
    tabulars.map((each: object) => loadTabular(each)),
    network as TabularNetworkOptions,
  )
}
