import { createHash } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, inChromium, isForEverybody } from './in-chromium.js'

inChromium('the optimizer race', (withPage) => {
  const step = async (page: Page): Promise<number> =>
    Number(await page.locator('[data-step]').getAttribute('data-step'))
  const reached = (page: Page, racer: number) => page.locator(`[data-reached="${racer}"]`).innerText()
  const picture = (page: Page) => page.locator('.course canvas')

  it('runs a lesson: momentum arrives, and the moment can be gone back to', async () => {
    await withPage('race', async (page) => {
      await page.getByLabel('What a race can teach').selectOption({ label: 'Momentum in a ravine' })
      await page.getByLabel('Steps a second').fill('2.3')
      await eventually(() => step(page)).toBeGreaterThan(150)
      await page.getByRole('button', { name: 'Pause' }).click()
      // As the recipes count: see the test of its logic.
      await eventually(() => reached(page, 2)).toBe('83')
      expect(await reached(page, 1)).toBe('–')
      await page.getByLabel(/^Step \d/).fill('40')
      await eventually(() => reached(page, 2)).toBe('–')
      expect(await step(page)).toBe(40)
      await page.getByRole('button', { name: 'One step' }).click()
      await eventually(() => step(page)).toBe(41)
    })
  })

  it('takes another start by a click, more and fewer racers, and finds all of it in the address', async () => {
    let address = ''
    await withPage('race?surface=saddle&racers=sgd~0.05', async (page) => {
      await eventually(() => page.locator('[data-reached]').count()).toBe(1)
      const box = (await picture(page).boundingBox())!
      await page.mouse.click(box.x + box.width / 4, box.y + box.height / 4)
      await eventually(() => page.url()).toContain('start=')
      const [x = 0, y = 0] = new URLSearchParams(page.url().split('?').at(-1)).get('start')!.split('~').map(Number)
      expect(x).toBeLessThan(-0.7)
      expect(y).toBeGreaterThan(0.5)
      await page.getByRole('button', { name: 'Add a racer' }).click()
      await page.getByLabel('Method of racer 2').selectOption('Adam')
      await page.getByRole('button', { name: 'In space' }).click()
      await eventually(() => page.url()).toContain('view=space')
      await eventually(() => page.locator('[data-reached]').count()).toBe(2)
      address = new URL(page.url()).hash.slice(2)
    })
    await withPage(address, async (page) => {
      expect(await page.getByLabel('Method of racer 2').inputValue()).toBe('adam')
      expect(await page.getByRole('button', { name: 'In space' }).getAttribute('aria-pressed')).toBe('true')
      await page.getByRole('button', { name: 'Remove racer 1' }).click()
      await eventually(() => page.locator('[data-reached]').count()).toBe(1)
      await page.getByRole('button', { name: 'Remove racer 1' }).click()
      await eventually(() => page.locator('[data-reached]').count()).toBe(0)
      await page.getByRole('button', { name: 'Race', exact: true }).click()
      await page.getByRole('button', { name: 'Pause' }).click()
    })
  })

  it('says who diverges, and goes on with the others', async () => {
    await withPage('race?surface=ravine&racers=sgd~0.0105,sgd~0.009&speed=300', async (page) => {
      await page.getByRole('button', { name: 'Race', exact: true }).click()
      await eventually(() => reached(page, 1)).toContain('diverged after')
      await eventually(() => reached(page, 2)).toBe('463')
    })
  })

  it('turns by keys and pointer, and shows the loss of a network', async () => {
    await withPage('race?surface=network&racers=sgd~0.1&view=space', async (page) => {
      await page.getByText('A network learns two spirals').waitFor({ state: 'detached', timeout: 60_000 })
      const look = async () => {
        // It is drawn finely once it rests.
        await page.waitForTimeout(500)
        const pixels = await picture(page).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
        return createHash('sha256').update(pixels).digest('hex')
      }
      const before = await look()
      await picture(page).focus()
      await page.keyboard.press('ArrowLeft')
      const turned = await look()
      expect(turned).not.toBe(before)
      await page.keyboard.press('0')
      expect(await look()).toBe(before)
      const box = (await picture(page).boundingBox())!
      await page.mouse.move(box.x + 200, box.y + 200)
      await page.mouse.down()
      await page.mouse.move(box.x + 280, box.y + 220, { steps: 4 })
      await page.mouse.up()
      expect(page.url()).not.toContain('start=')
      await page.mouse.wheel(0, -300)
      await page.getByRole('button', { name: 'Back to where it was seen from' }).click()
      await page.mouse.move(0, 0)
      await eventually(look).toBe(before)
    })
  }, 120_000)

  isForEverybody(withPage, 'race')
})
