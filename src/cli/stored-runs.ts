import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../core/errors.js'
import { formatMetric, metricLabel } from '../core/metric.js'
import { RunFolder } from '../train/store/run-folder.js'
import type { RunInfo } from '../train/store/run-info.js'
import type { EpochLine } from '../train/store/run-lines.js'

/** A run as it lies in its folder. */
export interface StoredRun {
  readonly path: string
  readonly folder: RunFolder
  readonly info: RunInfo
  readonly epochs: readonly EpochLine[]
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Opens the folder of a run; nothing is made. @throws if there is none */
export async function openStoredRun(path: string): Promise<StoredRun> {
  if (!(await isThere(join(path, 'run.json')))) {
    const inside = (await findRuns(path).catch(() => [])).map(({ path }) => path)
    const hint =
      inside.length > 0 ? `Name one of: ${inside.slice(0, 8).join(', ')}.` : 'shapewise runs lists those below runs.'
    fail(`${path}: there is no run`, hint)
  }
  const folder = await RunFolder.open(path)
  const info = (await folder.info()) ?? fail(`${path}: there is no run`)
  const epochs = (await folder.lines()).filter((line) => line.type === 'epoch')
  return { path, folder, info, epochs }
}

/** The runs in a folder of runs, in it or one below, the earliest first. @throws if it cannot be read */
export async function findRuns(root: string): Promise<StoredRun[]> {
  if (await isThere(join(root, 'run.json'))) return [await openStoredRun(root)]
  const names = await readdir(root).catch(() => fail(`${root}: there is no such folder`, 'Name a folder of runs.'))
  const paths = names.map((name) => join(root, name))
  const found: StoredRun[] = []
  for (const path of paths) if (await isThere(join(path, 'run.json'))) found.push(await openStoredRun(path))
  return found.sort((a, b) => a.info.started.localeCompare(b.info.started))
}

/** What came out: the results, or what the last epoch measured. */
export function outcomeOf({ info, epochs }: StoredRun): Readonly<Record<string, number>> {
  if (Object.keys(info.results ?? {}).length > 0) return info.results ?? {}
  const last = epochs.at(-1)
  const validation = Object.entries(last?.validation ?? {}).map(([name, value]) => [`validation ${name}`, value])
  return { ...last?.metrics, ...Object.fromEntries(validation) }
}

/** `accuracy 99.05 %, loss 0.0312`. */
export const outcomeText = (run: StoredRun): string =>
  Object.entries(outcomeOf(run))
    .slice(0, 3)
    .map(([name, value]) => `${metricLabel(name)} ${formatMetric(name, value)}`)
    .join(', ')
