import { findAutomatic, type Trained } from '../automatic/index.js'
import { fail } from '../core/errors.js'
import { openStoredRun } from './stored-runs.js'

/** The model that a run of `shapewise train` has left. @throws if it is another run, or did not come to a model */
export async function openTrained(path: string): Promise<Trained> {
  const { folder, info } = await openStoredRun(path)
  const automatic = findAutomatic(info.name)
  if (automatic === undefined) {
    fail(`${path}: this is a run of ${info.name}, not of shapewise train`, 'Load its model.safetensors in code.')
  }
  return automatic.open(folder)
}
