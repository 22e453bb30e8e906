import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import * as shapewise from 'shapewise'
import * as nn from 'shapewise/nn'
import * as optim from 'shapewise/optim'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, startChromium } from './chromium.js'
import { type Serving, serve } from './server.js'
import { type Library, type Liveliness, observe, train } from './training.js'

/** What the scripts of the page find there. */
declare const library: Library

const built = (file: string): boolean => existsSync(fileURLToPath(new URL(`../../dist/${file}`, import.meta.url)))

function whyNot(): string | undefined {
  if (findChromium() === undefined) return 'no Chromium found; install it or set CHROMIUM_PATH'
  if (!built('index.js')) return 'dist is missing; run `npm run build`'
  if (!built('kernels/shapewise-threads.wasm')) return 'no WebAssembly kernels; run `npm run build:kernels`'
  return undefined
}
const reason = whyNot()

/** The losses of the reference backend in this process. */
async function trainHere(): Promise<number[]> {
  const before = shapewise.backend().name
  shapewise.setBackend('reference')
  const losses = await train({ shapewise, nn, optim })
  shapewise.setBackend(before)
  return losses
}

/** Sums in another order differ in the last digits, and training lets the differences grow. */
function expectSameTraining(losses: readonly number[], wanted: readonly number[]): void {
  expect(losses.length).toBe(wanted.length)
  losses.forEach((loss, i) => {
    expect(Math.abs(loss - wanted[i])).toBeLessThan(1e-5 * 1.2 ** i)
  })
  expect(losses[losses.length - 1]).toBeLessThan(losses[0] / 2)
}

