import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tensor } from 'shapewise'
import { encodePng, RandomStream } from 'shapewise/data'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { programOf } from '../train/resume/program.js'

const root = mkdtempSync(join(tmpdir(), 'automatic-resume-'))
const at = (...names: string[]): string => join(root, ...names)
let program: Awaited<ReturnType<typeof programOf>>
beforeAll(async () => {
  program = await programOf('src/cli/main.ts')
  const random = new RandomStream(1)
  const rows = Array.from({ length: 120 }, () => {
    const [a, b] = [random.uniform(), random.uniform()]
    return `${a.toFixed(3)},${b.toFixed(3)},${a > b ? 'more' : 'less'}`
  })
  writeFileSync(at('table.csv'), `a,b,which\n${rows.join('\n')}\n`)
  writeFileSync(at('text.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(60))
  for (const name of ['light', 'dark']) {
    mkdirSync(at('pictures', name), { recursive: true })
    for (let i = 0; i < 24; i++) {
      const pixels = Float32Array.from({ length: 256 }, () => random.uniform() * (name === 'dark' ? 0.4 : 0.6))
      writeFileSync(at('pictures', name, `${i}.png`), await encodePng(tensor(pixels, [16, 16, 1])))
    }
  }
}, 120_000)
afterAll(() => {
  program.remove()
  rmSync(root, { recursive: true, force: true })
})

/** A clock that runs faster, so that what is stored every few seconds is stored every few milliseconds. */
const HASTE = 'const now = performance.now.bind(performance); performance.now = () => 100 * now()'

/** Runs the command line in a process of its own, which is killed so long after the training has begun. */
async function shapewise(args: readonly string[], begun: () => boolean, killAfter?: number): Promise<number | null> {
  const haste = `data:text/javascript,${encodeURIComponent(HASTE)}`
  const child = spawn(process.execPath, ['--import', haste, program.file, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (text: Buffer) => {
    complaints += text
  })
  const watch = setInterval(() => {
    if (killAfter === undefined || !begun()) return
    clearInterval(watch)
    setTimeout(() => child.kill('SIGKILL'), killAfter)
  }, 2)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(watch)
  expect(complaints).toBe('')
  return code
}

it.each([
  ['a table', 'table.csv', ['--epochs', '10'], 'network-2/metrics.jsonl'],
  ['a text', 'text.txt', ['--epochs', '5', '--units', '16', '--length', '16'], 'metrics.jsonl'],
  ['pictures', 'pictures', ['--epochs', '5'], 'metrics.jsonl'],
])(
  'a training on %s goes on exactly where it was killed',
  async (_, data, options, sign) => {
    const train = (folder: string, killAfter?: number): Promise<number | null> => {
      const isThere = existsSync(join(folder, 'run.json'))
      const args = isThere ? ['resume', folder] : ['train', at(data), '--out', folder, ...options]
      return shapewise(args, () => existsSync(join(folder, sign)), killAfter)
    }
    const [whole, broken] = [at(`${data}-whole`), at(`${data}-broken`)]
    expect(await train(whole)).toBe(0)
    const random = new RandomStream(Date.now() % 1e6)
    let kills = 0
    while (kills < 2) {
      const code = await train(broken, random.uniform(0, 150))
      if (code === 0) break
      kills++
    }
    // A training that was over too soon tells nothing.
    expect(kills).toBeGreaterThan(0)
    if (JSON.parse(readFileSync(join(broken, 'run.json'), 'utf8')).status !== 'finished')
      expect(await train(broken)).toBe(0)
    for (const file of ['model.safetensors', 'task.json']) {
      expect(readFileSync(join(broken, file)).equals(readFileSync(join(whole, file))), file).toBe(true)
    }
    const info = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
    expect(info(broken)).toMatchObject({ status: 'finished', results: info(whole).results })
  },
  180_000,
)
