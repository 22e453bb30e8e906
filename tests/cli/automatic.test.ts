import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seed, tensor } from 'shapewise'
import { encodePng, RandomStream } from 'shapewise/data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.js'
import { TestSurroundings } from './capture.js'

const root = mkdtempSync(join(tmpdir(), 'automatic-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const at = (...names: string[]): string => join(root, ...names)

async function shapewise(...args: string[]) {
  const surroundings = new TestSurroundings()
  const code = await runCommandLine(args, surroundings)
  return { code, stdout: surroundings.stdout.text, stderr: surroundings.stderr.text }
}

/** Bright dots on the left or on the right, above or below: [side]. */
async function draw(folder: string, count: number, start: number): Promise<void> {
  const random = new RandomStream(start)
  for (const [i, side] of ['left', 'right'].entries()) {
    mkdirSync(at(folder, side), { recursive: true })
    for (let k = 0; k < count; k++) {
      const x = 2 + Math.floor(random.uniform() * 4) + 8 * i
      const y = Math.floor(random.uniform() * 16)
      const pixels = Float32Array.from({ length: 256 }, (_, p) =>
        Math.abs((p % 16) - x) < 2 && Math.abs(Math.floor(p / 16) - y) < 2 ? 1 : random.uniform() * 0.3,
      )
      writeFileSync(at(folder, side, `${k}.png`), await encodePng(tensor(pixels, [16, 16, 1])))
    }
  }
}

beforeAll(async () => {
  seed(0)
  await draw('dots', 40, 1)
  await draw('more', 10, 2)
})

describe('a folder of pictures', () => {
  it('is trained on, looked at, predicted with and measured', { timeout: 120_000 }, async () => {
    const run = at('runs', 'dots')
    const { code, stdout } = await shapewise('train', at('dots'), '--out', run, '--epochs', '12')
    expect(code).toBe(0)
    expect(stdout).toMatch(/80 pictures of 2 classes, 16 × 16 grey; 16 are kept/)
    const measured = JSON.parse((await shapewise('evaluate', run, at('more'), '--json')).stdout)
    expect(measured.accuracy).toBeGreaterThan(0.8)
    const predicted = await shapewise(
      'predict',
      run,
      at('more', 'left', '0.png'),
      at('more', 'right', '3.png'),
      '--json',
    )
    const answers = predicted.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).answer)
    expect(answers).toEqual(['left', 'right'])
    const summary = await shapewise('summary', run)
    expect(summary.stdout).toMatch(/Conv2d 1 → 32/)
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('left')
  })

  it('says what is wrong', async () => {
    mkdirSync(at('one', 'only'), { recursive: true })
    writeFileSync(at('one', 'only', 'a.png'), readFileSync(at('dots', 'left', '0.png')))
    const one = await shapewise('train', at('one'), '--out', at('runs', 'one'))
    expect([one.code, one.stderr]).toEqual([2, expect.stringMatching(/one folder only, 'only'/)])
    mkdirSync(at('odd', 'middle'), { recursive: true })
    writeFileSync(at('odd', 'middle', 'a.png'), readFileSync(at('dots', 'left', '0.png')))
    const odd = await shapewise('evaluate', at('runs', 'dots'), at('odd'))
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringMatching(/no class 'middle'.*left, right/)])
    writeFileSync(at('odd', 'middle', 'b.png'), 'nonsense')
    const broken = await shapewise('predict', at('runs', 'dots'), at('odd', 'middle', 'b.png'))
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('b.png')])
    const folder = await shapewise('predict', at('runs', 'dots'), at('dots'))
    expect([folder.code, folder.stderr]).toEqual([2, expect.stringMatching(/is a folder/)])
    const other = await shapewise('train', at('dots'), '--length', '3')
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/--length is no option/)])
    const finished = await shapewise('resume', at('runs', 'dots'))
    expect([finished.code, finished.stderr]).toEqual([2, expect.stringMatching(/finished/)])
  })
})

it('damaged pictures are left out of a training, unless there are many', { timeout: 120_000 }, async () => {
  await draw('damaged', 10, 3)
  writeFileSync(at('damaged', 'left', 'broken.png'), 'nonsense')
  const run = at('runs', 'damaged')
  const { code, stdout } = await shapewise('train', at('damaged'), '--out', run, '--epochs', '1')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/1 of 21 pictures are left out: .*broken\.png/)])
  expect(stdout).toMatch(/20 pictures of 2 classes/)
  const measured = await shapewise('evaluate', run, at('damaged'))
  expect([measured.code, measured.stderr]).toEqual([2, expect.stringContaining('broken.png')])
  for (let i = 0; i < 9; i++) writeFileSync(at('damaged', 'left', `broken-${i}.png`), 'nonsense')
  const many = await shapewise('train', at('damaged'), '--out', at('runs', 'many'))
  expect([many.code, many.stderr]).toEqual([2, expect.stringMatching(/10 of 30 pictures cannot be read/)])
})

describe('a text', () => {
  it('is learned, and goes on', { timeout: 120_000 }, async () => {
    writeFileSync(at('abc.txt'), 'abcdefgh '.repeat(600))
    const run = at('runs', 'abc')
    const { code } = await shapewise(
      'train',
      at('abc.txt'),
      '--out',
      run,
      '--epochs',
      '15',
      '--units',
      '32',
      '--length',
      '16',
      '--learning-rate',
      '0.02',
    )
    expect(code).toBe(0)
    const { bitsPerCharacter } = JSON.parse((await shapewise('evaluate', run, at('abc.txt'), '--json')).stdout)
    expect(bitsPerCharacter).toBeLessThan(0.5)
    writeFileSync(at('begin.txt'), 'abcdefgh abc')
    const predicted = await shapewise(
      'predict',
      run,
      at('begin.txt'),
      '--length',
      '9',
      '--temperature',
      '0.1',
      '--json',
    )
    expect(JSON.parse(predicted.stdout).answer).toBe('defgh abc')
  })

  it('must be long enough', async () => {
    writeFileSync(at('short.txt'), 'abc')
    const { code, stderr } = await shapewise('train', at('short.txt'), '--out', at('runs', 'short'))
    expect([code, stderr]).toEqual([2, expect.stringMatching(/3 characters are too few/)])
  })
})

