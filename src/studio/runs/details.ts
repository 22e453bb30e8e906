import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writerOf } from '../../train/store/mark.js'
import { RunFolder } from '../../train/store/run-folder.js'
import type { RunDetails, RunEntry } from '../api.js'
import { filesOf } from './files.js'
import { canGoOn, OUTPUT } from './launch.js'
import { endOf } from './metrics.js'
import { isName, placeWithin } from './place.js'

const OUTPUT_BYTES = 16 * 1024

/** All about a run. */
export async function detailsOf(root: string, entry: RunEntry): Promise<RunDetails> {
  const path = await placeWithin(root, [entry.id])
  const info = await (await RunFolder.open(path)).info()
  const [parts, files, output, writer] = await Promise.all([
    partsOf(path),
    filesOf(path),
    endOf(join(path, OUTPUT), OUTPUT_BYTES),
    writerOf(path),
  ])
  const isOpen = entry.state === 'running' || entry.state === 'starting'
  const hasCheckpoint = files.some((file) => /(^|\/)checkpoints\/step-/.test(file.path))
  return {
    ...entry,
    ...{ literature: info?.literature ?? {}, data: info?.data ?? {}, parts, files, output },
    canStop: isOpen && writer?.isHere !== false && writer?.pid !== process.pid,
    canResume: ['interrupted', 'lost', 'failed'].includes(entry.state) && hasCheckpoint && canGoOn(entry.name),
  }
}

/** Folders in that of a run which hold metrics of their own. */
export async function partsOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isDirectory() && isName(entry.name) ? [entry.name] : []))
  const held = await Promise.all(
    names.map((name) =>
      lstat(join(path, name, 'metrics.jsonl')).then(
        (about) => about.isFile(),
        () => false,
      ),
    ),
  )
  return names.filter((_, i) => held[i]).sort()
}
