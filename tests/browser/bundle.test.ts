import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundle } from '../../src/formats/index.js'
import { seed, tensor, zeros } from '../../src/index.js'
import { lenet } from '../../src/models/index.js'
import { findChromium, startChromium } from './chromium.js'
import { serve } from './server.js'

const reason = findChromium() === undefined ? 'no Chromium found; install it or set CHROMIUM_PATH' : undefined

describe.skipIf(reason !== undefined)(
  reason === undefined ? 'a module that stands alone in Chromium' : `skipped: ${reason}`,
  () => {
    it.each(['float32', 'int7'] as const)('answers as in Node and loads nothing else: %s', async (weights) => {
      seed(1)
      const model = lenet().eval()
      const source = await bundle(model, [zeros([1, 28, 28, 1])], { weights })
      const pixels = Float32Array.from({ length: 3 * 784 }, (_, i) => Math.max(0, Math.sin(i * i * 0.37)))
      const own: { predict(input: ArrayLike<number>, batch: number): Float32Array } = await import(
        `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`
      )
      const folder = mkdtempSync(join(tmpdir(), 'shapewise-bundle-'))
      writeFileSync(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><title>digits</title>')
      writeFileSync(join(folder, 'model.mjs'), source)
      const [server, browser] = await Promise.all([
        serve({ isolated: false, folder }),
        startChromium(findChromium() ?? ''),
      ])
      try {
        const page = await browser.context.newPage()
        const loaded: string[] = []
        page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
        await page.goto(server.url)
        const found: number[] = await page.evaluate(
          `import('/model.mjs').then(({ predict }) => [...predict(${JSON.stringify([...pixels])}, 3)])`,
        )
        const here = [...own.predict(pixels, 3)]
        expect(found.length).toBe(30)
        found.forEach((value, i) => {
          expect(value).toBeCloseTo(here[i], 5)
        })
        const exact = await model.forward(tensor(pixels, [3, 28, 28, 1])).data()
        const accuracy = weights === 'float32' ? 5 : 1
        found.forEach((value, i) => {
          expect(value).toBeCloseTo(exact[i], accuracy)
        })
        expect(loaded.filter((path) => path !== ',')).toEqual(['/', '/model.mjs'])
      } finally {
        await browser.stop()
        await server.close()
        rmSync(folder, { recursive: true })
      }
    })
  },
)
