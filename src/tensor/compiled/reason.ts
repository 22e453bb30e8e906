import { changeSince, type Entry } from './trace.js'

/** Why a function is traced again, and what helps against it. */
export interface Reason {
  readonly text: string
  readonly cure: string
}

const LONGEST = 80
const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text)

/**
 * @param last what the program of the last trace depends on: the backend, the structure of the arguments, then one text for each
 *   tensor or value in them
 * @param known programs that depend on the same, but are no longer valid
 */
export function reasonOf(
  last: readonly string[] | undefined,
  parts: readonly string[],
  known: readonly Entry[],
): Reason {
  if (last === undefined) return { text: 'the first call', cure: '' }
  for (const entry of known) {
    const text = changeSince(entry)
    if (text !== undefined) {
      const cure =
        'Change it rarely, or keep what changes in a Variable or pass it as a tensor: those are slots of the program.'
      return { text, cure }
    }
  }
  const index = parts.findIndex((part, i) => part !== last[i])
  const [before, after] = [shorten(last[index] ?? 'nothing'), shorten(parts[index] ?? 'nothing')]
  if (index < 2) {
    const what = index === 0 ? '' : 'structure of the arguments: '
    return { text: `${what}${before} → ${after}`, cure: 'Pass arguments of the same structure each time.' }
  }
  return { text: `argument value ${index - 1}: ${before} → ${after}`, cure: cureFor(parts[index] ?? '') }
}

/** What helps if arguments of this kind keep changing. */
function cureFor(part: string): string {
  if (/^\w+\[[\d, ]*\]$/.test(part)) {
    return 'Make the shapes few: batches of one size (drop or pad the last one), sequences padded to a few lengths.'
  }
  if (/^-?\d|^-?Infinity|^NaN/.test(part)) return 'Pass numbers that change as tensors: tensor(value).'
  if (part.startsWith('function') || / #\d+$/.test(part))
    return 'Make it once, outside of the loop, and pass the same one each time.'
  return 'Pass the same value each time, or keep what changes in tensors.'
}

/** Tells once that a function is traced more often than it should be. */
export function warnOfTraces(name: string, count: number, { text, cure }: Reason): void {
  console.warn(
    `compile: ${name} has been traced ${count} times, which costs far more than running it. The last reason was ${text}. ${cure} ` +
      `All reasons are in its \`traces\`.`,
  )
}
