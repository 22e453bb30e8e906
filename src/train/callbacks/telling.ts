import { expectFunction } from '../../core/arguments.js'
import { formatLine } from '../store/run-lines.js'
import type { Callback } from './callback.js'

/**
 * Tells somebody when a training has ended, and how: a messenger, a mail, a sound. What `tell` fails with is noted and harms nothing.
 *
 * @param tell is given a sentence
 * @example
 * const callbacks = [notify((text) => console.log(text))]
 */
export function notify(tell: (text: string) => unknown): Callback {
  expectFunction('notify', 'what tells', tell)
  const began = performance.now()
  return {
    name: 'notify',
    async onEnd(ending, training, error) {
      const minutes = ((performance.now() - began) / 60_000).toFixed(1)
      const last = training.history.at(-1)
      const values = Object.entries({ ...last?.metrics, ...last?.validation })
      const metrics = values.map(([name, value]) => `${name} ${value.toPrecision(4)}`).join(', ')
      const how = { finished: 'has finished', stopped: 'has stopped', left: 'was left', failed: 'has failed' }[ending]
      const why = error instanceof Error ? `: ${error.message}` : metrics === '' ? '' : `: ${metrics}`
      try {
        await tell(`The training ${how} after ${training.history.length} epochs and ${minutes} minutes${why}`)
      } catch (failure) {
        training.note(`notify: ${failure instanceof Error ? failure.message : String(failure)}`)
      }
    },
  }
}

/**
 * Writes a line of JSON for each epoch, and with `steps` for each step, anywhere: to a socket, a stream, a page. The folder of a run has
 * such lines of its own.
 *
 * @param write is given a line with its end
 * @example
 * const callbacks = [jsonLines((line) => console.log(line.trim()))]
 */
export function jsonLines(write: (line: string) => unknown, options: { readonly steps?: boolean } = {}): Callback {
  expectFunction('jsonLines', 'what writes', write)
  return {
    name: 'jsonLines',
    async onBatch({ step, epoch, values }) {
      if (options.steps) await write(formatLine({ type: 'step', step, epoch, values }))
    },
    async onEpoch(event) {
      await write(formatLine({ type: 'epoch', ...event }))
    },
  }
}
