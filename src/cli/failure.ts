import picocolors from 'picocolors'
import { ShapewiseError } from '../core/errors.js'
import { type Surroundings, wantsColor } from './surroundings.js'

/** How the command ended, for the shell. */
export const exitCodes = { success: 0, bug: 1, badInput: 2, interrupted: 130 } as const

/** A recipe, command or option that does not exist, or is not used as it should be. */
export class UsageError extends ShapewiseError {
  override readonly name = 'UsageError'
}

/** The user pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Says on stderr what went wrong, in one paragraph; returns the exit code. */
export function reportFailure(error: unknown, debug: boolean, { stderr, environment }: Surroundings): number {
  const colors = picocolors.createColors(wantsColor(stderr, environment))
  const expected = error instanceof ShapewiseError
  const message = error instanceof Error ? error.message : String(error)
  const hint = expected || debug ? '' : ' This is not an error that Shapewise expects; --debug shows where it happened.'
  stderr.write(`${colors.red('error:')} ${message}${hint}\n`)
  if (debug && error instanceof Error && error.stack !== undefined) stderr.write(`${error.stack}\n`)
  return expected ? exitCodes.badInput : exitCodes.bug
}
