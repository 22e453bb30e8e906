import { expect, it } from 'vitest'
import { eventually, inChromium, isForEverybody } from './in-chromium.js'

inChromium('the network view', (withPage) => {
  it('draws a model, opens what lies in it, and finds the state in the address again', async () => {
    await withPage('network?model=encoder', async (page) => {
      await page.getByText('199,936').waitFor()
      const drawing = page.getByRole('application')
      await drawing.focus()
      // From nothing to the first node, then down to the first block, which is opened.
      await drawing.press('ArrowDown')
      await drawing.press('ArrowDown')
      await eventually(() => page.locator('.details h2').innerText()).toContain('TransformerEncoderBlock')
      await drawing.press('Enter')
      await eventually(() => decodeURIComponent(page.url())).toContain('open=blocks.0')
      await page.getByLabel('Search for a layer').fill('norm')
      await page.getByRole('button', { name: 'blocks.3' }).first().click()
      await eventually(() => page.locator('.details h2').innerText()).toContain('LayerNorm')
      expect(decodeURIComponent(page.url())).toContain('blocks.3')
      await eventually(() => page.locator('.weight canvas, .weight svg').count()).toBeGreaterThan(1)
      const address = page.url()
      await page.reload()
      await eventually(() => page.locator('.details h2').innerText()).toContain('LayerNorm')
      expect(page.url()).toBe(address)
    })
  })

  isForEverybody(withPage, 'network?model=lenet&layer=layers.0')
})
