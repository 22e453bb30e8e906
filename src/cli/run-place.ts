import { readdir, rmdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fail, ShapewiseError } from '../core/errors.js'
import { type FolderStorage, folderStorage } from '../train/store/folder.js'
import { RunFolder } from '../train/store/run-folder.js'
import { runFolderName } from '../train/store/run-name.js'

/** `runs/<recipe>-20250131-235959` below the current folder, for a run that starts now. */
export const defaultRunFolder = (recipe: string, started: Date): string => join('runs', runFolderName(recipe, started))

/** Where a run is stored. */
export interface RunPlace {
  readonly place: FolderStorage
  readonly folder: RunFolder
}

/** Opens the folder of a run and takes it for this process. @throws if it cannot be made or written to, or another process has it */
export async function openPlace(path: string): Promise<RunPlace> {
  try {
    const place = await folderStorage(path)
    const folder = await RunFolder.open(place)
    await folder.claim()
    return { place, folder }
  } catch (error) {
    if (!(error instanceof ShapewiseError)) throw error
    return fail(error.message.replace(/( another| a) folder( that may be written to)?\.$/, '$1 folder$2 with --out.'))
  }
}

/** The path as seen from the current folder, for people. */
export function shownPath({ path }: FolderStorage): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere
}

/** Takes back what was made for a run that comes to nothing, once nobody writes there. Folders that hold something else stay. */
export async function discard(storage: FolderStorage): Promise<void> {
  for (const file of ['run.json', 'metrics.jsonl']) await storage.remove(file)
  if (storage.made === undefined) return
  for (let folder = storage.path; ; folder = dirname(folder)) {
    if ((await readdir(folder)).length > 0) return
    await rmdir(folder)
    if (folder === storage.made) return
  }
}
