import { fail, ShapewiseError } from '../../core/errors.js'
import { generatorSlot } from '../../tensor/generator.js'
import type { Ending } from '../callbacks/callback.js'
import { packCheckpoint, packWeights } from '../store/checkpoint.js'
import { RunFolder } from '../store/run-folder.js'
import type { RunStatus } from '../store/run-info.js'
import type { RunLine } from '../store/run-lines.js'
import type { EpochEvent, Metrics, StepEvent } from './events.js'
import type { Feed } from './feed.js'
import type { Checkpoint, Plan } from './loop.js'
import type { Training } from './training.js'

const KEPT_CHECKPOINTS = 2
/** Values of single steps are written for all of the first so many steps, and then for every so manieth. */
const FIRST_STEPS = 100
const STEPS_BETWEEN = 10
/** The lines of epochs without a checkpoint are written so often: to wait for the disk may take longer than to learn. */
const FLUSHED_MILLISECONDS = 250
/** Those of steps so often: who follows a long epoch sees it learn. */
const FOLLOWED_MILLISECONDS = 1000

/** What decides which examples come in which order. */
type Settings = Readonly<Record<string, unknown>>

/** What a folder says of a training. */
type Kept = Pick<Plan<unknown>, 'operation' | 'options' | 'about'> & {
  readonly feed: Pick<Feed<unknown>, 'settings' | 'checksum'>
}

/**
 * What a training leaves in its folder. A folder that takes nothing any more, as one on a full disk, ends no training: that is said,
 * tried again, and is an error only at the end, when the trained model is in memory all the same.
 */
export class Keeping {
  readonly #plan: Kept
  #folder: RunFolder | undefined
  #settings: Settings = {}
  #lines: RunLine[] = []
  /** When they were last written. */
  #flushed = Number.NEGATIVE_INFINITY
  /** Whether somebody wants a checkpoint now. */
  #asked = false
  /** How many of the last checkpoints are kept. */
  #keep = KEPT_CHECKPOINTS
  #savedStep = -1
  /** Why something could not be written. */
  #failure: unknown
  readonly #told = new Set<string>()
  readonly #began = performance.now()
  #secondsBefore = 0
  /** Whether nobody else says how the run stands, such as a command of which the training is a part. */
  #isOwner = true

  constructor(plan: Kept) {
    this.#plan = plan
  }

  get folder(): RunFolder | undefined {
    return this.#folder
  }

  get isAsked(): boolean {
    return this.#asked
  }

