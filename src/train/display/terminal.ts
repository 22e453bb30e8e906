import { formatDuration } from '../../core/duration.js'
import { formatMetric, metricLabel } from '../../core/metric.js'
import { checkOptions } from '../../core/options.js'
import type { Callback } from '../callbacks/callback.js'
import type { Metrics } from '../loop/events.js'
import { progressLine } from './line.js'

/** Where text goes: a terminal, a file, a page. */
export interface TextOutput {
  /** Adds text at the end. */
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface TerminalOptions {
  /** stderr in Node, the console elsewhere. */
  readonly output?: TextOutput
}

const LIVE_MILLISECONDS = 100
const PLAIN_MILLISECONDS = 10_000
const CLEAR_LINE = '\r\x1b[2K'
/** So many losses are drawn as a curve. */
const RECENT = 240

/**
 * Shows a training in a terminal: a line that changes in place, with values, a small curve of the loss, speed and the time that is left, and a
 * line for each epoch. Where the output is no terminal, plain lines every ten seconds.
 *
 * @example
 * const lines: string[] = []
 * const callbacks = [terminal({ output: { write: (text) => lines.push(text) } })]
 */
export function terminal(options: TerminalOptions = {}): Callback {
  checkOptions<TerminalOptions>('terminal', options, { output: true })
  const { output = usualOutput() } = options
  const isLive = output.isTTY === true
  let last = performance.now() - (isLive ? LIVE_MILLISECONDS : 0)
  let recent: number[] = []
  let isShown = false
  const say = (text: string): void => {
    output.write(`${isShown ? CLEAR_LINE : ''}${text}\n`)
    isShown = false
  }
  return {
    name: 'terminal',
    onBatch(event) {
      const [loss] = Object.values(event.values)
      if (loss !== undefined) recent = [...recent, loss].slice(-RECENT)
      const now = performance.now()
      if (now - last < (isLive ? LIVE_MILLISECONDS : PLAIN_MILLISECONDS)) return
      last = now
      const line = progressLine({ ...event, recent }, { width: output.columns ?? 80, withBar: isLive })
      output.write(isLive ? CLEAR_LINE + line : `${line}\n`)
      isShown = isLive
    },
    onEpoch({ epoch, epochs, metrics, validation, seconds }) {
      const number = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`
      const measured = validation === undefined ? [] : ['validation', ...pieces(validation)]
      say([number, ...pieces(metrics), ...measured, formatDuration(seconds)].join('  '))
    },
    onEnd(ending, { history }, error) {
      if (isShown) output.write(CLEAR_LINE)
      isShown = false
      if (ending === 'failed')
        say(`failed after ${history.length} epochs: ${error instanceof Error ? error.message : error}`)
    },
  }
}

const pieces = (metrics: Metrics): string[] =>
  Object.entries(metrics).map(([name, value]) => `${metricLabel(name)} ${formatMetric(name, value)}`)

function usualOutput(): TextOutput {
  if (typeof process !== 'undefined' && process.versions?.node !== undefined) return process.stderr
  return { write: (text: string) => console.log(text.trimEnd()) }
}
