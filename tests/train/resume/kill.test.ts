import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCheckpoint } from 'shapewise/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RandomStream } from '../../../src/core/threefry.js'
import { programOf } from './program.js'
import { scenarios } from './scenarios.js'

/** Kills in all; SHAPEWISE_KILLS=50 for the long test. */
const kills = Number(process.env.SHAPEWISE_KILLS ?? 8)
/** A training takes about so long; kills fall within. */
const MILLISECONDS = 250
let program: Awaited<ReturnType<typeof programOf>>
const root = mkdtempSync(join(tmpdir(), 'resume-'))

beforeAll(async () => {
  program = await programOf('tests/train/resume/child.ts')
}, 120_000)
afterAll(() => {
  program.remove()
  rmSync(root, { recursive: true, force: true })
})

/** Trains in a process of its own, which is killed so long after it has begun; gives the hash of the result if it came so far. */
async function train(scenario: string, folder: string, killAfter?: number): Promise<string | undefined> {
  const child = spawn(process.execPath, [program.file, scenario, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, complaints] = ['', '']
  child.stderr.on('data', (text: Buffer) => {
    complaints += text
  })
  child.stdout.on('data', (text: Buffer) => {
    if (output === '' && killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter)
    output += text
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== null) expect(complaints).toBe('')
  return /^[0-9a-f]{64}$/m.exec(output)?.[0]
}

/** Every file that has its name is whole. */
async function expectWhole(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  for (const name of readdirSync(folder)) if (name === 'run.json') JSON.parse(read(name))
  const checkpoints = readdirSync(folder).includes('checkpoints') ? readdirSync(join(folder, 'checkpoints')) : []
  for (const name of checkpoints.filter((each) => !each.startsWith('.'))) {
    await readCheckpoint(join(folder, 'checkpoints', name))
  }
}

const names = Object.keys(scenarios)
describe.each(names.map((name, i) => ({ name, i })))('$name', ({ name, i }) => {
  const own = Math.floor((kills + names.length - 1 - i) / names.length)

  it(`killed ${own} times at random moments gives the same bits as one that never stopped`, async () => {
    const whole = await train(name, join(root, `${i}-whole`))
    expect(whole).toBeDefined()
    const random = new RandomStream(Date.now() % 1e6)
    let left = own
    for (let attempt = 0; left > 0; attempt++) {
      const folder = join(root, `${i}-${attempt}`)
      let result: string | undefined
      while (result === undefined) {
        result = left > 0 ? await train(name, folder, random.uniform(0, MILLISECONDS)) : await train(name, folder)
        if (result === undefined) left--
        await expectWhole(folder)
      }
      expect(result).toBe(whole)
    }
  }, 300_000)
})
