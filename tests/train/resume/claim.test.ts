import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage, RunFolder } from 'shapewise/train'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programOf } from './program.js'
import { fingerprint, scenarios } from './scenarios.js'

const root = mkdtempSync(join(tmpdir(), 'claim-'))
let program: Awaited<ReturnType<typeof programOf>>
const started = new Set<ChildProcess>()
beforeAll(async () => {
  program = await programOf('tests/train/resume/writer.ts')
}, 120_000)
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  program.remove()
  rmSync(root, { recursive: true, force: true })
})

/** Starts a process; its answer is the first line that it says. */
function start(command: string, args: readonly string[]): { child: ChildProcess; answer: Promise<string> } {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  started.add(child)
  const answer = new Promise<string>((resolve) => {
    let text = ''
    child.stdout?.on('data', (more: Buffer) => {
      text += more
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    child.on('close', () => resolve(text))
  })
  return { child, answer }
}
const writer = (what: string, folder: string) => start(process.execPath, [program.file, what, folder])
const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.on('close', resolve))
const marks = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('.lock-'))
const claim = async (folder: string): Promise<RunFolder> => {
  const run = await RunFolder.open(folder)
  await run.claim()
  return run
}

describe('the folder of a run belongs to one process', () => {
  it('another is told which, and takes it over at once when that was killed', async () => {
    const folder = join(root, 'held')
    const first = writer('hold', folder)
    expect(await first.answer).toBe('held')
    await expect(claim(folder)).rejects.toThrow(
      new RegExp(`held: process ${first.child.pid} writes into this folder already. Wait .* choose another folder`),
    )
    // Whoever only reads is not held up, and sees nothing of it.
    expect(await (await RunFolder.open(folder)).storage.list('')).toEqual([])
    first.child.kill('SIGKILL')
    await ended(first.child)
    const run = await claim(folder)
    expect(marks(folder)).toHaveLength(1)
    const second = writer('hold', folder)
    expect(await second.answer).toMatch(`refused: ${folder}: process ${process.pid} writes`)
    await expect(claim(folder)).rejects.toThrow(/held: this process writes/)
    await run.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of many that come at once one gets it at most, and none leaves anything when refused', async () => {
    for (let round = 0; round < 3; round++) {
      const folder = join(root, `crowd-${round}`)
      const all = Array.from({ length: 5 }, () => writer('hold', folder))
      const answers = await Promise.all(all.map(({ answer }) => answer))
      expect(answers.filter((answer) => answer === 'held').length).toBeLessThanOrEqual(1)
      expect(answers.filter((answer) => answer !== 'held' && !answer.startsWith('refused'))).toEqual([])
      for (const { child } of all) child.kill('SIGKILL')
      await (await claim(folder)).release()
      expect(readdirSync(folder)).toEqual([])
    }
  }, 60_000)

  it.runIf(process.platform === 'linux')('a dead process that nobody has buried does not hold it', async () => {
    const folder = join(root, 'zombie')
    const shell = start('sh', ['-c', `"${process.execPath}" "${program.file}" hold "${folder}" & exec sleep 60`])
    expect(await shell.answer).toBe('held')
    const [, pid] = /^\.lock-(\d+)-/.exec(marks(folder)[0]) ?? []
    process.kill(Number(pid), 'SIGKILL')
    await expect.poll(() => claim(folder).then((run) => run.release())).toBe(undefined)
    shell.child.kill('SIGKILL')
  })

  it.runIf(process.platform === 'linux')('nor does the number of a process that is used anew', async () => {
    const folder = join(root, 'anew')
    await (await claim(folder)).release()
    const run = await claim(folder)
    const [own] = marks(folder)
    await run.release()
    writeFileSync(join(folder, own.replace(/^(\.lock-\d+)-\d+/, '$1-1')), '')
    await (await claim(folder)).release()
    expect(marks(folder)).toEqual([])
  })

  it('a process of another machine holds it as long as it gives signs of life', async () => {
    const folder = join(root, 'far')
    mkdirSync(folder)
    const mark = join(folder, '.lock-7-123-0a1b2c3d-upstairs@4026531836')
    writeFileSync(mark, '')
    await expect(claim(folder)).rejects.toThrow(
      /process 7 on upstairs writes .* If it does not run any more, try again in 120 s, or delete \.lock-7-123/,
    )
    const before = Date.now() / 1000 - 200
    utimesSync(mark, before, before)
    await (await claim(folder)).release()
    expect(marks(folder)).toEqual([])
  })

  it('parts of it belong to the same process, until the last has ended', async () => {
    const folder = join(root, 'parts')
    const whole = await RunFolder.open(folder)
    const [a, b] = [whole.within('a'), whole.within('b')]
    await a.claim()
    await b.claim()
    await a.release()
    await expect(claim(folder)).rejects.toThrow(/this process writes/)
    await b.release()
    await (await claim(folder)).release()
  })

  it('a memory belongs to one training', async () => {
    const storage = memoryStorage('shelf')
    const [first, second] = [await RunFolder.open(storage), await RunFolder.open(storage)]
    await first.claim()
    await expect(second.claim()).rejects.toThrow(/shelf: another training is stored here/)
    await first.release()
    await second.claim()
  })
})

describe('a training', () => {
  const whole = fingerprint(Object.values(scenarios)[0](undefined))

  it('refuses a folder in which another process trains, and goes on exactly when that is dead', async () => {
    const folder = join(root, 'training')
    const first = writer('slow', folder)
    await expect.poll(() => readdirSync(root).includes('training') && marks(folder).length, { timeout: 20_000 }).toBe(1)
    expect(await writer('train', folder).answer).toMatch(`process ${first.child.pid} writes into this folder already`)
    first.child.kill('SIGKILL')
    expect(await writer('train', folder).answer).toBe(await whole)
    expect(marks(folder)).toEqual([])
  }, 60_000)
})

/** A disk of so many kilobytes that is there for one command only. */
const onDisk = (kilobytes: number, command: string): string[] => [
  '-rm',
  'sh',
  '-c',
  `mount -t tmpfs -o size=${kilobytes}k none "${root}/disk" && ${command}`,
]
const canMount = ((): boolean => {
  try {
    mkdirSync(join(root, 'disk'))
    execFileSync('unshare', onDisk(64, 'true'), { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

describe.runIf(canMount)('a real disk', () => {
  const folder = join(root, 'disk')
  const run = (kilobytes: number, before: string, what: string) =>
    start('unshare', onDisk(kilobytes, `${before}; exec "${process.execPath}" "${program.file}" ${what} "${folder}"`))

  it('that is full is refused before anything is trained', async () => {
    const full = run(64, `head -c 1M /dev/zero > "${folder}/filler" 2>/dev/null`, 'train')
    expect(await full.answer).toBe(
      `refused: ${folder}: the run cannot be stored in this folder (the disk is full). Make room, or give another folder.`,
    )
  })

  it('that is read-only is refused, too', async () => {
    const closed = run(64, `mount -o remount,ro none "${folder}"`, 'train')
    expect(await closed.answer).toBe(
      `refused: ${folder}: the run cannot be stored in this folder (the file system is read-only). Give a folder that may be written to.`,
    )
  })

  it('that is full for a while disturbs nothing', async () => {
    const { child, answer } = run(256, 'true', 'fill')
    let text = ''
    child.stdout?.on('data', (more: Buffer) => {
      text += more
    })
    expect(await answer).toBe('full')
    await ended(child)
    expect(text.split('\n')[1]).toBe(await fingerprint(Object.values(scenarios)[0](undefined)))
  })
})
