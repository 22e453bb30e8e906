import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeRun } from '../../../scripts/many-runs.mjs'
import { eventually, inChromium, isForEverybody, root } from './in-chromium.js'

const command = [process.execPath, join(root, 'dist/cli/main.js')]
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runs-page-'))
  for (let i = 0; i < 12; i++) makeRun(join(folder, `run-${i}`), i, 200)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A picture of one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)

const countOf = async (page: Page): Promise<number> => {
  const text = await page.getByText(/[\d,]+ points/).innerText()
  return Number(/([\d,]+) points/.exec(text)![1]!.replaceAll(',', ''))
}

inChromium(
  'the page of runs',
  (withPage) => {
    it('starts a run by its form, follows it, stops it with a checkpoint, and goes on to the end', async () => {
      await withPage('runs?show=,', async (page) => {
        await page.getByRole('button', { name: 'New run' }).click()
        const form = page.getByRole('dialog', { name: 'New run' })
        await form.getByLabel('Recipe').selectOption('lenet-mnist')
        const start = form.getByRole('button', { name: 'Start' })
        await form.getByLabel('Epochs').fill('0')
        await form.getByText('is not a whole number of at least 1').waitFor()
        expect(await start.isDisabled()).toBe(true)
        await form.getByLabel('Epochs').fill('60')
        await form.getByLabel('Limit').fill('640')
        await eventually(() => start.isEnabled()).toBe(true)
        await start.click()
        await eventually(() => form.count()).toBe(0)
        const details = page.locator('.details')
        await details.locator('.state.running').waitFor({ timeout: 60_000 })
        await eventually(() => countOf(page)).toBeGreaterThan(50)
        const before = await countOf(page)
        await eventually(() => countOf(page)).toBeGreaterThan(before)
        await details.getByRole('button', { name: 'Stop' }).click()
        await details.locator('.state.interrupted').waitFor({ timeout: 60_000 })
        const [id = ''] = readdirSync(folder).filter((name) => name.startsWith('lenet-mnist'))
        const epochs = () => Number(JSON.parse(readFileSync(join(folder, id, 'run.json'), 'utf8')).resumed)
        expect(readdirSync(join(folder, id, 'checkpoints')).length).toBeGreaterThan(0)
        expect(epochs()).toBe(0)
        await details.getByRole('button', { name: 'Resume' }).click()
        await details.locator('.state.finished').waitFor({ timeout: 120_000 })
        expect(epochs()).toBe(1)
        await eventually(() => details.getByText('60 of 60 epochs').count()).toBe(1)
        // What was stored of it: mistakes with their pictures, and how its values are spread.
        await details.getByRole('tab', { name: 'Mistakes' }).click()
        const cell = details.getByRole('button', { name: /times 4 was named 4/ })
        await cell.click()
        await details.locator('[data-cell="4-4"] [role="img"]').nth(11).waitFor()
        expect(await details.locator('.worst img').count()).toBeGreaterThan(0)
        await details.getByRole('tab', { name: 'Histograms' }).click()
        await eventually(() => details.locator('.ridges canvas').count()).toBe(10)
        await details.getByLabel('Of', { exact: true }).selectOption('activations')
        await details.getByRole('img', { name: /^activations of layers\.0 after 60 epochs/ }).waitFor()
      })
    }, 300_000)

    it('shows runs of the command line by themselves, and those that are gone no more', async () => {
      await withPage('runs', async (page) => {
        const child = spawn(command[0]!, [command[1]!, 'run', 'perceptron', '--out', join(folder, 'by-hand')], {
          stdio: 'ignore',
        })
        await page.getByRole('button', { name: 'by-hand', exact: true }).waitFor({ timeout: 60_000 })
        await new Promise((resolve) => child.on('exit', resolve))
        await page.locator('tr', { hasText: 'by-hand' }).locator('.state.finished').waitFor()
        await page.getByRole('button', { name: 'by-hand', exact: true }).click()
        await page.getByLabel('Name', { exact: true }).fill('the oldest one')
        await page.getByLabel('Notes').fill('Rosenblatt')
        await page.getByRole('button', { name: 'Save' }).click()
        await page.getByRole('button', { name: 'the oldest one', exact: true }).waitFor()
        await page.getByLabel('Filter runs').fill('rosenblatt')
        await page.getByText('1 of').waitFor()
        await page.getByRole('button', { name: 'Delete', exact: true }).click()
        await page.getByRole('button', { name: 'Delete for good' }).click()
        await page.getByText('No run fits').waitFor()
        expect(readdirSync(folder)).not.toContain('by-hand')
      })
    }, 180_000)

    it('shows the exact points of many runs, and what differs between them; the address holds it all', async () => {
      const query = 'show=run-1,run-2,run-3&run=run-2&smooth=0.6&log=1&x=epoch&colour=optimizer.name&values=loss'
      await withPage(`runs?${query}`, async (page) => {
        await eventually(() => countOf(page)).toBe(3 * (200 * 2 + 100 * 5))
        const plot = page.locator('.chart canvas[role=img]')
        expect(await plot.count()).toBe(1)
        await plot.focus()
        for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
        const lines = readFileSync(join(folder, 'run-1', 'metrics.jsonl'), 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line))
        const batches = lines.filter(({ type }) => type === 'step')
        const shown = Number(await page.locator('[data-point]').innerText())
        expect(shown).toBeCloseTo(batches.at(-2)!.values.loss, 5)
        await page.getByText('times as much as the next one').waitFor()
        expect(await page.locator('.legend li').allInnerTexts()).toEqual(['adam', 'sgd'])
        await page.locator('.differences').getByText('optimizer ›').waitFor()
        await page.getByLabel('Show run-3', { exact: true }).uncheck()
        await eventually(() => countOf(page)).toBe(2 * (200 * 2 + 100 * 5))
        await eventually(() => page.url()).toContain('show=run-1%2Crun-2&')
        const file = page.waitForEvent('download')
        await page.getByRole('link', { name: 'Export' }).click()
        const saved = readFileSync(await (await file).path(), 'utf8')
        expect(saved).toContain('LeNet-5 reads handwritten digits')
        expect(saved).not.toMatch(/(src|href)="(?!data:)|<script/)
      })
    }, 120_000)

    it('shows pictures over time, goes back in it, and follows new ones', async () => {
      const pictures = join(folder, 'run-1', 'pictures')
      mkdirSync(pictures)
      const draw = (epoch: number) => writeFileSync(join(pictures, `noise-epoch-000${epoch}.png`), pixel)
      for (const epoch of [1, 2, 3]) draw(epoch)
      await withPage('runs?run=run-1&tab=pictures', async (page) => {
        const shown = () => page.locator('.reel img').getAttribute('data-epoch')
        await eventually(shown).toBe('3')
        expect(
          await page
            .locator('.reel img')
            .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
        ).toBe(1)
        await page.getByLabel('After epoch').fill('0')
        expect(await shown()).toBe('1')
        await page.getByLabel('After epoch').fill('2')
        draw(4)
        appendFileSync(
          join(folder, 'run-1', 'metrics.jsonl'),
          '{"type":"note","step":200,"text":"One more picture."}\n',
        )
        await eventually(shown).toBe('4')
        await page.getByRole('tab', { name: 'About' }).click()
        await page.getByText('One more picture.').waitFor()
      })
    })

    it('says how to start the studio where there is none', async () => {
      await withPage('runs', async (page) => {
        // A server of plain files that answers everything with the page.
        await page.route('**/api/runs', (route) =>
          route.fulfill({ contentType: 'text/html', body: '<title>page</title>' }),
        )
        await page.reload()
        await page.getByText('npx shapewise studio', { exact: true }).waitFor()
        await page.unroute('**/api/runs')
        await page.getByRole('button', { name: 'Look again' }).click()
        await page.getByRole('button', { name: 'run-1', exact: true }).waitFor()
      })
    })

    isForEverybody(withPage, 'runs?run=run-1')
    isForEverybody(withPage, 'runs?run=run-1&tab=pictures')
  },
  { ready: 'main.runs', options: () => ({ folder, command }) },
)
