import { expect, it } from 'vitest'
import { eventually, inChromium, isForEverybody } from './in-chromium.js'

inChromium('the digit lab', (withPage) => {
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
      // A hand is quicker than the page: several strokes between two of its pictures, right after another digit was asked for.
      await page.getByRole('button', { name: 'Another digit' }).click()
      const top = await page.getByLabel('Draw a digit here').evaluate(async (element) => {
        const pad = element as HTMLCanvasElement
        const { left, top } = pad.getBoundingClientRect()
        const send = async (kind: string, y: number) => {
          pad.dispatchEvent(
            new PointerEvent(kind, { clientX: left + 140, clientY: top + y, pointerId: 1, bubbles: true }),
          )
          // Long enough to render, too short to paint.
          for (let i = 0; i < 20; i++) await Promise.resolve()
        }
        pad.setPointerCapture = () => {}
        await send('pointerdown', 40)
        for (let y = 60; y <= 240; y += 10) await send('pointermove', y)
        await send('pointerup', 240)
        await new Promise((resolve) => setTimeout(resolve, 2000))
        return [...pad.getContext('2d')!.getImageData(140, 50, 1, 1).data]
      })
      expect(top).toEqual([255, 255, 255, 255])
      await eventually(() => page.locator('[data-answer]').innerText()).toBe('1')
    })
  }, 300_000)

  it('keeps a stroke whole, however quickly its moves follow each other', async () => {
    await withPage('digits', async (page) => {
      const pad = page.getByLabel('Draw a digit here')
      const drawn = (atOnce: number) =>
        pad.evaluate(async (element, atOnce) => {
          const canvas = element as HTMLCanvasElement
          const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))
          // A pointer that is made here cannot be captured.
          canvas.setPointerCapture = () => {}
          const { left, top } = canvas.getBoundingClientRect()
          const fire = (type: string, y: number) =>
            canvas.dispatchEvent(new PointerEvent(type, { clientX: left + 150, clientY: top + y, bubbles: true }))
          fire('pointerdown', 40)
          for (let i = 1; i <= 20; i++) {
            fire('pointermove', 40 + 10 * i)
            if (i % atOnce === 0) await pause(60)
          }
          fire('pointerup', 240)
          await pause(500)
          const { data } = canvas.getContext('2d')!.getImageData(150, 0, 1, canvas.height)
          return data.filter((value, i) => i % 4 === 0 && value > 128).length
        }, atOnce)
      for (const atOnce of [1, 3, 7]) {
        await page.getByRole('button', { name: 'Clear' }).click()
        await page.getByText('Draw with the mouse or a finger.').waitFor()
        // The line and its round ends.
        expect(Math.abs((await drawn(atOnce)) - 222)).toBeLessThan(5)
      }
    })
  })

  it('shows all layers in space, and trains again with a curve whenever one wants', async () => {
    await withPage('digits', async (page) => {
      await page.getByText('digits that it has not seen').waitFor({ timeout: 240_000 })
      await page.getByRole('button', { name: 'In space' }).click()
      const picture = page.locator('.stack canvas')
      await picture.waitFor()
      expect(page.url()).toContain('view=space')
      const box = (await picture.boundingBox())!
      // Somewhere along the middle there is a map.
      let told = ''
      for (let x = 20; x < box.width && !told.includes('speaks'); x += 10) {
        await page.mouse.move(box.x + x, box.y + box.height / 2)
        told = await page.locator('.stack .hint').innerText()
      }
      expect(told).toMatch(/: speaks (for|against) the answer by \d/)
      await page.getByRole('button', { name: 'Train it anew' }).click()
      await page.locator('.training-state .curves').waitFor()
      await page.getByRole('button', { name: 'Start again' }).click()
      await page.locator('.training-state .curves').waitFor()
      await page.getByText('digits that it has not seen').waitFor({ timeout: 240_000 })
    })
  }, 300_000)

  isForEverybody(withPage, 'digits')
  isForEverybody(withPage, 'digits?view=space')
})
