import { fail } from '../core/errors.js'
import type { Automatic } from './automatic.js'
import { pictures } from './pictures.js'
import { table } from './table.js'
import { text } from './text.js'

export type { Automatic, Prediction, PredictSettings, Trained } from './automatic.js'
export { loadTabularModel, TabularModel, type TabularPredictions, type TabularScore } from './tabular/model.js'
export { type TrainTabularOptions, trainTabular } from './tabular/train.js'

/** All trainings that need no code. */
export const automatics: readonly Automatic[] = [pictures, table, text]

/** The training for the data at a path. @throws if there is none, or nothing lies there */
export async function automaticFor(path: string): Promise<Automatic> {
  const { stat } = await import('node:fs/promises')
  if ((await stat(path).catch(() => undefined)) === undefined) fail(`train: there is no '${path}'`, 'Check the path.')
  for (const automatic of automatics) if (await automatic.suits(path)) return automatic
  return fail(
    `train: what is in ${path} is not known`,
    'Give a folder with one folder of pictures for each class, a table (.csv, .tsv), or a text (.txt, .md).',
  )
}

/** The training of that name, as it stands in `run.json`. */
export const findAutomatic = (name: string): Automatic | undefined =>
  automatics.find(({ recipe }) => recipe.name === name)
