import type { EpochEvent, Metrics } from '../loop/events.js'

/** A line of `metrics.jsonl`. */
export type RunLine = EpochLine | StepLine | NoteLine

/** What an epoch came to. */
export interface EpochLine extends EpochEvent {
  readonly type: 'epoch'
  /** Which part of the run it belongs to, where there are several. */
  readonly stage?: string
  readonly time?: number
}

/** The values of one batch. */
export interface StepLine {
  readonly type: 'step'
  readonly step: number
  readonly epoch: number
  readonly values: Metrics
  /** When it was measured, in milliseconds since 1970. */
  readonly time?: number
}

/** Something that was said on the way. */
export interface NoteLine {
  readonly type: 'note'
  readonly step: number
  readonly text: string
}

/** JSON knows neither NaN nor the infinities: they are written as texts. */
export function formatLine(line: RunLine): string {
  const text = JSON.stringify(line, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
  return `${text}\n`
}

const notFinite: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }

/** The lines of a file that are whole: a process that was killed may have left half a line at the end. */
export function parseLines(text: string): RunLine[] {
  return text.split('\n').flatMap((line): RunLine[] => {
    try {
      const parsed: unknown = JSON.parse(line, (_, value: unknown) =>
        typeof value === 'string' && Object.hasOwn(notFinite, value) ? notFinite[value] : value,
      )
      const isLine = typeof parsed === 'object' && parsed !== null && 'type' in parsed && 'step' in parsed
      return isLine ? [parsed as RunLine] : []
    } catch {
      return []
    }
  })
}
