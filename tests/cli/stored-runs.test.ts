import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunFolder } from 'shapewise/train'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.js'
import { TestSurroundings } from './capture.js'

const root = mkdtempSync(join(tmpdir(), 'runs-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function shapewise(...args: string[]) {
  const surroundings = new TestSurroundings()
  const code = await runCommandLine(args, surroundings)
  return { code, stdout: surroundings.stdout.text, stderr: surroundings.stderr.text }
}

async function store(name: string, seed: number, accuracy: number, learningRate: number): Promise<string> {
  const path = join(root, name)
  const folder = await RunFolder.open(path)
  const literature = { accuracy: { value: 0.915, source: 'an | introductory\nlecture' } }
  await folder.begin({ name: 'mlp-mnist', title: 'MLP', options: { epochs: 3, learningRate }, seed, literature })
  for (let epoch = 1; epoch <= 3; epoch++) {
    const metrics = { loss: 1 / epoch, accuracy: accuracy - 0.1 / epoch }
    const rest = {
      learningRates: { optimizer: learningRate },
      examplesPerSecond: 10,
      seconds: 1,
      validation: { loss: 2 / epoch },
    }
    await folder.append({ type: 'epoch', epoch, epochs: 3, step: 10 * epoch, metrics, ...rest })
  }
  await folder.update({ status: 'finished', results: { accuracy }, seconds: 12.5 })
  return path
}

let [first, second, third] = ['', '', '']
beforeAll(async () => {
  first = await store('first', 0, 0.91, 0.1)
  second = await store('second', 1, 0.93, 0.1)
  third = await store('third', 0, 0.8, 0.5)
})

describe('shapewise runs', () => {
  it('lists what lies in a folder, the latest last', async () => {
    const { code, stdout } = await shapewise('runs', root)
    expect(code).toBe(0)
    const lines = stdout.split('\n').filter((line) => line.startsWith(root))
    expect(lines.map((line) => line.split(/\s+/)[0])).toEqual([first, second, third])
    expect(lines[0]).toMatch(/mlp-mnist +finished .*accuracy 91.00 %/)
  })

  it('gives JSON', async () => {
    const listed = JSON.parse((await shapewise('runs', root, '--json')).stdout)
    expect(listed.map((run: { path: string }) => run.path)).toEqual([first, second, third])
    expect(listed[0]).toMatchObject({
      name: 'mlp-mnist',
      status: 'finished',
      seed: 0,
      results: { accuracy: 0.91 },
      epochs: 3,
    })
  })

  it('says where there are none, and makes nothing', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'none-'))
    expect((await shapewise('runs', empty)).stdout).toMatch(/No run is stored/)
    const nowhere = join(empty, 'nowhere')
    const { code, stderr } = await shapewise('runs', nowhere)
    expect(code).toBe(2)
    expect(stderr).toMatch(/no such folder/)
    expect(existsSync(nowhere)).toBe(false)
    rmSync(empty, { recursive: true })
  })
})

describe('shapewise compare', () => {
  it('shows results and the options that differ', async () => {
    const { code, stdout } = await shapewise('compare', first, third)
    expect(code).toBe(0)
    expect(stdout).toMatch(/accuracy +91.00 % +80.00 %/)
    expect(stdout).toMatch(/learning rate +0.1 +0.5/)
    expect(stdout).not.toMatch(/epochs/)
  })

  it('draws curves', async () => {
    const file = join(root, 'loss.svg')
    expect((await shapewise('compare', first, second, '--chart', file)).code).toBe(0)
    expect(readFileSync(file, 'utf8').match(/class="line"/g)).toHaveLength(4)
    const { code, stderr } = await shapewise('compare', first, '--metric', 'lss', '--chart', file)
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no epoch .* 'lss'.*loss, accuracy/)])
  })

  it('refuses what is no run, and names those inside', async () => {
    const { code, stderr } = await shapewise('compare', root)
    expect(code).toBe(2)
    expect(stderr).toContain(first)
  })
})

describe('shapewise report', () => {
  it('writes the page', async () => {
    const { code, stdout } = await shapewise('report', first)
    expect([code, stdout]).toEqual([0, `The report is in ${join(first, 'report.html')}.\n`])
    expect(readFileSync(join(first, 'report.html'), 'utf8')).toContain('91.00 %')
  })
})

describe('shapewise results', () => {
  it('gathers runs of one recipe over seeds beside what is published', async () => {
    const { code, stdout } = await shapewise('results', root)
    expect(code).toBe(0)
    const row = stdout.split('\n').find((line) => line.includes('--learning-rate 0.1'))
    expect(row).toContain('| 0, 1 |')
    expect(row).toContain('92.00 % (91.00 % … 93.00 %)')
    expect(row).toContain('91.50 %: an \\| introductory lecture')
    const [one, other] = JSON.parse((await shapewise('results', root, '--json')).stdout)
    expect([one.seeds, other.seeds]).toEqual([[0, 1], [0]])
  })

  it('writes a file', async () => {
    const file = join(root, 'results.md')
    expect((await shapewise('results', root, '--out', file)).stdout).toBe(`2 results are in ${file}.\n`)
    expect(readFileSync(file, 'utf8')).toMatch(/^# Results/)
  })
})

describe('shapewise completion', () => {
  it('finishes commands, recipes and options in bash', async () => {
    const { stdout } = await shapewise('completion', 'bash')
    const file = join(root, 'completion.sh')
    writeFileSync(file, stdout)
    const complete = (...words: string[]): string[] => {
      const script = `source ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _shapewise; echo "\${COMPREPLY[@]}"`
      return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: root }).trim().split(' ')
    }
    expect(complete('shapewise', 'com')).toEqual(['compare', 'completion'])
    expect(complete('shapewise', 'run', 'lenet')).toEqual(['lenet-mnist'])
    expect(complete('shapewise', 'run', 'lenet-mnist', '--bat')).toEqual(['--batch-size'])
    expect(complete('shapewise', 'report', 'fir')).toEqual(['first'])
  })

  it('knows three shells', async () => {
    expect((await shapewise('completion', 'zsh')).stdout).toContain('bashcompinit')
    expect((await shapewise('completion', 'fish')).stdout).toContain("-a 'lenet-mnist'")
    const { code, stderr } = await shapewise('completion', 'cmd')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/bash, zsh, fish/)])
  })
})
