import { expect, it } from 'vitest'
import { eventually, inChromium, isForEverybody } from './in-chromium.js'

inChromium(
  'the architecture zoo',
  (withPage) => {
    it('draws every model, finds some of them, and leads to the paper and to the network view', async () => {
      await withPage('zoo', async (page) => {
        await eventually(() => page.locator('.waits').count()).toBe(0)
        expect(await page.locator('.problem').count()).toBe(0)
        const all = await page.locator('.model').count()
        expect(all).toBeGreaterThan(40)
        expect(await page.locator('.model .strip').count()).toBe(all)

        await page.getByLabel('Find').fill('resnet, but no such')
        await page.getByText('No network is called so').waitFor()
        await page.getByLabel('Find').fill('ronneberger')
        await eventually(() => page.locator('.model h3').allInnerTexts()).toEqual(['U-Net'])
        expect(page.url()).toContain('find=ronneberger')
        // Four levels down and up: an arc for each.
        expect(await page.locator('.model path.around').count()).toBe(4)
        expect(await page.getByRole('link', { name: 'Ronneberger et al., 2015' }).getAttribute('href')).toBe(
          'https://arxiv.org/abs/1505.04597',
        )
        expect(await page.getByText('31.0 million').getAttribute('title')).toBe('31,030,658')
      })
      await withPage('zoo?find=squeezenet 1.1', async (page) => {
        await eventually(() => page.locator('.model h3').allInnerTexts()).toEqual(['SqueezeNet 1.1'])
        await page.getByRole('link', { name: 'SqueezeNet 1.1 in the network view' }).click()
        await page.getByText('1,235,496').first().waitFor()
      })
    })

    isForEverybody(withPage, 'zoo?find=resnet')
  },
  { ready: '.model .strip' },
)