describe.skipIf(reason !== undefined)(reason === undefined ? 'in Chromium' : `skipped: ${reason}`, () => {
  let browser: Awaited<ReturnType<typeof startChromium>>
  let wanted: number[]
  beforeAll(async () => {
    browser = await startChromium(findChromium() ?? '')
    wanted = await trainHere()
  })
  afterAll(() => browser?.stop())

  /** Opens the page of a fresh server for as long as `use` takes; errors that nobody has caught fail the test. */
  async function withPage(serving: Serving, use: (page: Page, url: string) => Promise<void>): Promise<void> {
    const server = await serve(serving)
    const page = await browser.context.newPage()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    try {
      await page.goto(server.url)
      await page.waitForFunction('globalThis.library !== undefined')
      await use(page, server.url)
      expect(errors).toEqual([])
    } finally {
      await page.close()
      await server.close()
    }
  }

  const report = (page: Page) =>
    page.evaluate(() => {
      const found = library.shapewise.kernelReport().find(({ build }) => build === 'wasm')
      return { threads: found?.kernels?.threads, problem: found?.problem, cure: found?.cure }
    })
  const trainThere = (page: Page): Promise<number[]> => page.evaluate(`(${train})(library)`)

  it('the reference trains as in Node', async () => {
    await withPage({ isolated: false }, async (page) => {
      expect(await page.evaluate(() => library.shapewise.backend().name)).toBe('reference')
      expectSameTraining(await trainThere(page), wanted)
    })
  })

  it('WebAssembly on several threads trains as the reference does', async () => {
    await withPage({ isolated: true }, async (page) => {
      expect(await page.evaluate(async () => (await library.shapewise.loadWasmBackend({ threads: 2 })).name)).toBe(
        'wasm',
      )
      expect(await report(page)).toEqual({ threads: 2 })
      expectSameTraining(await trainThere(page), wanted)
    })
  })

  it('threads make the elements of a stream, and errors in them are told', async () => {
    const module =
      'data:text/javascript,export default ({ n }, { seed }) => { if (n < 0) throw Error("negative"); return [2 * n, seed] }'
    const run = `(async () => {
      const { stream } = await import('/dist/data/index.js')
      const told = []
      const mapped = (list, workers) =>
        stream(list.map((n) => ({ n }))).mapInWorkers(${JSON.stringify(module)}, { workers, onFallback: (reason) => told.push(reason) })
      const [there, here] = [await mapped([1, 2, 3], 2).toArray(1), await mapped([1, 2, 3], 0).toArray(1)]
      const error = await mapped([-1], 1).toArray().catch(({ message }) => message)
      return { there, here, error, told }
    })()`
    await withPage({ isolated: true }, async (page) => {
      const { there, here, error, told } = await page.evaluate<Record<string, unknown>>(run)
      expect(there).toEqual(here)
      expect((there as number[][]).map(([twice]) => twice)).toEqual([2, 4, 6])
      expect(error).toMatch(/negative/)
      expect(told).toEqual([])
    })
  })

  it('without isolation WebAssembly runs on one thread and says what to do', async () => {
    await withPage({ isolated: false }, async (page) => {
      await page.evaluate(() => library.shapewise.loadWasmBackend({ threads: 2 }))
      const { threads, problem, cure } = await report(page)
      expect(threads).toBe(1)
      expect(problem).toContain('not cross-origin isolated')
      expect(cure).toContain('Cross-Origin-Embedder-Policy: require-corp')
      expectSameTraining(await trainThere(page), wanted)
    })
  })

  it.each([false, true])('trains in a worker, isolated: %s', async (isolated) => {
    const script = `
      const [shapewise, nn, optim] = await Promise.all(['', 'nn/', 'optim/'].map((entry) => import(origin + '/dist/' + entry + 'index.js')))
      const library = { shapewise, nn, optim }
      const { name } = await shapewise.loadWasmBackend({ threads: 2 })
      const { kernels } = shapewise.kernelReport().find(({ build }) => build === 'wasm')
      postMessage({ name, threads: kernels.threads, losses: await (${train})(library) })`
    await withPage({ isolated }, async (page, url) => {
      const text = `const origin = ${JSON.stringify(url)};${script}`
      const { name, threads, losses } = await page.evaluate(
        (source) =>
          new Promise<{ name: string; threads: number; losses: number[] }>((resolve, reject) => {
            const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
            const worker = new Worker(address, { type: 'module' })
            worker.onmessage = ({ data }) => resolve(data)
            worker.onerror = ({ message }) => reject(new Error(message))
          }),
        text,
      )
      expect({ name, threads }).toEqual({ name: 'wasm', threads: isolated ? 2 : 1 })
      expectSameTraining(losses, wanted)
    })
  })

  it('a page goes on while a long program is computed', async () => {
    await withPage({ isolated: true }, async (page) => {
      await page.evaluate(() => library.shapewise.loadWasmBackend({ threads: 2 }))
      const seen: Liveliness = await page.evaluate(`(${observe})(library, 100)`)
      // Blocked, the page would have counted none.
      expect(seen.timers).toBeGreaterThan(5)
      expect(seen.frames).toBeGreaterThan(2)
      expect(seen.value).toBeCloseTo(Math.cos(100 * 0.001), 4)
    })
  })

  it('values can be read at once, too', async () => {
    await withPage({ isolated: true }, async (page) => {
      const sum = await page.evaluate(async () => {
        const { loadWasmBackend, arange } = library.shapewise
        await loadWasmBackend({ threads: 2 })
        return arange(1000).sum().itemSync()
      })
      expect(sum).toBe(499_500)
    })
  })

  it('modules are taken from servers that do not know their type', async () => {
    await withPage({ isolated: true, wasmType: 'application/octet-stream' }, async (page) => {
      await page.evaluate(() => library.shapewise.loadWasmBackend())
      expect((await report(page)).threads).toBeGreaterThanOrEqual(1)
    })
  })

  it('a bundler finds the modules and the worker', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shapewise-bundled-'))
    try {
      const root = fileURLToPath(new URL('./bundled', import.meta.url))
      await build({ configFile: false, root, logLevel: 'error', build: { outDir: folder, target: 'es2022' } })
      await withPage({ isolated: true, folder }, async (page) => {
        await page.evaluate(() => library.shapewise.loadWasmBackend({ threads: 2 }))
        expect(await report(page)).toEqual({ threads: 2 })
        expectSameTraining(await trainThere(page), wanted)
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('a wrong address is an error that names it and the cure', async () => {
    await withPage({ isolated: false }, async (page, url) => {
      const messageFor = (folder: string): Promise<string> =>
        page.evaluate(
          (address) => library.shapewise.loadWasmBackend({ url: address }).then(String, ({ message }) => message),
          folder,
        )
      const missing = await messageFor('/nowhere')
      expect(missing).toContain(`${url}/nowhere/shapewise.wasm`)
      expect(missing).toContain('404')
      expect(missing).toContain('loadWasmBackend({ url })')
      expect(await messageFor('/anything')).toContain('no WebAssembly module; the server calls it text/html')
      // And what failed once can be tried again.
      expect(await messageFor('/dist/kernels')).toBe('[object Object]')
    })
  })
})
