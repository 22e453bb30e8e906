import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { type CsvTable, type Tabular, type TabularOptions, tabular } from '../../data/index.js'
import type { TabularNetworkOptions } from '../../models/index.js'
import { crossEntropy, meanSquaredError } from '../../nn/index.js'
import { adamW } from '../../optim/index.js'
import { checkpoints, type Epoch, earlyStopping, fit, RunFolder, type TrainingOptions } from '../../train/index.js'
import { TabularModel } from './model.js'

export interface TrainTabularOptions extends Pick<TrainingOptions, 'folder' | 'resume' | 'signal' | 'onNote'> {
  /** The column to predict. */
  readonly target: string
  /** Whether it is one of some classes or a number; found out by itself. */
  readonly task?: 'classes' | 'values'
  /** How columns become numbers. */
  readonly table?: Omit<TabularOptions, 'target' | 'task' | 'classes'>
  readonly network?: TabularNetworkOptions
  /**
   * How many networks are trained, whose predictions are averaged. The rows are cut into so many parts, and each network stops by
   * another one; 5 for less than 2,000 rows, else 1.
   */
  readonly networks?: number
  /** For one network: the rows by which it stops, or which part of the rows; 0.15. */
  readonly validation?: CsvTable | number
  /** At most so many; 100. */
  readonly epochs?: number
  /** A network stops after so many epochs without a smaller validation loss; 12. */
  readonly patience?: number
  /** Rows per step; 256, and 32 for less than 5,000 rows. */
  readonly batchSize?: number
  /** Of AdamW; 0.002, and 0.005 for less than 2,000 rows. */
  readonly learningRate?: number
  /** Of AdamW; 0.01. */
  readonly weightDecay?: number
  /** For the parts and the order of the rows; 0. Weights and dropout draw from the global generator, see `seed`. */
  readonly seed?: number
  /** After every epoch of each network. */
  readonly onEpoch?: (epoch: Epoch, network: number) => void
}

/** So many rows are few: then numbers come in as they are, standardized, and several small networks are trained. */
const FEW_ROWS = 2000
const networkForFew: TabularNetworkOptions = { numbers: 'plain', hidden: [64, 64], dropout: 0.3 }

/** So often everything is stored, where it is stored. */
const MINUTES_BETWEEN = 1 / 12

/**
 * Trains networks (`TabularNetwork` of `shapewise/models`) on a table. Columns are prepared by {@link tabular} from the rows that a network learns from
 * only; the weights are those of the epoch with the smallest loss on the rows that are kept for that.
 *
 * With `folder` each training is stored in a part of it (`network-1` …), and with `resume` they go on as `fit` does; what `toJSON` gives and
 * the weights of the whole are for the caller to store.
 *
 * @throws if an option is out of range or the target is missing
 * @example
 * const shop = parseCsv('size,kind,price\n1,a,10\n2,a,21\n3,b,29\n4,b,41\n5,a,50\n6,b,60\n')
 * const model = await trainTabular(shop, { target: 'price', networks: 2, epochs: 2 })
 * const { task } = await model.predict(parseCsv('kind,size\na,3\n'))
 */
export async function trainTabular(table: CsvTable, options: TrainTabularOptions): Promise<TabularModel> {
  needOptions<TrainTabularOptions>('trainTabular', options, {
    ...{ target: true, task: true, table: true, network: true, networks: true, validation: true, epochs: true },
    ...{ patience: true, batchSize: true, learningRate: true, weightDecay: true, seed: true, onEpoch: true },
    ...{ folder: true, resume: true, signal: true, onNote: true },
  })
  const few = table.rows.length < FEW_ROWS
  const { target, task, validation = 0.15, seed = 0 } = options
  const count = options.networks ?? (few && options.validation === undefined ? 5 : 1)
  for (const [name, value] of Object.entries({ networks: count, patience: options.patience ?? 12 })) {
    if (expectInteger('trainTabular', name, value) < 1) fail(`trainTabular: ${name} is ${value}`, 'Give at least 1.')
  }
  const settings = {
    scaling: few ? 'standard' : 'normalQuantile',
    ...options.table,
    target,
    ...(task && { task }),
  } as const
  const whole = tabular(table, settings)
  const strata = { seed, ...(whole.task === 'classes' && { stratify: target }) }
  const parts =
    typeof validation !== 'number'
      ? Array.from({ length: count }, () => [table, validation] as const)
      : count === 1
        ? [table.split(1 - validation, strata)]
        : table.kFold(count, strata)
  const classes = whole.classes && { classes: whole.classes }
  const prepared = parts.map(([learned]) => tabular(learned, { ...settings, ...classes, task: whole.task }))
  const model = new TabularModel(prepared, { ...(few ? networkForFew : {}), ...options.network })
  const folder = options.folder === undefined ? undefined : await RunFolder.open(options.folder)
  for (const [i, [learned, kept]] of parts.entries()) {
    await trainOne(model, i, learned, kept, { ...options, folder: folder?.within(`network-${i + 1}`) })
  }
  return model
}

/** Trains one of the networks, until the loss on the rows that are kept has not fallen for some epochs. */
async function trainOne(
  model: TabularModel,
  i: number,
  learned: CsvTable,
  kept: CsvTable,
  options: TrainTabularOptions,
): Promise<void> {
  const { weightDecay = 1e-2, epochs = 100, patience = 12, seed = 0, onEpoch, folder, resume, signal, onNote } = options
  const learningRate = options.learningRate ?? (learned.rows.length < FEW_ROWS ? 5e-3 : 2e-3)
  const batchSize = options.batchSize ?? (learned.rows.length < 4000 ? 32 : 256)
  const common = {
    ...{ optimizer: adamW({ learningRate, weightDecay, clipNorm: 1 }), epochs, batchSize, seed: seed + i },
    ...{ folder, resume, signal, onNote, onEpoch: (epoch: Epoch) => onEpoch?.(epoch, i) },
    callbacks: [earlyStopping({ patience }), checkpoints({ minutes: MINUTES_BETWEEN })],
  }
  const [network, prepared] = [model.networks[i]!, model.tabulars[i]!]
  if (isOf('classes', prepared)) {
    const validation = prepared.dataset(kept)
    await fit(network, prepared.dataset(learned), { ...common, loss: crossEntropy, validation })
  } else if (isOf('values', prepared)) {
    const validation = prepared.dataset(kept)
    await fit(network, prepared.dataset(learned), { ...common, loss: meanSquaredError, validation })
  }
}

const isOf = <Task extends 'classes' | 'values'>(task: Task, prepared: Tabular): prepared is Tabular<Task> =>
  prepared.task === task
