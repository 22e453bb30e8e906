import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { TensorBoardWriter } from '../../formats/tensorboard/writer.js'
import type { Metrics } from '../loop/events.js'
import type { Callback } from './callback.js'

export interface TensorBoardOptions {
  /** Values of batches are written for every so manieth step; 10. */
  readonly steps?: number
}

/**
 * Writes the values of batches and epochs and the learning rates as events for TensorBoard (Node): `tensorboard --logdir FOLDER`.
 *
 * @param folder of the events
 * @throws if an option is out of range; while training, if the folder cannot be written
 * @example
 * const withTensorBoard = (folder: string) => fit(model, train, { loss: nn.crossEntropy, optimizer: adam(), callbacks: [tensorBoard(folder)] })
 */
export function tensorBoard(folder: string, options: TensorBoardOptions = {}): Callback {
  checkOptions<TensorBoardOptions>('tensorBoard', options, { steps: true })
  const { steps = 10 } = options
  if (expectInteger('tensorBoard', 'the number of steps', steps) < 1) {
    fail(`tensorBoard: steps is ${steps}`, 'Give a whole number of at least 1.')
  }
  let board: TensorBoardWriter | undefined
  const write = (group: string, values: Metrics | undefined, step: number): void => {
    for (const [name, value] of Object.entries(values ?? {})) board?.scalar(`${group}/${name}`, value, step)
  }
  return {
    name: 'tensorBoard',
    async onStart() {
      const { openTensorBoard } = await import('../../formats/tensorboard/writer.js')
      board = await openTensorBoard(folder)
    },
    onBatch({ step, values }) {
      if (step % steps === 0) write('step', values, step)
    },
    async onEpoch({ step, metrics, validation, learningRates }) {
      write('epoch', metrics, step)
      write('validation', validation, step)
      write('learningRate', learningRates, step)
      await board?.flush()
    },
    async onEnd() {
      await board?.close()
    },
  }
}
