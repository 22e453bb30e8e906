import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type * as shapewise from 'shapewise'
import type * as data from 'shapewise/data'
import type * as nn from 'shapewise/nn'
import type * as optim from 'shapewise/optim'
import type * as training from 'shapewise/train'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, startChromium } from './chromium.js'
import { serve } from './server.js'

interface Library {
  readonly shapewise: typeof shapewise
  readonly data: typeof data
  readonly nn: typeof nn
  readonly optim: typeof optim
  readonly training: typeof training
}

/**
 * Trains with everything that has to come back: shuffling, dropout, a schedule, averages of batches; gives the bits of all weights. The page runs
 * the text of this function, so it uses nothing but its arguments.
 */
async function train(
  { shapewise, data, nn, optim, training }: Library,
  folder: string | undefined,
  pause: number,
): Promise<{ readonly bits: string; readonly epochs: readonly number[]; readonly begun: number }> {
  await shapewise.loadWasmBackend({ threads: 1 })
  shapewise.seed(4)
  const random = new data.RandomStream(9)
  const points = Float32Array.from({ length: 240 }, () => random.normal())
  const labels = Uint8Array.from({ length: 120 }, (_, i) => Number(points[2 * i] * points[2 * i + 1] > 0))
  const examples = data.dataset({
    inputs: data.floatColumn(points, [2]),
    labels: data.labelColumn(labels, { classes: 2 }),
  })
  const model = nn.sequential(nn.linear(2, 8), nn.batchNorm1d(8), nn.relu(), nn.dropout(0.3), nn.linear(8, 2))
  let begun = -1
  const saving: training.Callback = {
    name: 'saving',
    async onBatch({ step }, training) {
      if (begun < 0) begun = step
      if (step % 3 === 0) training.save()
      Object.assign(globalThis, { [`steps of ${folder}`]: step })
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    },
  }
  const history = await training.fit(model, examples, {
    loss: nn.crossEntropy,
    optimizer: optim.adam({ learningRate: optim.cosineDecay(0.01, { steps: 60 }) }),
    epochs: 5,
    batchSize: 10,
    callbacks: [saving],
    folder: folder ?? training.memoryStorage(),
    resume: true,
  })
  const values = await Promise.all(Object.values(await model.state()).map((stored) => [...stored.data]))
  return { bits: JSON.stringify(values), epochs: history.map(({ epoch }) => epoch), begun }
}

const reason =
  findChromium() === undefined
    ? 'no Chromium found; install it or set CHROMIUM_PATH'
    : existsSync(fileURLToPath(new URL('../../dist/index.js', import.meta.url)))
      ? undefined
      : 'dist is missing; run `npm run build`'

describe.skipIf(reason !== undefined)(reason === undefined ? 'a training in a page' : `skipped: ${reason}`, () => {
  let browser: Awaited<ReturnType<typeof startChromium>>
  let server: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    ;[browser, server] = await Promise.all([startChromium(findChromium() ?? ''), serve({ isolated: false })])
  })
  afterAll(async () => {
    await browser?.stop()
    await server?.close()
  })

  const imported = `Promise.all(['', 'data/', 'nn/', 'optim/', 'train/'].map((entry) => import('/dist/' + entry + 'index.js')))
    .then(([shapewise, data, nn, optim, training]) => ({ shapewise, data, nn, optim, training }))`
  const open = async (): Promise<Page> => {
    const page = await browser.context.newPage()
    await page.goto(server.url)
    return page
  }
  const trainIn = (page: Page, folder: string | undefined, pause = 0): ReturnType<typeof train> =>
    page.evaluate(`${imported}.then((library) => (${train})(library, ${JSON.stringify(folder)}, ${pause}))`)
  const stepsOf = (page: Page, folder: string, count: number) =>
    page.waitForFunction(`globalThis['steps of ${folder}'] >= ${count}`)

  it('goes on exactly where its page was closed, or died, when it is opened again', async () => {
    const first = await open()
    const whole = await trainIn(first, undefined)
    expect(whole).toMatchObject({ epochs: [1, 2, 3, 4, 5], begun: 1 })
    const cut = trainIn(first, 'runs/first', 20).catch(() => undefined)
    await stepsOf(first, 'runs/first', 17)
    await first.close()
    expect(await cut).toBeUndefined()
    const second = await open()
    const killed = trainIn(second, 'runs/first', 20).catch(() => undefined)
    await stepsOf(second, 'runs/first', 31)
    await second.goto('chrome://crash').catch(() => {})
    expect(await killed).toBeUndefined()
    await second.close()
    const third = await open()
    const { bits, epochs, begun } = await trainIn(third, 'runs/first')
    expect(begun).toBeGreaterThan(24)
    expect({ bits, epochs }).toEqual({ bits: whole.bits, epochs: whole.epochs })
    const read = `${imported}.then(async ({ training }) => {
      const folder = await training.RunFolder.open('runs/first')
      const { status, resumed } = await folder.info()
      return { status, resumed, files: await folder.storage.list(''), steps: (await folder.checkpoints()).at(-1), lines: (await folder.lines()).length }
    })`
    expect(await third.evaluate(read)).toEqual({
      ...{ status: 'finished', resumed: 2, files: ['metrics.jsonl', 'model.safetensors', 'run.json'] },
      ...{ steps: 60, lines: 65 },
    })
    await third.close()
  })

  it('has its folder for itself, as long as its page is there', async () => {
    const [first, second] = [await open(), await open()]
    const training = trainIn(first, 'runs/second', 300).catch(() => undefined)
    await stepsOf(first, 'runs/second', 2)
    await expect(trainIn(second, 'runs/second')).rejects.toThrow(
      /runs\/second: another training of this site writes into this folder\. Close its page/,
    )
    await first.close()
    await training
    expect((await trainIn(second, 'runs/second')).epochs).toEqual([1, 2, 3, 4, 5])
    await second.close()
  })

  it('stores files whole, adds to them, lists and removes them', async () => {
    const page = await open()
    const use = `${imported}.then(async ({ training }) => {
      const storage = await training.browserStorage('files')
      await Promise.all(['1', '2', '3'].map((text) => storage.write('x.txt', text)))
      await storage.append('deep/log', 'first\\n')
      await storage.append('deep/log', 'second\\n')
      const text = async (file) => new TextDecoder().decode(await storage.read(file))
      const found = [await text('x.txt'), await text('deep/log'), await storage.list(''), await storage.list('deep'), await storage.list('no')]
      await storage.remove('x.txt')
      await storage.remove('x.txt')
      return [...found, await storage.read('x.txt') === undefined]
    })`
    expect(await page.evaluate(use)).toEqual(['3', 'first\nsecond\n', ['x.txt'], ['log'], [], true])
    await page.close()
  })
})
