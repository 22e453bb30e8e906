import { fail } from '../../core/errors.js'
import { browserStorage } from './browser.js'
import { unpackCheckpoint } from './checkpoint.js'
import { folderStorage } from './folder.js'
import { hasProcess, type RunEnvironment, type RunInfo, type RunNotes, runEnvironment } from './run-info.js'
import { formatLine, parseLines, type RunLine } from './run-lines.js'
import { bytesOf, partOf, type Storage } from './storage.js'

const INFO = 'run.json'
const NOTES = 'notes.json'
const METRICS = 'metrics.jsonl'
const CHECKPOINTS = 'checkpoints'
const CHECKPOINT = /^step-(\d+)\.safetensors$/
const checkpointFile = (step: number): string => `${CHECKPOINTS}/step-${String(step).padStart(8, '0')}.safetensors`

/** What is said about a run when it begins. */
export type RunBeginning = Pick<RunInfo, 'name'> &
  Partial<Pick<RunInfo, 'title' | 'options' | 'seed' | 'generator' | 'data' | 'literature'>>

/**
 * The one place where a run is stored, for those who write it and those who read it:
 *
 * - `run.json`: what ran, with which options, where, how it stands, what came out;
 * - `metrics.jsonl`: a line for each epoch, for some of the steps and for what was said on the way;
 * - `checkpoints/step-….safetensors`: everything needed to go on;
 * - `notes.json`: what somebody has called it and written about it;
 * - `model.safetensors` and others: weights to be used; `pictures/`, `report.html` and whatever else a run leaves.
 *
 * @example
 * const folder = await RunFolder.open(memoryStorage())
 * await folder.begin({ name: 'first try', options: { epochs: 3 } })
 * await folder.append({ type: 'step', step: 1, epoch: 1, values: { loss: 0.5 } })
 * const { length } = await folder.lines()
 * length // 1
 */
export class RunFolder {
  /** What this process has written last. */
  #info: RunInfo | undefined
  /** Lines that could not be written so far. */
  #waiting = ''
  /** How many parts of this process write, and what gives the storage free for others. */
  #writers = 0
  #claim: Promise<(() => Promise<void>) | undefined> | undefined
  readonly #parts: RunFolder[] = []

  private constructor(
    readonly storage: Storage,
    /** That of which it is a part. */
    readonly whole?: RunFolder,
  ) {}

  /**
   * A folder by its path, in pages one of the browser's own ({@link browserStorage}), or any storage. Nothing that lies in it is changed.
   *
   * @throws if the folder cannot be made
   */
  static async open(where: string | Storage | RunFolder): Promise<RunFolder> {
    if (where instanceof RunFolder) return where
    if (typeof where !== 'string') return new RunFolder(where)
    return new RunFolder(await (hasProcess() ? folderStorage : browserStorage)(where))
  }

  /** For messages. */
  get name(): string {
    return this.storage.name
  }

  /** Whether a run has been begun here by this process, for a training to be part of. */
  get isBegun(): boolean {
    return this.#info !== undefined
  }

  /** Whether a training has been given this folder: it writes its lines itself. */
  isTrained = false

  /** Whether a training has been given this folder or a part of it: what has been begun can be gone on with. */
  get canGoOn(): boolean {
    return this.isTrained || this.#parts.some((part) => part.canGoOn)
  }

  /** Goes on with the run that lies here. */
  async continue(): Promise<void> {
    const before = await this.info()
    await this.update({ status: 'running', resumed: (before?.resumed ?? 0) + 1, reason: undefined })
  }

  /** The folder of a run that is part of this one. */
  within(name: string): RunFolder {
    const part = new RunFolder(partOf(this.storage, name), this)
    this.#parts.push(part)
    return part
  }

  /** Whether what lies here was part of a run that another one has replaced. */
  async isOutdated(): Promise<boolean> {
    const [own, whole] = [await this.info(), await this.whole?.info()]
    return own !== undefined && whole !== undefined && own.started < whole.started
  }

  /**
   * Takes the folder, with all of its parts, for this process, which others then are refused; `fit`, `trainLoop` and the command line do so.
   * Who claims it several times releases it as often.
   *
   * @throws if another process has it, with which one, or nothing can be written there
   */
  async claim(): Promise<void> {
    if (this.whole !== undefined) return this.whole.claim()
    this.#writers++
    this.#claim ??= Promise.resolve(this.storage.claim?.())
    try {
      await this.#claim
    } catch (error) {
      this.#writers--
      this.#claim = undefined
      throw error
    }
  }

  /** Whether a training writes here, or in a part of it, at this time, beside whoever has claimed it first. */
  get isInUse(): boolean {
    return this.#writers > 1
  }

