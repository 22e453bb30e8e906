import { fail } from '../../core/errors.js'
import { cannotWrite } from '../bytes/write.js'
import { encodeBeginning, encodeEvent, type Hyperparameter, hyperparameterSummaries } from './encode.js'
import { histogramOf, type Summary, type TensorBoardEvent } from './events.js'

interface Appended {
  append(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** Notes of a run for TensorBoard. Each is written in the order of the calls; `flush` waits for them. */
export class TensorBoardWriter {
  /** The event file. */
  readonly path: string
  readonly #file: Appended
  #last: Promise<void> = Promise.resolve()
  #failure: unknown

  /** Use {@link openTensorBoard}. */
  constructor(path: string, file: Appended) {
    this.path = path
    this.#file = file
  }

  /** A number, such as the loss, of a step. */
  scalar(tag: string, value: number, step: number): void {
    this.#note(tag, { kind: 'scalar', value }, step)
  }

  /** How values are distributed, such as the elements of a gradient; what is not finite is left out. */
  histogram(tag: string, values: ArrayLike<number>, step: number): void {
    this.#note(tag, histogramOf(values), step)
  }

  /** A picture: the bytes of a PNG file. */
  image(tag: string, png: Uint8Array, step: number): void {
    const view = new DataView(png.buffer, png.byteOffset, png.length)
    if (png.length < 24 || view.getUint32(0) !== 0x89504e47) {
      fail(`image: the picture '${tag}' is no PNG file`, 'Encode it first.')
    }
    this.#note(tag, { kind: 'image', width: view.getUint32(16), height: view.getUint32(20), bytes: png }, step)
  }

  /** A text; TensorBoard shows it as Markdown. */
  text(tag: string, text: string, step: number): void {
    this.#note(tag, { kind: 'text', text }, step)
  }

  /** The settings of the run, and the tags of the scalars that tell how good it is, for comparison with others. */
  hyperparameters(values: Readonly<Record<string, Hyperparameter>>, metrics: readonly string[] = []): void {
    this.event({ time: now(), step: 0, summaries: hyperparameterSummaries(values, metrics) })
  }

  /** Several notes at once. */
  event(event: TensorBoardEvent): void {
    const record = encodeEvent(event)
    this.#last = this.#last
      .then(() => this.#file.append(record))
      .catch((error: unknown) => {
        this.#failure ??= error
      })
  }

  /** Waits until all is written. Throws if something could not be. */
  async flush(): Promise<void> {
    await this.#last
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#file.close()
    }
  }

  #note(tag: string, summary: Summary, step: number): void {
    if (!Number.isSafeInteger(step)) fail(`${tag}: the step is ${step}`, 'Give a whole number.')
    this.event({ time: now(), step, summaries: [{ tag, summary }] })
  }
}

const now = (): number => Date.now() / 1000

let opened = 0

/**
 * Opens a new event file in a folder (Node), to be looked at with `tensorboard --logdir FOLDER`.
 *
 * @throws if the folder cannot be written
 * @example
 * const log = async (folder: string) => {
 *   const board = await openTensorBoard(folder)
 *   board.scalar('loss', 0.5, 1)
 *   await board.close()
 * }
 */
export async function openTensorBoard(folder: string): Promise<TensorBoardWriter> {
  const { mkdir, open } = await import('node:fs/promises')
  const { hostname } = await import('node:os')
  const { join } = await import('node:path')
  const time = now()
  const path = join(folder, `events.out.tfevents.${Math.floor(time)}.${hostname()}.${process.pid}.${opened++}`)
  try {
    await mkdir(folder, { recursive: true })
    const file = await open(path, 'a')
    const append = async (bytes: Uint8Array): Promise<void> => {
      await file.appendFile(bytes).catch((error: unknown) => cannotWrite(path, error))
    }
    await append(encodeBeginning(time))
    return new TensorBoardWriter(path, { append, close: () => file.close() })
  } catch (error) {
    return cannotWrite(path, error)
  }
}
