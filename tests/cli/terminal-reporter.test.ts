import { describe, expect, it } from 'vitest'
import { TerminalReporter } from '../../src/cli/terminal-reporter.js'
import { TestSurroundings } from './capture.js'

const progress = (batch: number) => ({
  epoch: 1,
  epochs: 2,
  batch,
  batches: 100,
  examples: batch * 50,
  metrics: { loss: 2 / batch, accuracy: batch / 100 },
})

describe('TerminalReporter on a terminal', () => {
  const surroundings = new TestSurroundings({ isTTY: true, columns: 130 })
  surroundings.environment = { NO_COLOR: '1' }
  const { stdout } = surroundings
  const report = new TerminalReporter(stdout, surroundings)

  it('changes one line in place, at most ten times a second', () => {
    for (let batch = 1; batch <= 40; batch++) {
      surroundings.milliseconds = 100 * (batch - 1)
      report.progress(progress(batch))
      surroundings.milliseconds += 10
      report.progress(progress(batch))
    }
    expect(stdout.text).not.toContain('\n')
    const shown = stdout.text.split('\r\x1b[2K')
    expect(shown).toHaveLength(41)
    // 39 batches of 50 in 3.9 s are 500 a second; 40 of 200 batches took 3.9 s, so that 160 take 15.6 s more.
    expect(shown.at(-1)).toBe(
      '━━━━━━━━────────────  epoch 1/2   40/100  loss 0.05000  accuracy 40.00 %  500 examples/s  0:16 left  █▃▂▂▁▁▁▁▁▁▁▁',
    )
  })

  it('takes the line away before it writes others', async () => {
    stdout.text = ''
    await report.epoch({ epoch: 1, epochs: 2, metrics: { loss: 0.05 } })
    expect(stdout.text).toBe('\r\x1b[2Kepoch 1/2  loss 0.05000  0:04\n')
    report.log('text')
    expect(stdout.text.split('\n')[1]).toBe('text')
  })

  it('never writes more than fits into the width', () => {
    const narrow = new TestSurroundings({ isTTY: true, columns: 50 })
    narrow.environment = { NO_COLOR: '1' }
    new TerminalReporter(narrow.stdout, narrow).progress(progress(1))
    expect(narrow.stdout.text.replace('\r\x1b[2K', '').length).toBeLessThanOrEqual(50)
    expect(narrow.stdout.text).toContain('epoch 1/2')
  })
})

describe('TerminalReporter into a pipe', () => {
  it('writes plain lines every ten seconds', () => {
    const surroundings = new TestSurroundings()
    const report = new TerminalReporter(surroundings.stdout, surroundings)
    for (let batch = 1; batch <= 50; batch++) {
      surroundings.milliseconds = 500 * (batch - 1)
      report.progress(progress(batch))
    }
    expect(surroundings.stdout.lines).toEqual([
      'epoch 1/2   21/100  loss 0.09524  accuracy 21.00 %  100 examples/s  1:25 left',
      'epoch 1/2   41/100  loss 0.04878  accuracy 41.00 %  100 examples/s  1:18 left',
    ])
    expect(surroundings.stdout.text).not.toContain('\x1b')
    expect(surroundings.stdout.text).not.toContain('\r')
  })
})