  /** Takes back {@link claim}. */
  async release(): Promise<void> {
    if (this.whole !== undefined) return this.whole.release()
    if (this.#writers === 0 || --this.#writers > 0) return
    const claim = this.#claim
    this.#claim = undefined
    await (await claim)?.()
  }

  /** What is known about the run that lies here, if there is one. @throws if `run.json` is damaged */
  async info(): Promise<RunInfo | undefined> {
    if (this.#info !== undefined) return this.#info
    const bytes = await this.storage.read(INFO)
    if (bytes === undefined) return undefined
    try {
      const info: unknown = JSON.parse(new TextDecoder().decode(bytes))
      if (typeof info !== 'object' || info === null || !('status' in info)) throw new Error()
      return info as RunInfo
    } catch {
      return fail(`${this.name}: ${INFO} is damaged`, 'Choose another folder, or delete the file.')
    }
  }

  /** The same, where there has to be one. @throws if there is no run */
  async existing(): Promise<RunInfo> {
    return (
      (await this.info()) ?? fail(`${this.name}: there is no run`, 'Name the folder of a run: one with a run.json.')
    )
  }

  /** Whether something of a run lies here. */
  async holdsRun(): Promise<boolean> {
    return (await this.storage.read(INFO)) !== undefined || (await this.holdsCheckpoint())
  }

  /** Whether there is a checkpoint here, or in a part that this process has made. */
  async holdsCheckpoint(): Promise<boolean> {
    if ((await this.checkpoints()).length > 0) return true
    for (const part of this.#parts) if (await part.holdsCheckpoint()) return true
    return false
  }

  /** Begins a run: removes what another one has left. */
  async begin(beginning: RunBeginning): Promise<RunInfo> {
    for (const step of await this.checkpoints()) await this.storage.remove(checkpointFile(step))
    await this.storage.remove(METRICS)
    const now = new Date().toISOString()
    const environment: RunEnvironment = await runEnvironment()
    this.#info = { options: {}, ...beginning, status: 'running', started: now, updated: now, resumed: 0, environment }
    await this.#writeInfo(this.#info)
    return this.#info
  }

  /** Changes what is said about the run. */
  async update(change: Partial<RunInfo>): Promise<void> {
    const before = await this.existing()
    await this.#writeInfo({ ...before, ...change, updated: new Date().toISOString() })
  }

  async #writeInfo(info: RunInfo): Promise<void> {
    this.#info = info
    await this.storage.write(INFO, `${JSON.stringify(info, undefined, 2)}\n`)
  }

  /** What somebody has written about the run; who trains does not touch it. */
  async notes(): Promise<RunNotes> {
    const bytes = await this.storage.read(NOTES)
    try {
      const { label, note }: Readonly<Record<string, unknown>> = JSON.parse(new TextDecoder().decode(bytes))
      return { ...(typeof label === 'string' && { label }), ...(typeof note === 'string' && { note }) }
    } catch {
      return {}
    }
  }

  async writeNotes(notes: RunNotes): Promise<void> {
    await this.storage.write(NOTES, `${JSON.stringify(notes, undefined, 2)}\n`)
  }

  /** Adds a line to the metrics. What cannot be written is kept and tried again with the next one. */
  async append(...lines: readonly RunLine[]): Promise<void> {
    const text = this.#waiting + lines.map(formatLine).join('')
    this.#waiting = ''
    if (text === '') return
    try {
      await this.storage.append(METRICS, text)
    } catch (error) {
      this.#waiting = text + this.#waiting
      throw error
    }
  }

  /** The metrics so far; half a line at the end, which a process that was killed may leave, is left out. */
  async lines(): Promise<readonly RunLine[]> {
    const bytes = await this.storage.read(METRICS)
    return bytes === undefined ? [] : parseLines(new TextDecoder().decode(bytes))
  }

  /** Takes back the lines behind a step: a training that goes on from there writes them again. */
  async rewind(step: number): Promise<void> {
    const before = await this.storage.read(METRICS)
    if (before === undefined) return
    const kept = parseLines(new TextDecoder().decode(before)).filter((line) => line.step <= step)
    const text = kept.map(formatLine).join('')
    if (bytesOf(text).length !== before.length) await this.storage.write(METRICS, text)
  }

  /** The steps of which there is a checkpoint, in order. */
  async checkpoints(): Promise<readonly number[]> {
    const names = await this.storage.list(CHECKPOINTS)
    return names
      .flatMap((name) => CHECKPOINT.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
  }

  /** Stores what a training is after a step, as the bytes that `packCheckpoint` has made. */
  async writeCheckpoint(step: number, bytes: Uint8Array): Promise<void> {
    await this.storage.write(checkpointFile(step), bytes)
  }

  /** What was stored after a step. @throws if there is none, or it is damaged */
  async readCheckpoint(step: number): Promise<unknown> {
    const file = checkpointFile(step)
    const bytes = await this.storage.read(file)
    if (bytes === undefined) fail(`${this.name}: there is no checkpoint of step ${step}`, 'See checkpoints().')
    return unpackCheckpoint(`${this.name}/${file}`, bytes)
  }

  /** Takes away what was stored after a step. */
  async removeCheckpoint(step: number): Promise<void> {
    await this.storage.remove(checkpointFile(step))
  }
}
