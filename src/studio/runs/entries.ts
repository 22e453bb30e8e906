import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../core/errors.js'
import { livesHere, writerOf } from '../../train/store/mark.js'
import { RunFolder } from '../../train/store/run-folder.js'
import type { RunInfo } from '../../train/store/run-info.js'
import { type EpochLine, parseLines } from '../../train/store/run-lines.js'
import type { RunEntry, RunState } from '../api.js'
import { LAUNCH, readLaunch } from './launch.js'
import { endOf } from './metrics.js'
import { isName, placeWithin } from './place.js'

/** Where the last epoch of a run is looked for: it lies behind the lines of the steps after it. */
const LAST_BYTES = 64 * 1024
/** Runs that have ended are looked at so often; somebody may write a note, or go on with one. */
const ENDED_MILLISECONDS = 2000
/** States of runs whose files change, or may at any moment. */
const open: readonly RunState[] = ['running', 'starting', 'lost']
/** Folders that are looked at together. */
const TOGETHER = 64

interface Seen {
  /** What has to change for the entry to change. */
  readonly stamp: string
  readonly entry: RunEntry
  /** When it was looked at, in milliseconds of this process. */
  readonly at: number
}

/** The runs of a folder. What has not changed since it was last looked at is not read again. */
export class RunEntries {
  readonly #root: string
  #seen = new Map<string, Seen>()
  #scan: Promise<ReadonlyMap<string, RunEntry>> | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** Entries by id; the same object as before where nothing has changed. */
  all(): Promise<ReadonlyMap<string, RunEntry>> {
    this.#scan ??= this.#look().finally(() => {
      this.#scan = undefined
    })
    return this.#scan
  }

  /** A run as it stands now. @throws if there is none */
  async one(id: string): Promise<RunEntry> {
    await placeWithin(this.#root, [id])
    const seen = (await this.#lookAt(id, true)) ?? fail('There is no such run.')
    this.#seen.set(id, seen)
    return seen.entry
  }

  /** What has been changed through the studio is looked at next time. */
  forget(id: string): void {
    this.#seen.delete(id)
  }

  async #look(): Promise<ReadonlyMap<string, RunEntry>> {
    const found = await readdir(this.#root, { withFileTypes: true }).catch(() => [])
    // Links are no folders: what lies elsewhere is not shown.
    const ids = found.flatMap((entry) => (entry.isDirectory() && isName(entry.name) ? [entry.name] : []))
    const seen = new Map<string, Seen>()
    for (let first = 0; first < ids.length; first += TOGETHER) {
      const some = ids.slice(first, first + TOGETHER)
      const looked = await Promise.all(some.map((id) => this.#lookAt(id).catch(() => undefined)))
      for (const [i, one] of looked.entries()) if (one !== undefined) seen.set(some[i], one)
    }
    this.#seen = seen
    return new Map([...seen].map(([id, { entry }]) => [id, entry]))
  }

  async #lookAt(id: string, isExact = false): Promise<Seen | undefined> {
    const folder = join(this.#root, id)
    const before = this.#seen.get(id)
    const now = performance.now()
    const hasEnded = before !== undefined && !open.includes(before.entry.state)
    if (hasEnded && !isExact && now - before.at < ENDED_MILLISECONDS) return before
    const [info, notes, metrics, launched] = await Promise.all(
      ['run.json', 'notes.json', 'metrics.jsonl', LAUNCH].map((name) => stamp(join(folder, name))),
    )
    if (info === '' && launched === '') return undefined
    // Of a run that says it goes on, it has to be seen whether it lives.
    const isOpen = before === undefined || open.includes(before.entry.state)
    const writer = isOpen || !before.stamp.startsWith(`${info} ${launched} `) ? await isWritten(folder) : false
    const stamped = `${info} ${launched} ${notes} ${metrics} ${writer}`
    if (before?.stamp === stamped) return { ...before, at: now }
    const entry = info === '' ? await ofLaunch(folder, id) : await ofRun(folder, id, writer)
    return { stamp: stamped, entry, at: now }
  }
}

const stamp = (file: string): Promise<string> =>
  stat(file).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs}-${size}-${ino}`,
    () => '',
  )

async function isWritten(folder: string): Promise<boolean> {
  if ((await writerOf(folder)) !== undefined) return true
  const launch = await readLaunch(folder)
  return launch !== undefined && livesHere(launch)
}

async function ofRun(path: string, id: string, isAlive: boolean): Promise<RunEntry> {
  const folder = await RunFolder.open(path)
  const info = await folder.existing()
  const last = await lastEpoch(path)
  const state: RunState = info.status !== 'running' ? info.status : isAlive ? 'running' : 'lost'
  return {
    ...{ id, name: info.name, title: info.title, ...(await folder.notes()), state },
    ...{ reason: info.reason, started: info.started, updated: info.updated, seconds: info.seconds },
    ...{ resumed: info.resumed ?? 0, seed: info.seed, options: info.options ?? {}, environment: info.environment },
    ...{ results: outcome(info, last), epoch: last?.epoch, epochs: last?.epochs },
  }
}

/** A run of the studio that has not written anything yet, or has failed before it did. */
async function ofLaunch(path: string, id: string): Promise<RunEntry> {
  const launch = (await readLaunch(path))!
  const isAlive = await livesHere(launch)
  const { label, note } = await (await RunFolder.open(path)).notes()
  return {
    ...{ id, name: launch.recipe, label, note, state: isAlive ? 'starting' : 'failed' },
    ...(!isAlive && { reason: 'It ended before the first epoch. What it printed tells why.' }),
    ...{ started: launch.started, updated: launch.started, resumed: 0, seed: launch.seed },
    ...{ options: launch.options, results: {} },
  }
}

/** What came out, or what the last epoch measured. */
function outcome({ results = {} }: RunInfo, last: EpochLine | undefined): Readonly<Record<string, number>> {
  if (Object.keys(results).length > 0) return results
  const validation = Object.entries(last?.validation ?? {}).map(([name, value]) => [`validation ${name}`, value])
  return { ...last?.metrics, ...Object.fromEntries(validation) }
}

async function lastEpoch(path: string): Promise<EpochLine | undefined> {
  const text = await endOf(join(path, 'metrics.jsonl'), LAST_BYTES)
  // Of a thousand runs, only the lines that are wanted are parsed.
  const line = text?.split('\n').findLast((one) => one.startsWith('{"type":"epoch"') && one.endsWith('}'))
  return line === undefined ? undefined : parseLines(line).find((one) => one.type === 'epoch')
}
