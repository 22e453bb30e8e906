import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { readCheckpoint } from 'shapewise/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RandomStream } from '../../../src/core/threefry.js'
import { scenarios } from './scenarios.js'

const path = (relative: string): string => fileURLToPath(new URL(`../../../${relative}`, import.meta.url))
/** Kills in all; SHAPEWISE_KILLS=50 for the long test. */
const kills = Number(process.env.SHAPEWISE_KILLS ?? 8)
/** A training takes about so long; kills fall within. */
const MILLISECONDS = 250
// Beside the kernels, so that it finds them.
const program = path(`dist/resume-${process.pid}.mjs`)
const root = mkdtempSync(join(tmpdir(), 'resume-'))

beforeAll(async () => {
  const bundle = await rolldown({
    input: path('tests/train/resume/child.ts'),
    platform: 'node',
    resolve: {
      extensionAlias: { '.js': ['.ts'] },
      alias: Object.fromEntries(
        ['data', 'nn', 'optim', 'train']
          .map((entry) => [`shapewise/${entry}`, path(`src/${entry}/index.ts`)])
          .concat([['shapewise', path('src/index.ts')]]),
      ),
    },
    external: [/^node:/],
  })
  await bundle.write({ file: program, format: 'esm', codeSplitting: false })
  await bundle.close()
}, 120_000)
afterAll(() => {
  rmSync(program, { force: true })
  rmSync(root, { recursive: true, force: true })
})

/** Trains in a process of its own, which is killed so long after it has begun; gives the hash of the result if it came so far. */
async function train(scenario: string, folder: string, killAfter?: number): Promise<string | undefined> {
  const child = spawn(process.execPath, [program, scenario, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
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
