import { fail } from '../../core/errors.js'

/** Names of the marks of those who write into a folder: all that is known of them, so that a mark is whole as soon as it is there. */
const MARK = /^\.lock-(\d+)-(\d+)-[0-9a-f]+-(.+)$/

/** Marks of other machines are renewed so often, and are of a dead process when they were not for so long. */
const RENEWED_MILLISECONDS = 15_000
const DEAD_MILLISECONDS = 120_000
/** Who comes at the same moment as another one tries again so often. */
const ATTEMPTS = 4

const CONTENT = 'The process whose number is in the name of this file writes into this folder.\n'

interface Mark {
  readonly file: string
  readonly pid: number
  /** When the process began, in ticks of the machine, as numbers of processes are used anew; 0 where that is not known. */
  readonly began: number
  readonly machine: string
}

/**
 * Takes a folder for one writer, until the function that comes back is called or the process ends, however it ends. Node only.
 *
 * Everyone who comes puts a mark into the folder and then looks for others: of two that come at once, at least one sees the other and
 * withdraws. A mark whose process does not live any more counts for nothing.
 *
 * @throws if another one has it, with who that is, or if nothing can be written there
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const { open, readdir, rm, stat, writeFile } = await import('node:fs/promises')
  const { randomBytes } = await import('node:crypto')
  const { join } = await import('node:path')
  const machine = await thisMachine()
  const { pid } = process
  const began = (await beginningOf(pid)) ?? 0
  const own: Mark = { file: `.lock-${pid}-${began}-${randomBytes(4).toString('hex')}-${machine}`, pid, began, machine }
  const at = ({ file }: Mark): string => join(folder, file)
  const remove = (mark: Mark): Promise<void> => rm(at(mark), { force: true })
  const ageOf = async (mark: Mark): Promise<number> => {
    const [then, now] = await Promise.all([mark, own].map((each) => stat(at(each)).catch(() => undefined)))
    return then === undefined ? Infinity : (now?.mtimeMs ?? 0) - then.mtimeMs
  }
  const isAlive = async (mark: Mark): Promise<boolean> => {
    if (mark.machine !== machine) return (await ageOf(mark)) < DEAD_MILLISECONDS
    const since = await beginningOf(mark.pid)
    return since !== undefined && (since === mark.began || mark.began === 0)
  }

  for (let attempt = 1; ; attempt++) {
    // On a full disk there is room for a name, but for no content.
    await writeFile(at(own), CONTENT).catch(async (error) => {
      await remove(own).catch(() => {})
      throw error
    })
    const others = (await readdir(folder)).map(markOf).filter((mark) => mark !== undefined && mark.file !== own.file)
    const alive: Mark[] = []
    for (const mark of others as Mark[]) await ((await isAlive(mark)) ? alive.push(mark) : remove(mark))
    if (alive.length === 0) break
    await remove(own)
    if (attempt === ATTEMPTS) refuse(folder, alive[0], machine)
    await new Promise((resolve) => setTimeout(resolve, 10 + 90 * Math.random()))
  }

  /** Whoever deletes the mark wants it to be gone. */
  const renew = async (): Promise<void> => {
    const handle = await open(at(own), 'r+').catch(() => undefined)
    await handle
      ?.write(CONTENT)
      .catch(() => {})
      .finally(() => handle.close())
  }
  const renewal = setInterval(() => void renew(), RENEWED_MILLISECONDS)
  renewal.unref()
  return async () => {
    clearInterval(renewal)
    await remove(own).catch(() => {})
  }
}

/** Whether a file is such a mark. */
export const isMark = (name: string): boolean => MARK.test(name)

function markOf(file: string): Mark | undefined {
  const [, pid, began, machine] = MARK.exec(file) ?? []
  return machine === undefined ? undefined : { file, pid: Number(pid), began: Number(began), machine }
}

function refuse(folder: string, { pid, machine, file }: Mark, here: string): never {
  const cure = 'Wait until it has ended, end it, or choose another folder.'
  if (machine === here) {
    const who = pid === process.pid ? 'this process' : `process ${pid}`
    return fail(`${folder}: ${who} writes into this folder already`, cure)
  }
  const [host] = machine.split('@')
  const seconds = DEAD_MILLISECONDS / 1000
  return fail(
    `${folder}: process ${pid} on ${host} writes into this folder already`,
    `${cure} If it does not run any more, try again in ${seconds} s, or delete ${file} there.`,
  )
}

/** What numbers of processes are unique on: the host, and the part of it that a container sees. */
async function thisMachine(): Promise<string> {
  const { readlink } = await import('node:fs/promises')
  const { hostname } = await import('node:os')
  const space = await readlink('/proc/self/ns/pid').catch(() => '')
  return `${hostname()}@${space.replace(/\D/g, '')}`.replace(/[^\w.@-]/g, '_').slice(0, 120)
}

/** When a process of this machine began; undefined if it does not live, 0 where only that it lives is known. */
async function beginningOf(pid: number): Promise<number | undefined> {
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
