import { readdir, rmdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fail, ShapewiseError } from '../core/errors.js'
import { type FolderStorage, folderStorage } from '../train/store/folder.js'

/** `runs/<recipe>-20250131-235959` below the current folder, for a run that starts now. */
export function defaultRunFolder(recipe: string, started: Date): string {
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')
  const day = `${started.getFullYear()}${pad(started.getMonth() + 1)}${pad(started.getDate())}`
  const time = `${pad(started.getHours())}${pad(started.getMinutes())}${pad(started.getSeconds())}`
  return join('runs', `${recipe}-${day}-${time}`)
}

/** Opens the folder of a run. @throws if it cannot be made or written to */
export async function openPlace(path: string): Promise<FolderStorage> {
  try {
    return await folderStorage(path)
  } catch (error) {
    if (!(error instanceof ShapewiseError)) throw error
    return fail(error.message.replace(/ Give a folder.*/, ''), 'Give a folder that may be written to with --out.')
  }
}

/** The path as seen from the current folder, for people. */
export function shownPath({ path }: FolderStorage): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere
}

/** Takes back what was made for a run that comes to nothing. Folders that hold something else stay. */
export async function discard(storage: FolderStorage): Promise<void> {
  for (const file of ['run.json', 'metrics.jsonl']) await storage.remove(file)
  if (storage.made === undefined) return
  for (let folder = storage.path; ; folder = dirname(folder)) {
    if ((await readdir(folder)).length > 0) return
    await rmdir(folder)
    if (folder === storage.made) return
  }
}
