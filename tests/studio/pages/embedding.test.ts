import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, inChromium, isForEverybody } from './in-chromium.js'

const settled = (page: Page) =>
  page.locator('.progress[data-state=done]').filter({ hasText: 'trustworthiness' }).waitFor({ timeout: 120_000 })
const measure = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator('[data-measures]').innerText()).match(new RegExp(`${name} ([\\d.]+)`))?.[1])

/** Two groups on a line, far from each other: which points are near is known. */
const table = `x,y,group\n${Array.from({ length: 24 }, (_, i) => `${i + (i < 12 ? 0 : 100)},0,${i < 12 ? 'left' : 'right'}`).join('\n')}\n`

async function openTable(page: Page): Promise<void> {
  await page
    .getByLabel('Files with your own vectors')
    .setInputFiles({ name: 'line.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
  await page.getByText('line.csv: 24 vectors of 2 numbers.').waitFor()
  await settled(page)
}

async function drag(page: Page, line: readonly (readonly [number, number])[]): Promise<void> {
  const { x, y, width, height } = (await page.locator('.map canvas').boundingBox())!
  for (const [i, [across, down]] of line.entries()) {
    await page.mouse.move(x + across * width, y + down * height)
    if (i === 0) await page.mouse.down()
  }
  await page.mouse.up()
}

inChromium('the embeddings', (withPage) => {
  it('places digits by every method, and each slider takes effect by itself', async () => {
    await withPage('embedding?count=400&steps=500&epochs=100', async (page) => {
      await settled(page)
      expect(await measure(page, 'trustworthiness')).toBeGreaterThan(0.9)
      const before = await measure(page, 'KL divergence')
      await page.getByLabel('Perplexity').fill('8')
      await eventually(() => page.url()).toContain('perplexity=8')
      await settled(page)
      await eventually(() => measure(page, 'KL divergence')).not.toBe(before)
      await page.getByRole('button', { name: 'UMAP' }).click()
      await page.locator('.progress[data-state=done]').filter({ hasText: 'UMAP' }).waitFor()
      await settled(page)
      expect(await measure(page, 'trustworthiness')).toBeGreaterThan(0.9)
      await page.getByRole('button', { name: 'PCA' }).click()
      await page.getByText('% of the variance').waitFor()
      await page.getByRole('button', { name: '3-d' }).click()
      await page.getByText('Principal components').waitFor()
      await page.getByLabel('Pictures').check()
      expect(page.url()).toMatch(/method=pca&dimensions=3.*pictures=true/)
    })
  }, 300_000)

  it('pauses, and goes on', async () => {
    await withPage('embedding?data=clusters&count=600&steps=5000', async (page) => {
      await page.locator('[data-step]').waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.waitForTimeout(500)
      const step = await page.locator('[data-step]').innerText()
      await page.waitForTimeout(500)
      expect(await page.locator('[data-step]').innerText()).toBe(step)
      await page.getByRole('button', { name: 'Continue' }).click()
      await eventually(() => page.locator('[data-step]').innerText()).not.toBe(step)
    })
  }, 120_000)

  it('takes a file, and finds neighbours, labels and what a line is drawn around', async () => {
    await withPage('embedding?data=rings&count=100&method=pca', async (page) => {
      await settled(page)
      await openTable(page)
      // The nearest of the third point, by distance along the line.
      await page.getByLabel('Search for a label').fill('#2')
      await page.getByLabel('Distance', { exact: true }).selectOption('euclidean')
      const names = () =>
        page
          .locator('.neighbours ol button')
          .evaluateAll((buttons) => buttons.slice(0, 4).map((button) => button.getAttribute('aria-label')))
      await eventually(names).toEqual([1, 3, 0, 4].map((i) => `Go to point ${i}, distance ${Math.abs(i - 2)}`))
      await page.getByText('11 of 12 have its group.').waitFor()
      await page.getByLabel('Search for a label').fill('right')
      const selected = () => page.locator('[data-selected]').innerText()
      await eventually(selected).toBe('12')
      // A line around everything, and a box around one of the groups.
      await page.getByRole('button', { name: 'Lasso' }).click()
      await drag(page, [
        [0.02, 0.05],
        [0.98, 0.05],
        [0.98, 0.8],
        [0.02, 0.95],
      ])
      await eventually(selected).toBe('24')
      await page.getByRole('button', { name: 'Box' }).click()
      await drag(page, [
        [0.03, 0.1],
        [0.3, 0.6],
        [0.5, 0.9],
      ])
      await eventually(selected).toBe('12')
      await page.getByRole('button', { name: 'Hide all' }).click()
      await eventually(() => page.locator('.classes [aria-pressed=true]').count()).toBe(0)
    })
    // The file was kept for the next visit.
    await withPage('embedding?data=own&method=pca', async (page) => {
      await page.getByText('line.csv: 24 vectors of 2 numbers.').waitFor()
    })
  }, 180_000)

  it('says what is wrong with a file, and goes on', async () => {
    await withPage('embedding?data=rings&count=100&method=pca', async (page) => {
      const give = (name: string, content: string) =>
        page
          .getByLabel('Files with your own vectors')
          .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })
      await give('words.csv', 'name\nAda\nAlan\n')
      await page.getByRole('alert').filter({ hasText: 'no column holds numbers' }).waitFor()
      await give('one.csv', '1,2,3\n')
      await page.getByText('one.csv: 1 vector of 3 numbers.').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
      await openTable(page)
    })
  }, 120_000)

  isForEverybody(withPage, 'embedding?count=200&steps=250')
})
