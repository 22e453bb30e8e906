import { expect, it } from 'vitest'
import { eventually, inChromium, isForEverybody } from './in-chromium.js'

inChromium('the convolution lab', (withPage) => {
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

  isForEverybody(withPage, 'convolution')
})
