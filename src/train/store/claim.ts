import { fail } from '../../core/errors.js'
import { DEAD_MILLISECONDS, livesHere, type Mark, markOf, ownMark, RENEWED_MILLISECONDS } from './mark.js'

/** Who comes at the same moment as another one tries again so often. */
const ATTEMPTS = 4

const CONTENT = 'The process whose number is in the name of this file writes into this folder.\n'

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
  const { join } = await import('node:path')
  const own = await ownMark()
  const { machine } = own
  const at = ({ file }: Mark): string => join(folder, file)
  const remove = (mark: Mark): Promise<void> => rm(at(mark), { force: true })
  const ageOf = async (mark: Mark): Promise<number> => {
    const [then, now] = await Promise.all([mark, own].map((each) => stat(at(each)).catch(() => undefined)))
    return then === undefined ? Infinity : (now?.mtimeMs ?? 0) - then.mtimeMs
  }
  const isAlive = async (mark: Mark): Promise<boolean> => {
    if (mark.machine !== machine) return (await ageOf(mark)) < DEAD_MILLISECONDS
    return livesHere(mark)
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
