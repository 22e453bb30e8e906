import { readFileSync, writeFileSync } from 'node:fs'

/** A figure of `/proc/self/status`, in bytes. */
const status = (field: string): number =>
  1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

/** What the process has in memory, in bytes. */
export const memoryNow = (): number => status('VmRSS')

/** The most that it has had since {@link startMeasuring}. */
export const mostMemory = (): number => status('VmHWM')

/** Frees what nobody uses, as far as one can from here. */
export function collect(): void {
  ;(globalThis as { gc?(): void }).gc?.()
}

/** Forgets the most so far (Linux), and gives what there is now. */
export function startMeasuring(): number {
  writeFileSync('/proc/self/clear_refs', '5')
  return memoryNow()
}