  /** Whether a callback says when there are checkpoints; else there is one after each epoch. */
  get #isPlanned(): boolean {
    return this.#plan.options.callbacks?.some(({ name }) => name === 'checkpoints') ?? false
  }

  ask(keep?: number): void {
    this.#asked = true
    this.#keep = keep ?? this.#keep
  }

  /** Opens the folder, and gives the checkpoint to go on from, if there is one and it is wanted. */
  async begin(): Promise<Checkpoint | undefined> {
    const { folder: where, resume = false, name = 'training' } = this.#plan.options
    if (where === undefined) return undefined
    const folder = await RunFolder.open(where)
    await folder.claim()
    this.#folder = folder
    this.#isOwner = !folder.isBegun
    if (folder.isTrained) {
      fail(
        `${this.#plan.operation}: another training is stored in ${folder.name}`,
        "Open the folder again, or use a part of it: folder.within('second').",
      )
    }
    folder.isTrained = true
    const info = await folder.info()
    const { feed } = this.#plan
    this.#settings = { ...feed.settings, ...(feed.checksum && { checksum: feed.checksum() }) }
    const isOutdated = await folder.isOutdated()
    const found = resume && !isOutdated ? await this.#latest(folder) : undefined
    if (found !== undefined) {
      this.#expectSameSettings(found.settings)
      await folder.rewind(found.place.step)
      this.#savedStep = found.place.step
      this.#secondsBefore = info?.seconds ?? 0
      if (this.#isOwner) await this.#try(() => folder.continue())
      return found
    }
    if (!this.#isOwner) {
      await this.#try(() => folder.update({ data: this.#settings }))
      return undefined
    }
    if (!resume && !isOutdated && (await folder.holdsRun())) {
      fail(
        `${this.#plan.operation}: in ${folder.name} lies a run already`,
        'Go on with it, resume: true, or choose another folder.',
      )
    }
    const generator = [...(await generatorSlot().value.data())]
    await folder.begin({ name, ...this.#plan.about, generator, data: this.#settings })
    return undefined
  }

  /** The newest checkpoint that can be read. */
  async #latest(folder: RunFolder): Promise<(Checkpoint & { readonly settings: unknown }) | undefined> {
    const steps = [...(await folder.checkpoints())].reverse()
    for (const step of steps) {
      try {
        return (await folder.readCheckpoint(step)) as Checkpoint & { readonly settings: unknown }
      } catch (error) {
        if (!(error instanceof ShapewiseError) || step === steps.at(-1)) throw error
        this.note(step, `${error.message} The training goes on from an earlier one.`)
      }
    }
    return undefined
  }

  #expectSameSettings(before: unknown): void {
    const [then, now] = [before as Settings, this.#settings]
    for (const name of new Set([...Object.keys(then), ...Object.keys(now)])) {
      if (then[name] === now[name]) continue
      fail(
        `${this.#plan.operation}: ${name} was ${then[name]} when the training began and is ${now[name]}`,
        'Go on with the same data in the same order, or begin another run in another folder.',
      )
    }
  }

  note(step: number, text: string): void {
    if (this.#told.has(text)) return
    this.#told.add(text)
    this.#lines.push({ type: 'note', step, text })
    const tell = this.#plan.options.onNote ?? ((note: string) => console.warn(note))
    tell(text)
  }

  async step({ step, epoch, values }: StepEvent): Promise<void> {
    if (this.#folder === undefined) return
    if (step <= FIRST_STEPS || step % STEPS_BETWEEN === 0) {
      this.#lines.push({ type: 'step', step, epoch, values, time: Date.now() })
    }
    const isLate = performance.now() - this.#flushed > FOLLOWED_MILLISECONDS
    if (isLate && this.#lines.length > 0) await this.#flush()
  }

  async epoch(event: EpochEvent, checkpoint: () => Promise<Checkpoint>): Promise<void> {
    if (this.#folder === undefined) return
    this.#lines.push({ type: 'epoch', ...event, time: Date.now() })
    if (this.isAsked || !this.#isPlanned) await this.save(event.step, checkpoint)
    else if (performance.now() - this.#flushed > FLUSHED_MILLISECONDS) await this.#flush()
  }

  /** Stores a checkpoint; one that cannot be written is said and made up for by the next. */
  async save(step: number, checkpoint: () => Promise<Checkpoint>): Promise<void> {
    const folder = this.#folder
    this.#asked = false
    if (folder === undefined) return
    const bytes = await this.#pack(checkpoint)
    const isSaved = await this.#try(async () => {
      await folder.writeCheckpoint(step, bytes)
      this.#savedStep = step
    })
    await this.#flush()
    if (!isSaved) return
    const old = (await folder.checkpoints()).filter((other) => other <= step).slice(0, -this.#keep)
    for (const other of old) await this.#try(() => folder.removeCheckpoint(other))
  }

  /** Sees whether all that has a state can be stored, before anything is trained. @throws if not */
  async rehearse(checkpoint: () => Promise<Checkpoint>): Promise<void> {
    if (this.#folder !== undefined) await this.#pack(checkpoint)
  }

  async #pack(checkpoint: () => Promise<Checkpoint>): Promise<Uint8Array> {
    return packCheckpoint({ ...(await checkpoint()), settings: this.#settings })
  }

  /** At the end, if something has been done since the last time. */
  async saveLast(step: number, checkpoint: () => Promise<Checkpoint>): Promise<void> {
    if (this.#folder === undefined || (this.#savedStep === step && this.#failure === undefined)) return
    this.#failure = undefined
    await this.save(step, checkpoint)
  }

  /** Leaves the folder to others. */
  async release(): Promise<void> {
    await this.#folder?.release()
  }

  /** @throws if something could not be written, and nothing else has failed */
  async end(ending: Ending, why: unknown, training: Training): Promise<void> {
    const folder = this.#folder
    if (folder === undefined) return
    await this.#flush()
    const status: RunStatus = ending === 'left' ? 'interrupted' : ending
    const reason = why instanceof Error ? why.message : typeof why === 'string' ? why : undefined
    const last = training.history.at(-1)
    const results: Metrics = { ...last?.metrics, ...prefixed('validation', last?.validation) }
    const seconds = this.#secondsBefore + (performance.now() - this.#began) / 1000
    await this.#try(async () => {
      for (const [name, module] of training.modules) {
        await folder.storage.write(`${name}.safetensors`, packWeights(await module.state()))
      }
      if (this.#isOwner) await folder.update({ status, reason, results, seconds })
    })
    if (this.#failure === undefined || ending === 'failed') return
    const message = this.#failure instanceof Error ? this.#failure.message : String(this.#failure)
    fail(
      `${this.#plan.operation}: the training is over and the model is trained, but not all of it could be stored. ${message}`,
    )
  }

  async #flush(): Promise<void> {
    const [folder, lines] = [this.#folder, this.#lines]
    this.#lines = []
    this.#flushed = performance.now()
    if (folder !== undefined) await this.#try(() => folder.append(...lines))
  }

  /** Does something that may fail without ending the training. */
  async #try(action: () => Promise<void>): Promise<boolean> {
    try {
      await action()
      return true
    } catch (error) {
      this.#failure = error
      const message = error instanceof Error ? error.message : String(error)
      this.note(
        this.#savedStep < 0 ? 0 : this.#savedStep,
        `${this.#plan.operation}: the training goes on, but ${message}`,
      )
      return false
    }
  }
}

const prefixed = (prefix: string, metrics: Metrics | undefined): Metrics =>
  Object.fromEntries(
    Object.entries(metrics ?? {}).map(([name, value]) => [`${prefix}${name[0].toUpperCase()}${name.slice(1)}`, value]),
  )
