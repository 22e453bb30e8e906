import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Studio, startStudio } from '../../src/studio/index.js'
import { findChromium, startChromium } from '../browser/chromium.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = join(root, 'dist/studio')
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const reason =
  findChromium() === undefined
    ? 'no Chromium found; install it or set CHROMIUM_PATH'
    : existsSync(join(pages, 'index.html'))
      ? undefined
      : 'the pages are not built; run `npm run studio:build`'

declare const axeRun: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>

/** Under load a page takes its time. */
const eventually = <Value>(get: () => Value | Promise<Value>) => expect.poll(get, { timeout: 60_000, interval: 200 })

describe.skipIf(reason !== undefined)(reason === undefined ? 'the studio in Chromium' : `skipped: ${reason}`, () => {
  let studio: Studio
  let browser: Awaited<ReturnType<typeof startChromium>>
  beforeAll(async () => {
    studio = await startStudio({ port: 0, pages })
    browser = await startChromium(findChromium() ?? '')
    const page = await browser.context.newPage()
    await page.goto(studio.address)
    await page.close()
  })
  afterAll(async () => {
    await browser?.stop()
    await studio?.close()
  })

  /** A page at an address of the studio; errors that nobody has caught fail the test. */
  async function withPage(hash: string, use: (page: Page) => Promise<void>, size = { width: 1440, height: 1000 }) {
    const page = await browser.context.newPage()
    await page.setViewportSize(size)
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(new URL(`/#/${hash}`, studio.address).href)
    await page.locator('main canvas').first().waitFor()
    await use(page)
    await page.close()
    expect(errors).toEqual([])
  }

  const percent = async (page: Page, which: 'test' | 'training'): Promise<number> =>
    Number.parseFloat(await page.locator(`[data-accuracy="${which}"]`).first().innerText())

  const train = (page: Page) => page.getByRole('button', { name: 'Train', exact: true }).click()
  const reached = (page: Page, which: 'test' | 'training', wanted: number) =>
    eventually(() => percent(page, which)).toBeGreaterThanOrEqual(wanted)

  it('trains the spiral to 95 % and says how fast it goes', async () => {
    await withPage('playground?data=spiral&layers=8tanh-8tanh&optimizer=adam&learningRate=0.01', async (page) => {
      await train(page)
      await reached(page, 'test', 95)
      const [steps, frames] = await Promise.all(
        ['steps', 'frames'].map((what) => page.locator(`[data-${what}-per-second]`).innerText()),
      )
      console.log(`playground, 2-8-8-1: ${steps} steps and ${frames} frames a second while training`)
    })
  })

  it('finds its state again from the address', async () => {
    let address = ''
    await withPage('playground', async (page) => {
      await page.getByRole('button', { name: 'Moons' }).click()
      await page.getByLabel('Optimizer').selectOption('Adam')
      await page.getByRole('button', { name: 'Add a hidden layer' }).click()
      await page.getByRole('button', { name: 'Feature x₁²' }).click()
      await eventually(() => page.url()).toContain('features')
      address = new URL(page.url()).hash.slice(2)
    })
    await withPage(address, async (page) => {
      expect(await page.getByRole('button', { name: 'Moons' }).getAttribute('aria-pressed')).toBe('true')
      expect(await page.getByLabel('Optimizer').inputValue()).toBe('adam')
      expect(await page.getByText('3 hidden layers').count()).toBe(1)
      expect(await page.getByRole('button', { name: 'Feature x₁²' }).getAttribute('aria-pressed')).toBe('true')
    })
  })

  it("classifies the user's own table", async () => {
    const table = Array.from({ length: 90 }, (_, i) => {
      const [kind, turn] = [i % 3, i / 7]
      return `${(kind * 5 + Math.cos(turn)).toFixed(2)};${(kind * kind + Math.sin(turn)).toFixed(2)};kind ${'abc'[kind]}`
    })
    await withPage('playground?optimizer=adam&learningRate=0.03', async (page) => {
      await page.getByRole('button', { name: 'Your own' }).click()
      await page.getByLabel('Table').fill(['height;weight;kind', ...table].join('\n'))
      await page.getByRole('button', { name: 'Use the table' }).click()
      await page.getByText('90 points: x₁ is height, x₂ is weight').waitFor()
      await train(page)
      await reached(page, 'test', 95)
    })
  })

  it('takes points from the mouse', async () => {
    await withPage('playground?data=own&trainShare=90&optimizer=adam&learningRate=0.03', async (page) => {
      const plane = page.locator('.plane')
      for (const [x, y] of [
        [60, 60],
        [80, 90],
        [70, 120],
      ]) {
        await plane.click({ position: { x: x!, y: y! } })
      }
      await page.getByLabel('Class 2').check({ force: true })
      for (const [x, y] of [
        [220, 220],
        [240, 180],
        [200, 240],
      ]) {
        await plane.click({ position: { x: x!, y: y! } })
      }
      await page.getByText('6 points').waitFor()
      await train(page)
      await reached(page, 'training', 100)
    })
  })

  it('changes weights by hand and looks back', async () => {
    await withPage('playground', async (page) => {
      await page.getByRole('button', { name: 'Neuron 1 of layer 1' }).click()
      await page.getByLabel('x₁', { exact: true }).fill('2.5')
      await page.getByLabel('x₁', { exact: true }).press('Enter')
      await eventually(() => page.getByLabel('x₁', { exact: true }).inputValue()).toBe('2.5')
      for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'One step' }).click()
      const slider = page.getByLabel('Look back to step')
      await eventually(() => slider.getAttribute('max')).toBe('3')
      await slider.fill('0')
      await eventually(() => page.locator('.counters dd').nth(1).innerText()).toBe('0')
    })
  })

  it('compares two settings from the same weights', async () => {
    await withPage('playground?data=spiral&layers=8tanh-8tanh&learningRate=0.01', async (page) => {
      await page.getByRole('button', { name: 'Compare with another' }).click()
      const [first, second] = [
        page.getByRole('region', { name: 'Training A' }),
        page.getByRole('region', { name: 'Training B' }),
      ]
      await second.getByLabel('Optimizer').selectOption('Adam')
      await train(page)
      const loss = async (which: typeof first) =>
        Number.parseFloat(await which.locator('[data-loss="training"]').innerText())
      await eventually(() => loss(second)).toBeLessThan(0.05)
      expect(await loss(first)).toBeGreaterThan(await loss(second))
    })
  })

  it('shows in a lesson why a deep sigmoid net does not learn', async () => {
    await withPage('playground', async (page) => {
      await page.getByLabel('A tour in twelve lessons').selectOption({ label: '8. Why deep sigmoid nets stood still' })
      await page.getByRole('button', { name: 'Train it' }).click()
      const gradient = async (layer: string) => Number(await page.locator(`[data-gradient="${layer}"]`).innerText())
      await eventually(async () => (await gradient('layer 1')) / (await gradient('output'))).toBeLessThan(1 / 3)
      await page.getByRole('button', { name: 'ReLU', exact: true }).click()
      await reached(page, 'test', 95)
    })
  })

  it('writes a program that trains the same network in Node', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'program-'))
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules/shapewise'), 'junction')
    try {
      for (const query of [
        'data=moons&layers=6tanh-6relu&optimizer=adam&learningRate=0.01&batchNorm=true&skip=true&dropout=0.1',
        'data=gauss&classes=4&layers=5gelu&schedule=oneCycle&regularization=l2&learningRate=0.1&initializer=he',
        'data=plane&features=x-y-sinX&layers=&optimizer=momentum&learningRate=0.01&regularization=l1',
      ]) {
        await withPage(`playground?${query}`, async (page) => {
          const area = page.getByLabel('The training as a Shapewise program')
          await eventually(() => area.inputValue()).toContain('network')
          writeFileSync(join(folder, 'playground.mjs'), await area.inputValue())
        })
        const { stdout, stderr } = spawnSync(process.execPath, ['playground.mjs'], { cwd: folder, encoding: 'utf8' })
        expect(stderr).toBe('')
        const [, right] = /test: loss [\d.]+, ([\d.]+) % right/.exec(stdout) ?? []
        if (query.includes('plane')) expect(Number(/test: loss ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(0.02)
        else expect(Number(right)).toBeGreaterThan(90)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('slides a window over a picture, and says what it adds up to', async () => {
    const query = new URLSearchParams({ source: 'letter', stages: '1,2,1,0,0,0,-1,-2,-1_2_valid_1_relu_max' })
    await withPage(`convolution?${query}`, async (page) => {
      await eventually(() => page.locator('[data-size="1"]').innerText()).toContain('= 15, pooled 7')
      const maps = page.locator('.stage .map')
      expect(await maps.count()).toBe(2)
      await maps.first().hover({ position: { x: 130, y: 90 } })
      await page.locator('.terms div').first().waitFor()
      const [shown = 0, found] = [
        Number(await page.locator('.sum b').first().innerText()),
        Number(await page.locator('[data-value]').innerText()),
      ]
      expect(found).toBeCloseTo(Math.max(0, shown), 3)
      expect(await page.locator('.source .mark').count()).toBe(9)
      await page.getByLabel('Weight 2, 2 of stage 1', { exact: true }).fill('4')
      expect(await page.getByLabel('Filter', { exact: true }).inputValue()).toBe('own')
      await eventually(() => decodeURIComponent(page.url())).toContain('1,2,1,0,4,0')
      await page.getByRole('button', { name: 'Slide the window' }).click()
      const title = () => page.locator('.window-panel h2').innerText()
      const before = await title()
      await eventually(title).not.toBe(before)
      await page.getByRole('button', { name: 'Add a stage' }).click()
      await eventually(() => maps.count()).toBe(3)
    })
  })

  it('learns to read, reads a digit that is drawn, and is fooled', async () => {
    await withPage('digits', async (page) => {
      await page.getByText('digits that it has not seen').waitFor({ timeout: 240_000 })
      const pad = page.getByLabel('Draw a digit here')
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByText('Draw with the mouse or a finger.').waitFor()
      const box = (await pad.boundingBox())!
      // A one: a line from the top to the bottom.
      await page.mouse.move(box.x + 150, box.y + 40)
      await page.mouse.down()
      for (let y = 50; y <= 240; y += 10) await page.mouse.move(box.x + 150 - (y - 40) / 10, box.y + y)
      await page.mouse.up()
      const answer = () => page.locator('[data-answer]').innerText()
      await eventually(answer).toBe('1')
      expect(await page.locator('.layer').count()).toBe(6)
      await page.getByRole('button', { name: 'Fool it' }).click()
      await eventually(() => page.locator('[data-fooled]').count()).toBe(1)
      expect(await page.locator('[data-fooled]').innerText()).not.toBe('1')
    })
    // The weights were kept: at the next visit nothing has to be learned.
    await withPage('digits', async (page) => {
      await page.getByText('digits that it has not seen').waitFor()
      expect(await page.locator('progress').count()).toBe(0)
    })
  }, 300_000)

  it.each(['light', 'dark'] as const)('is accessible in the %s theme, and on a phone', async (theme) => {
    const look = async (page: Page) => {
      await page.emulateMedia({ colorScheme: theme })
      await page.waitForTimeout(300)
      await page.evaluate(readFileSync(axe, 'utf8'))
      const violations = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: { run: typeof axeRun } }).axe.run()
        return violations.map(({ id, impact, nodes }) => ({
          id,
          impact,
          html: nodes.map(({ html }) => html).slice(0, 3),
        }))
      })
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
    }
    await withPage('playground?data=own', look)
    await withPage('convolution', look)
    await withPage('digits', look)
    await withPage('playground', look, { width: 390, height: 844 })
  })

  it('does not scroll sideways on a phone', async () => {
    const width = 390
    const look = async (page: Page) =>
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    for (const name of ['playground', 'convolution', 'digits']) await withPage(name, look, { width, height: 844 })
  })
})
