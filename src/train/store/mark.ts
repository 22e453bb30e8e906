/** Names of the marks of those who write into a folder: all that is known of them, so that a mark is whole as soon as it is there. */
const MARK = /^\.lock-(\d+)-(\d+)-[0-9a-f]+-(.+)$/

/** Marks of other machines are renewed so often, and are of a dead process when they were not for so long. */
export const RENEWED_MILLISECONDS = 15_000
export const DEAD_MILLISECONDS = 120_000

export interface Mark {
  readonly file: string
  readonly pid: number
  /** When the process began, in ticks of the machine, as numbers of processes are used anew; 0 where that is not known. */
  readonly began: number
  readonly machine: string
}

/** Whether a file is such a mark. */
export const isMark = (name: string): boolean => MARK.test(name)

export function markOf(file: string): Mark | undefined {
  const [, pid, began, machine] = MARK.exec(file) ?? []
  return machine === undefined ? undefined : { file, pid: Number(pid), began: Number(began), machine }
}

/** A new mark of this process. */
export async function ownMark(): Promise<Mark> {
  const { randomBytes } = await import('node:crypto')
  const machine = await thisMachine()
  const { pid } = process
  const began = (await beginningOf(pid)) ?? 0
  return { file: `.lock-${pid}-${began}-${randomBytes(4).toString('hex')}-${machine}`, pid, began, machine }
}

/** Whether a process of this machine lives that began at this time; where no times are known, whether one of that number does. */
export async function livesHere({ pid, began }: Pick<Mark, 'pid' | 'began'>): Promise<boolean> {
  const since = await beginningOf(pid)
  return since !== undefined && (since === began || began === 0)
}

/** A process that writes into a folder. */
export interface Writer {
  readonly pid: number
  /** Whether it runs on this machine. */
  readonly isHere: boolean
}

/** Who writes into a folder at this time, if anybody does; nothing is changed there. Node only. */
export async function writerOf(folder: string): Promise<Writer | undefined> {
  const { readdir, stat } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const names = await readdir(folder).catch(() => [])
  const marks = names.map(markOf).filter((mark) => mark !== undefined)
  if (marks.length === 0) return undefined
  const machine = await thisMachine()
  for (const mark of marks) {
    const isHere = mark.machine === machine
    const age = async (): Promise<number> => {
      const found = await stat(join(folder, mark.file)).catch(() => undefined)
      return found === undefined ? Infinity : Date.now() - found.mtimeMs
    }
    if (isHere ? await livesHere(mark) : (await age()) < DEAD_MILLISECONDS) return { pid: mark.pid, isHere }
  }
  return undefined
}

/** What numbers of processes are unique on: the host, and the part of it that a container sees. */
async function thisMachine(): Promise<string> {
  const { readlink } = await import('node:fs/promises')
  const { hostname } = await import('node:os')
  const space = await readlink('/proc/self/ns/pid').catch(() => '')
  return `${hostname()}@${space.replace(/\D/g, '')}`.replace(/[^\w.@-]/g, '_').slice(0, 120)
}

/** When a process of this machine began; undefined if it does not live, 0 where only that it lives is known. */
export async function beginningOf(pid: number): Promise<number | undefined> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Those of other users may not be called, but live.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined
  }
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (text === undefined) return 0
  // pid (name) state … beginning …, where names may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19])
}
