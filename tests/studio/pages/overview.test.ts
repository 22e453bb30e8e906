import { expect, it } from 'vitest'
import { inChromium, isForEverybody } from './in-chromium.js'

const desk = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }

inChromium(
  'the overview',
  (withPage) => {
    it('leads to every page, and the bar back to it', async () => {
      await withPage('', async (page) => {
        const tiles = page.locator('.tile')
        const titles = await tiles.locator('strong').allInnerTexts()
        expect(titles.length).toBeGreaterThan(2)
        expect(await page.locator('.bar nav a').allInnerTexts()).toEqual(titles)
        for (const [i, title] of titles.entries()) {
          await tiles.nth(i).click()
          await page.locator('main h1').filter({ hasText: title }).waitFor({ state: 'attached' })
          expect(await page.title()).toBe(`${title} · Shapewise Studio`)
          expect(await page.locator('.bar nav a[aria-current="page"]').innerText()).toBe(title)
          await page.locator('.brand').click()
          await tiles.first().waitFor()
        }
      })
    })

    it.each([desk, phone])('has room for its bar at $width pixels', async (size) => {
      await withPage(
        'playground',
        async (page) => {
          const [bar, theme] = [page.locator('.bar'), page.getByRole('button', { name: /theme/ })]
          expect((await bar.boundingBox())!.height).toBeLessThanOrEqual(49)
          const { x, width } = (await theme.boundingBox())!
          expect(x + width).toBeLessThanOrEqual(size.width)
          const links = page.locator('.bar nav a')
          if (size === desk) expect(await links.last().isVisible()).toBe(true)
        },
        size,
      )
    })

    it('opens its menu on a phone, by the keyboard too', async () => {
      await withPage(
        'playground',
        async (page) => {
          const menu = page.getByRole('button', { name: 'Playground' })
          const link = page.getByRole('link', { name: 'Digit lab' })
          expect(await link.isVisible()).toBe(false)
          await menu.focus()
          await page.keyboard.press('Enter')
          await link.waitFor()
          await page.keyboard.press('Escape')
          await link.waitFor({ state: 'hidden' })
          await menu.click()
          await link.click()
          await page.getByRole('button', { name: 'Digit lab' }).waitFor()
          await link.waitFor({ state: 'hidden' })
          expect(await menu.count()).toBe(0)
        },
        phone,
      )
    })

    isForEverybody(withPage, '')
  },
  { ready: '.bar + main' },
)
