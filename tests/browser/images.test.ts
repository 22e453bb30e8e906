import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, startChromium } from './chromium.js'
import { serve } from './server.js'

/** By scripts/fixtures/images.py */
const fixture: { readonly files: readonly Truth[] } = JSON.parse(
  readFileSync(new URL('../fixtures/images.json', import.meta.url), 'utf8'),
)

interface Truth {
  readonly name: string
  readonly file: string
  readonly shape: readonly [number, number, number]
  readonly pixels: string
  readonly tolerance: number
}

const isBuilt = existsSync(fileURLToPath(new URL('../../dist/data/index.js', import.meta.url)))
const reason =
  findChromium() === undefined ? 'no Chromium found' : isBuilt ? undefined : 'dist is missing; run `npm run build`'

describe.skipIf(reason !== undefined)(reason === undefined ? 'pictures in Chromium' : `skipped: ${reason}`, () => {
  let browser: Awaited<ReturnType<typeof startChromium>>
  beforeAll(async () => {
    browser = await startChromium(findChromium() ?? '')
  })
  afterAll(() => browser?.stop())

  it('are decoded by it, written and drawn', async () => {
    const server = await serve({ isolated: false })
    const page = await browser.context.newPage()
    try {
      await page.goto(server.url)
      // Text, so that nothing of this file is translated into it.
      const found: { sizes: number[][]; pixels: number[][]; written: number[]; flipped: number[] } =
        await page.evaluate(`(async () => {
        const data = await import('/dist/data/index.js')
        const { tensor } = await import('/dist/index.js')
        const sizes = [], pixels = []
        for (const text of ${JSON.stringify(fixture.files.map(({ file }) => file))}) {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
          const kind = String.fromCharCode(...bytes.subarray(0, 3))
          // Not every browser knows TIFF.
          if (kind === 'II*') { sizes.push([]); pixels.push([]); continue }
          const { height, width, channels, data: values } = await data.decodeImage(bytes)
          sizes.push([height, width, channels])
          pixels.push([...values])
        }
        const picture = tensor([0, 0.2, 1, 0.4], [1, 2, 2, 1])
        const grid = await data.decodePng(await data.encodePng(await data.pictureGrid(picture)))
        const flipped = await data.augment.flip({ horizontal: 1 })(picture).data()
        return { sizes, pixels, written: [...grid.data], flipped: [...flipped] }
      })()`)
      fixture.files.forEach(({ name, shape, pixels, tolerance }, i) => {
        if (name === 'TIFF') return
        expect([name, ...found.sizes[i]!]).toEqual([name, ...shape])
        const wanted = Buffer.from(pixels, 'base64')
        const worst = wanted.reduce((most, value, k) => Math.max(most, Math.abs(value - found.pixels[i]![k]!)), 0)
        expect([name, worst <= tolerance + 2]).toEqual([name, true])
      })
      expect(found.written).toEqual([0, 51, 255, 102])
      expect(found.flipped).toEqual([0.2, 0, 0.4, 1].map(Math.fround))
    } finally {
      await page.close()
      await server.close()
    }
  })
})
