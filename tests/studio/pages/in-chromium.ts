import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Studio, type StudioOptions, startStudio } from '../../../src/studio/index.js'
import { findChromium, startChromium } from '../../browser/chromium.js'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
const pages = join(root, 'dist/studio')
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const reason =
  findChromium() === undefined
    ? 'no Chromium found; install it or set CHROMIUM_PATH'
    : existsSync(join(pages, 'index.html'))
      ? undefined
      : 'the pages are not built; run `npm run studio:build`'

declare const axeRun: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>

/** Under load a page takes its time. */
export const eventually = <Value>(get: () => Value | Promise<Value>) =>
  expect.poll(get, { timeout: 60_000, interval: 200 })

const desk = { width: 1440, height: 1000 }
const phone = { width: 390, height: 844 }

/** Opens a page at an address of the studio (`playground?data=xor`); errors that nobody has caught fail the test. */
export type WithPage = (hash: string, use: (page: Page) => Promise<void>, size?: typeof desk) => Promise<void>

/** Tests of pages that a studio serves to Chromium; each page must show what fits `ready` before it is used. */
export function inChromium(
  title: string,
  tests: (withPage: WithPage) => void,
  { ready = 'main canvas', options }: { ready?: string; options?: () => StudioOptions } = {},
): void {
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `skipped: ${reason}`, () => {
    let studio: Studio
    let browser: Awaited<ReturnType<typeof startChromium>>
    beforeAll(async () => {
      studio = await startStudio({ port: 0, pages, ...options?.() })
      browser = await startChromium(findChromium() ?? '')
      const page = await browser.context.newPage()
      await page.goto(studio.address)
      await page.close()
    }, 120_000)
    afterAll(async () => {
      await browser?.stop()
      await studio?.close()
    })
    tests(async (hash, use, size = desk) => {
      const page = await browser.context.newPage()
      await page.setViewportSize(size)
      const errors: string[] = []
      page.on('pageerror', ({ message }) => errors.push(message))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(new URL(`/#/${hash}`, studio.address).href)
      await page.locator(ready).first().waitFor()
      await use(page)
      await page.close()
      expect(errors).toEqual([])
    })
  })
}

/** That a page can be used by everybody: axe finds nothing serious in either theme or on a phone, where nothing scrolls sideways. */
export function isForEverybody(withPage: WithPage, hash: string): void {
  it.each(['light', 'dark'] as const)(`${hash} is accessible in the %s theme, and on a phone`, async (theme) => {
    const look = async (page: Page) => {
      await page.emulateMedia({ colorScheme: theme })
      await page.waitForTimeout(300)
      await page.evaluate(readFileSync(axe, 'utf8'))
      const violations = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: { run: typeof axeRun } }).axe.run()
        return violations.map(({ id, impact, nodes }) => ({
          ...{ id, impact },
          html: nodes.map(({ html }) => html).slice(0, 3),
        }))
      })
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
    }
    await withPage(hash, look)
    await withPage(
      hash,
      async (page) => {
        await look(page)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.width)
      },
      phone,
    )
  })
}