describe('a table', () => {
  const rows = (count: number, start: number): string => {
    const random = new RandomStream(start)
    const lines = Array.from({ length: count }, () => {
      const [size, kind] = [random.uniform(), random.uniform() < 0.5 ? 'flat' : 'house']
      const shown = random.uniform() < 0.05 ? '' : size.toFixed(3)
      return `${shown},${kind},${(100 * size + (kind === 'house' ? 50 : 0)).toFixed(1)}`
    })
    return `size,kind,price\n${lines.join('\n')}\n`
  }

  it('is trained on, predicted with and measured', { timeout: 120_000 }, async () => {
    writeFileSync(at('houses.csv'), rows(300, 1))
    writeFileSync(at('other.csv'), rows(60, 2))
    const run = at('runs', 'houses')
    const { code, stdout } = await shapewise('train', at('houses.csv'), '--out', run, '--epochs', '25')
    expect(code).toBe(0)
    expect(stdout).toMatch(/column to predict is 'price'/)
    expect(stdout).toMatch(/kind +category/)
    const { r2 } = JSON.parse((await shapewise('evaluate', run, at('other.csv'), '--json')).stdout)
    expect(r2).toBeGreaterThan(0.8)
    writeFileSync(at('new.csv'), 'kind,size\nhouse,0.5\nflat,0.1\n')
    const answers = (await shapewise('predict', run, at('new.csv'), '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.map(({ of }) => of)).toEqual(['row 1', 'row 2'])
    expect(answers[0].answer).toBeGreaterThan(70)
    expect(answers[1].answer).toBeLessThan(50)
  })

  it('says what is wrong', async () => {
    const target = await shapewise('train', at('houses.csv'), '--target', 'prize', '--out', at('runs', 'wrong'))
    expect([target.code, target.stderr]).toEqual([2, expect.stringMatching(/"prize".*size, kind, price/)])
    writeFileSync(at('lacking.csv'), 'kind\nhouse\n')
    const lacking = await shapewise('predict', at('runs', 'houses'), at('lacking.csv'))
    expect([lacking.code, lacking.stderr]).toEqual([2, expect.stringMatching(/size/)])
  })

  it('may have decimal commas; thousands that stand apart and nothing at all are told', {
    timeout: 60_000,
  }, async () => {
    const random = new RandomStream(4)
    const lines = Array.from({ length: 60 }, () => random.uniform()).map(
      (x) => `${x.toFixed(3).replace('.', ',')};${x > 0.5 ? 'much' : 'little'}`,
    )
    writeFileSync(at('comma.csv'), `part;size\n${lines.join('\n')}\n`)
    const { stdout } = await shapewise('train', at('comma.csv'), '--out', at('runs', 'comma'), '--epochs', '2')
    expect(stdout).toMatch(/decimal commas, as 'part' has them/)
    expect(stdout).toMatch(/part +number/)
    const prices = Array.from({ length: 40 }, (_, i) => `${i},"${(1000 + 10 * i).toLocaleString('en-US')}"`)
    writeFileSync(at('thousands.csv'), `size,price\n${prices.join('\n')}\n`)
    const told = await shapewise('train', at('thousands.csv'), '--out', at('runs', 'thousands'))
    expect([told.code, told.stderr]).toEqual([
      2,
      expect.stringMatching(/'price' are written like 1,000. .*without commas/),
    ])
    writeFileSync(at('empty.csv'), '')
    const empty = await shapewise('train', at('empty.csv'), '--out', at('runs', 'empty'))
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringMatching(/the file is empty/)])
  })

  it('may lack names, and labels of another file may be none that are known', { timeout: 60_000 }, async () => {
    const random = new RandomStream(3)
    const line = (name: (x: number) => string) => () => ((x) => `${x.toFixed(2)},${name(x)}`)(random.uniform())
    writeFileSync(
      at('bare.csv'),
      Array.from(
        { length: 80 },
        line((x) => (x > 0.5 ? 'b' : 'a')),
      ).join('\n'),
    )
    const run = at('runs', 'bare')
    const { stdout } = await shapewise('train', at('bare.csv'), '--out', run, '--epochs', '20')
    expect(stdout).toMatch(/accuracy +(9\d|100)/)
    writeFileSync(
      at('dotted.csv'),
      Array.from(
        { length: 9 },
        line((x) => (x > 0.5 ? 'b.' : 'a.')),
      ).join('\n'),
    )
    const { code, stderr } = await shapewise('evaluate', run, at('dotted.csv'))
    expect([code, stderr]).toEqual([2, expect.stringMatching(/knows no class.*a, b/)])
  })
})

it('other data are refused, and nothing is made', async () => {
  writeFileSync(at('data.xyz'), '1')
  for (const path of [at('data.xyz'), at('nowhere')]) {
    const { code, stderr } = await shapewise('train', path, '--out', at('runs', 'none'))
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: train: /)])
  }
  const { code } = await shapewise('runs', at('runs', 'none'))
  expect(code).toBe(2)
})
