/** Where text goes: a terminal, a pipe, or a test. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** What the command line touches of the outside, so that tests can stand in for it. */
export interface Surroundings {
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds, for durations. */
  readonly now: () => number
  /** Calls `handle` when the user presses Ctrl-C; returns how to stop listening. */
  readonly onInterrupt: (handle: () => void) => () => void
}

/** The process that we are. */
export function processSurroundings(): Surroundings {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    now: () => performance.now(),
    onInterrupt(handle) {
      process.on('SIGINT', handle)
      process.on('SIGTERM', handle)
      return () => {
        process.off('SIGINT', handle)
        process.off('SIGTERM', handle)
      }
    },
  }
}

/** Whether text for a stream may be coloured: on terminals, unless NO_COLOR (no-color.org) or FORCE_COLOR decides. */
export function wantsColor(stream: TextStream, environment: Surroundings['environment']): boolean {
  if (environment.NO_COLOR) return false
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== '0'
  return stream.isTTY === true && environment.TERM !== 'dumb'
}

/** Columns of a terminal; what is not a terminal gets the classic 80. */
export const widthOf = (stream: TextStream): number => (stream.isTTY && stream.columns ? stream.columns : 80)
