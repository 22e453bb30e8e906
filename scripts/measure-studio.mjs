// What the pages of the studio cost: their weight, the time to the first paint, and frames per second while they are busy.
// node scripts/measure-studio.mjs [page …]     after `npm run studio:build`; CHROMIUM_PATH names another browser
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'

const folder = fileURLToPath(new URL('../dist/studio', import.meta.url))
if (!existsSync(join(folder, 'index.html'))) {
  console.error('The pages are not built: run `npm run studio:build` first.')
  process.exit(1)
}

/** Seconds for which frames are counted. */
const SECONDS = 4

/**
 * A row for each page: its address after '#/', and what keeps it busy: `act` begins it, `during` goes on while frames are counted. It is there
 * when something fits `ready`; `says` adds what the page knows of itself.
 */
const pages = [
  { page: '', does: 'rests', ready: '.tile' },
  {
    page: 'playground',
    does: 'trains 2-4-2',
    act: (page) => page.getByRole('button', { name: 'Train', exact: true }).click(),
    says: async (page) => `${await page.locator('[data-steps-per-second]').first().innerText()} steps/s`,
  },
  {
    page: 'playground?data=spiral&layers=8tanh-8tanh&optimizer=adam&learningRate=0.01',
    does: 'trains 2-8-8-1 by Adam',
    act: (page) => page.getByRole('button', { name: 'Train', exact: true }).click(),
    says: async (page) => `${await page.locator('[data-steps-per-second]').first().innerText()} steps/s`,
  },
  {
    page: 'convolution',
    does: 'slides a window',
    act: (page) => page.getByRole('button', { name: 'Slide the window' }).click(),
  },
  {
    page: 'race',
    does: 'lets four descend',
    act: (page) => page.getByLabel('What a race can teach').selectOption({ label: 'Knowing the curvature' }),
  },
  { page: 'embedding', does: 'descends by t-SNE', ready: '[data-step]', act: (page) => page.waitForTimeout(3000) },
  {
    page: 'zoo',
    does: 'scrolls',
    ready: '.model .strip',
    during: async (page) => {
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(0, 120)
        await page.waitForTimeout(40)
      }
    },
  },
  { page: 'digits', does: 'trains LeNet-5', act: (page) => page.locator('progress').first().waitFor() },
  {
    page: 'network?model=encoder',
    does: 'zooms',
    ready: '[role="application"]',
    act: (page) => page.getByRole('application').hover(),
    during: async (page) => {
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(0, i % 20 < 10 ? -40 : 40)
        await page.waitForTimeout(40)
      }
    },
  },
]

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' }
const isKernel = (path) => path.endsWith('.wasm')

const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname
  try {
    const content = readFileSync(join(folder, path === '/' ? 'index.html' : path))
    response.writeHead(200, { 'content-type': types[extname(path) || '.html'] ?? 'application/octet-stream' })
    response.end(content)
  } catch {
    response.writeHead(404).end()
  }
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const origin = `http://127.0.0.1:${server.address().port}`

const rows = []
const wanted = process.argv.slice(2)
for (const one of pages) {
  if (wanted.length > 0 && !wanted.includes(one.page.split('?')[0])) continue
  rows.push(await measure(one))
}
server.close()
print(rows)

/** Opens a page in a browser that has kept nothing, and makes it busy. */
async function measure({ page: hash, does, ready = 'main canvas', act, during, says }) {
  const profile = mkdtempSync(join(tmpdir(), 'measure-studio-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    viewport: { width: 1440, height: 1000 },
  })
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    const loaded = new Set()
    // Workers load files of their own; the context sees all.
    context.on('response', (response) => {
      const { pathname } = new URL(response.url())
      if (response.url().startsWith(origin) && response.ok()) loaded.add(pathname === '/' ? '/index.html' : pathname)
    })
    await page.goto(`${origin}/#/${hash}`)
    await page.locator(ready).first().waitFor()
    const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
    await act?.(page)
    const [frames] = await Promise.all([page.evaluate(framesPerSecond, SECONDS), during?.(page)])
    const own = says === undefined ? '' : await says(page)
    const weigh = (chosen) =>
      [...loaded].filter(chosen).reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0)
    const [pageBytes, kernelBytes] = [weigh((path) => !isKernel(path)), weigh(isKernel)]
    return { page: hash.split('?')[0] || 'overview', does, pageBytes, kernelBytes, paint, frames, own }
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

/** Runs in the page: the frames that were drawn. */
function framesPerSecond(seconds) {
  return new Promise((resolve) => {
    const start = performance.now()
    let frames = 0
    const next = () => {
      frames++
      const passed = performance.now() - start
      if (passed < 1000 * seconds) requestAnimationFrame(next)
      else resolve((1000 * frames) / passed)
    }
    requestAnimationFrame(next)
  })
}

function print(found) {
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`
  console.log('| Page | While it | Page, gzip | Kernels, gzip | First paint | Frames/s | |')
  console.log('|---|---|---:|---:|---:|---:|---|')
  for (const { page, does, pageBytes, kernelBytes, paint, frames, own } of found) {
    const cells = [page, does, kilobytes(pageBytes), kilobytes(kernelBytes), `${paint?.toFixed(0) ?? '–'} ms`]
    console.log(`| ${[...cells, frames.toFixed(0), own].join(' | ')} |`)
  }
}
