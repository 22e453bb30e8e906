import { generate } from 'shapewise/data'
import { terminal, trainLoop } from 'shapewise/train'
import { describe, expect, it } from 'vitest'
import { progressLine, sparkline } from '../../src/train/display/line.js'

const CLEAR_LINE = '\r\x1b[2K'
const nothing = { state: () => null, loadState: () => {} }
const losses = [4, 2, 1, 1]

async function shown(isTTY: boolean): Promise<string> {
  let text = ''
  const output = {
    isTTY,
    columns: 100,
    write: (piece: string) => {
      text += piece
    },
  }
  const steps = generate(({ index }) => index, { length: 2 })
  await trainLoop((_, { step }) => ({ loss: losses[step - 1], accuracy: 0.5 }), steps, {
    ...{ parts: { nothing }, epochs: 2, callbacks: [terminal({ output })], validate: () => ({ loss: 7 }) },
  })
  return text
}

describe('a training in a terminal', () => {
  it('changes a line in place and leaves one for each epoch', async () => {
    const text = await shown(true)
    const begin = `${CLEAR_LINE}${'─'.repeat(20)}  epoch 1/2  batch 1  loss 4  accuracy 50.00 %`
    expect(text.slice(0, begin.length)).toBe(begin)
    const lines = text.split('\n').map((line) => line.split(CLEAR_LINE).at(-1))
    expect(lines[0]).toMatch(/^epoch 1\/2 {2}loss 3 {2}accuracy 50\.00 % {2}validation {2}loss 7 {2}0:00$/)
    expect(lines[1]).toMatch(/epoch 2\/2 {2}loss 1 /)
  })

  it('writes plain lines elsewhere', async () => {
    const text = await shown(false)
    expect(text).not.toContain(CLEAR_LINE)
    expect(text.split('\n')).toHaveLength(3)
  })
})

it('what does not fit is left out, the curve first', () => {
  const all = {
    epoch: 3,
    epochs: 12,
    batch: 5,
    batches: 10,
    metrics: { loss: 0.5 },
    examplesPerSecond: 1234.4,
    secondsLeft: 61,
  }
  const line = (width: number) => progressLine({ ...all, recent: [3, 2, 1] }, { width, withBar: true })
  expect(line(100)).toBe('━━━━━━━━━━──────────  epoch 3/12   5/10  loss 0.5000  1,234 examples/s  1:01 left  █▅▁')
  expect(line(80)).toBe('━━━━━━━━━━──────────  epoch 3/12   5/10  loss 0.5000  1,234 examples/s')
  for (let width = 22; width < 100; width++) expect(line(width).length).toBeLessThanOrEqual(width)
})

it('curves of one line are as high as their values', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█')
  expect(sparkline([])).toBe('')
  expect(sparkline([2, 2])).toBe('▄▄')
  expect(sparkline([0, Number.NaN, 7])).toBe('▁ █')
  expect(sparkline(Array.from({ length: 600 }, (_, i) => i))).toHaveLength(12)
})
