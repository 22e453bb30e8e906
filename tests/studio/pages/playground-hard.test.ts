import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, inChromium } from './in-chromium.js'

/** What people do who are quick, curious or unlucky. */
inChromium('the playground under a rough hand', (withPage) => {
  const train = (page: Page) => page.getByRole('button', { name: 'Train', exact: true }).click()
  const steps = async (page: Page): Promise<number> =>
    Number((await page.locator('.counters dd').nth(1).innerText()).replaceAll(',', ''))

  it('stops where numbers end, says why, and goes on with the cure', async () => {
    await withPage('playground?data=plane&learningRate=1000&layers=4leakyRelu-4leakyRelu', async (page) => {
      await train(page)
      const note = page.getByRole('alert')
      await eventually(() => note.innerText()).toMatch(/Stopped at step \d+: .* learning rate of 1000/s)
      await page.getByRole('button', { name: 'Start again with a learning rate of 0.03' }).click()
      await eventually(() => steps(page)).toBeGreaterThan(50)
      expect(await note.count()).toBe(0)
    })
  })

  it('takes a file that is dropped anywhere, and other columns of it', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i};${i % 2 ? '1,5' : '7,25'};${i % 7};${(i * i) % 11};${'ab'[i % 2]}`,
    )
    const text = ['id;size;weight;rest;kind', ...rows].join('\n')
    await withPage('playground', async (page) => {
      const data = await page.evaluateHandle((content) => {
        const transfer = new DataTransfer()
        transfer.items.add(new File([content], 'own.csv'))
        return transfer
      }, text)
      await page.dispatchEvent('.program', 'drop', { dataTransfer: data })
      await page.getByText('60 points: x₁ is size, x₂ is weight, the classes are a, b.').waitFor()
      await page.getByLabel('x₂', { exact: true }).selectOption('rest')
      await page.getByText('60 points: x₁ is size, x₂ is rest, the classes are a, b.').waitFor()
      await train(page)
      await eventually(async () => Number.parseFloat(await page.locator('[data-accuracy="test"]').innerText())).toBe(
        100,
      )
    })
  })

  it('says what is wrong with a table, and keeps the points', async () => {
    await withPage('playground?data=own&points=00a000zz0010a0a21zza01', async (page) => {
      const table = page.getByRole('textbox', { name: 'Table' })
      for (const [text, message] of [
        ['a,b,kind', 'nothing below it'],
        ['1,2,x\n3,4,x', '1 different'],
        [Array.from({ length: 14 }, (_, i) => `${i * i},${i % 3},k${i % 7}`).join('\n'), '7 different'],
      ]) {
        await table.fill(text!)
        await page.getByRole('button', { name: 'Use the table' }).click()
        await page.getByText(message!).waitFor()
      }
      expect(page.url()).toContain('00a000zz00')
    })
  })

  it('shows values and gradients wherever one points', async () => {
    await withPage('playground', async (page) => {
      await page.locator('.plane').hover({ position: { x: 80, y: 90 } })
      await eventually(() => page.locator('.map .value').count()).toBe(2 + 4 + 2 + 1)
      await eventually(() => page.locator('.at').innerText()).toMatch(/x₁ -?\d\.\d, x₂ -?\d\.\d · (blue|orange) \d+ %/)
      // The value of x₁ in a square of the plane is the place itself.
      const [place = Number.NaN] = [...(await page.locator('.at').innerText()).matchAll(/-?\d\.\d/g)].map(Number)
      expect(Math.abs(Number(await page.locator('.map .value').first().innerText()) - place)).toBeLessThan(0.2)
      await page.getByRole('button', { name: 'Neuron 2 of layer 1' }).hover()
      await eventually(() => page.locator('.output h2').innerText()).toBe('Neuron 2 of layer 1')
      await eventually(() => page.locator('.at').innerText()).toMatch(/gives .* bias .* ∂loss\/∂b/)
      const from = (await page.getByRole('button', { name: 'Feature x₂', exact: true }).boundingBox())!
      await page.mouse.move(from.x + from.width + 3, from.y + from.height / 2)
      await eventually(() => page.locator('.tip').innerText()).toMatch(/^w .*∂loss\/∂w/)
      await page.mouse.down()
      await page.mouse.up()
      await page.locator('.neuron-panel input:focus').waitFor()
    })
  })

  it('survives quick clicks on everything, and still trains', async () => {
    await withPage('playground', async (page) => {
      await train(page)
      await page.evaluate(() => {
        const named = (name: string) => document.querySelector<HTMLElement>(`[aria-label="${name}"]`)
        const names = [
          'Add a hidden layer',
          'A neuron more in layer 1',
          'Feature x₁²',
          'Start again from other weights',
        ]
        const more = [
          'Remove the last hidden layer',
          'Spiral',
          'Start again from the same weights',
          'One step',
          'Moons',
        ]
        for (let i = 0; i < 90; i++) named([...names, ...more][(i * 7) % 9]!)?.click()
      })
      await page.getByRole('button', { name: 'Compare with another' }).click()
      await page.getByRole('button', { name: 'Stop comparing' }).click()
      await train(page)
      const before = await steps(page)
      await eventually(() => steps(page)).toBeGreaterThan(before + 20)
    })
  })

  it('rests while nobody looks', async () => {
    await withPage('playground', async (page) => {
      const look = (hidden: boolean) =>
        page.evaluate((value) => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
          document.dispatchEvent(new Event('visibilitychange'))
        }, hidden)
      await train(page)
      await eventually(() => steps(page)).toBeGreaterThan(20)
      await look(true)
      await page.waitForTimeout(1000)
      const before = await steps(page)
      await page.waitForTimeout(1500)
      expect(await steps(page)).toBe(before)
      await look(false)
      await eventually(() => steps(page)).toBeGreaterThan(before)
    })
  })

  it('follows a link that is opened in the same tab', async () => {
    await withPage('playground', async (page) => {
      await page.evaluate(() => {
        location.hash = '#/playground?data=moons&layers=5relu'
      })
      await page.getByText('1 hidden layer', { exact: true }).waitFor()
      expect(await page.getByRole('button', { name: 'Moons' }).getAttribute('aria-pressed')).toBe('true')
    })
  })

  it('fits 320 pixels, with eight layers as well', async () => {
    const layers = Array.from({ length: 8 }, () => '12tanh').join('-')
    await withPage(
      `playground?data=own&layers=${layers}`,
      async (page) => {
        await page.waitForTimeout(500)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
      },
      { width: 320, height: 700 },
    )
  })

  it('saves a picture of all that is shown', async () => {
    await withPage('playground', async (page) => {
      await page.waitForTimeout(500)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save picture' }).click(),
      ])
      const file = readFileSync(await download.path())
      expect(file.toString('latin1', 1, 4)).toBe('PNG')
      // Width and height stand behind the head of a PNG.
      expect(file.readUInt32BE(16)).toBeGreaterThan(1500)
      expect(file.readUInt32BE(20)).toBeGreaterThan(800)
    })
  })
})
