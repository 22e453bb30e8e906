// Pictures of every page of the studio, as a user finds it after a minute: light and dark on a desk, and on a phone.
//
//   npm run studio:build
//   node scripts/screenshots.mjs [page …] [--to build/screenshots]
//   node scripts/screenshots.mjs --readme      the three of the README, into docs/pictures

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import sharp from 'sharp'

const root = fileURLToPath(new URL('..', import.meta.url))
/** What makes a page interesting may take so long. */
const PATIENCE = 240_000

/**
 * One row for each picture: its name, the address behind `#/`, what shows that the page is there (a canvas), and what is done before it is taken.
 *
 * @typedef {import('playwright-core').Page} Page
 * @type {readonly { name: string, hash: string, ready?: string, prepare?(page: Page): Promise<unknown> }[]}
 */
const shots = [
  { name: 'overview', hash: '', ready: '.tiles' },
  { name: 'network', hash: 'network', ready: 'main svg, main canvas' },
  // Those in the folder `runs`; `node scripts/many-runs.mjs runs` makes some.
  { name: 'runs', hash: 'runs', ready: 'main' },
  {
    name: 'playground',
    hash: 'playground?data=spiral&layers=8tanh-8tanh&optimizer=adam&learningRate=0.01',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Train', exact: true }).click()
      await page.waitForFunction(
        () => Number.parseFloat(document.querySelector('[data-accuracy="test"]')?.textContent ?? '') >= 97,
      )
      await page.getByRole('button', { name: 'Pause' }).click()
    },
  },
  {
    name: 'convolution',
    hash: 'convolution',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Add a stage' }).click()
      await page.getByRole('button', { name: 'Slide the window' }).click()
      await page.waitForTimeout(2500)
      await page.getByRole('button', { name: 'Stop the window' }).click()
    },
  },
  {
    name: 'race',
    hash: 'race',
    prepare: async (page) => {
      await page.getByLabel('What a race can teach').selectOption({ label: 'Knowing the curvature' })
      await after(page, 60)
    },
  },
  {
    name: 'race-in-space',
    hash: 'race',
    prepare: async (page) => {
      await page.getByLabel('What a race can teach').selectOption({ label: 'The loss of a network' })
      await page.getByRole('button', { name: 'In space' }).click()
      await after(page, 60)
    },
  },
  {
    name: 'embedding',
    hash: 'embedding?count=1000&pictures=true',
    prepare: (page) =>
      page.locator('.progress[data-state=done]').filter({ hasText: 'trustworthiness' }).waitFor({ timeout: PATIENCE }),
  },
  {
    name: 'zoo',
    hash: 'zoo?find=resnet',
    ready: '.model .strip',
    prepare: (page) => page.waitForFunction(() => document.querySelector('.waits') === null),
  },
  {
    name: 'digits',
    hash: 'digits',
    prepare: async (page) => {
      await page.getByText('digits that it has not seen').waitFor()
    },
  },
  {
    name: 'digits-in-space',
    hash: 'digits?view=space',
    prepare: async (page) => {
      await page.getByText('digits that it has not seen').waitFor()
    },
  },
]

/** Until a race has gone so far. */
async function after(page, steps) {
  await page.waitForFunction((wanted) => Number(document.querySelector('[data-step]')?.dataset.step) >= wanted, steps)
  await page.getByRole('button', { name: 'Pause' }).click()
}

const desk = { width: 1440, height: 900 }
/** A way to look at the studio: its theme, and the size of the window. */
const looks = [
  { name: 'light', colorScheme: 'light', viewport: desk },
  { name: 'dark', colorScheme: 'dark', viewport: desk },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true, deviceScaleFactor: 2 },
]

/** What the README shows, in the light theme. */
const shown = ['playground', 'race-in-space', 'digits-in-space']
/** Pixels across a picture of the README. */
const SHOWN_WIDTH = 1000

const { values, positionals } = parseArgs({
  options: { to: { type: 'string' }, readme: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const folder = resolve(values.to ?? join(root, values.readme ? 'docs/pictures' : 'build/screenshots'))
const names = values.readme ? shown : positionals
const chosen = names.length === 0 ? shots : shots.filter(({ name }) => names.includes(name))
if (chosen.length < names.length) {
  console.error(`Pages are ${shots.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}
if (!existsSync(join(root, 'dist/studio/index.html'))) {
  console.error('The pages are not built: npm run studio:build')
  process.exit(1)
}
mkdirSync(folder, { recursive: true })

const server = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'studio', '--no-open', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  const address = await new Promise((found, failed) => {
    server.stdout.on('data', (text) => {
      const [, url] = /(http:\S+)/.exec(text) ?? []
      if (url !== undefined) found(url)
    })
    server.on('exit', () => failed(new Error('The studio has not started.')))
  })
  for (const { name: look, ...options } of values.readme ? looks.slice(0, 1) : looks) {
    // What pages keep, such as weights, is found again by the next one.
    const context = await browser.newContext(options)
    const first = await context.newPage()
    await first.goto(address)
    await first.close()
    for (const { name, hash, ready = 'main canvas', prepare } of chosen) {
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE)
      page.on('pageerror', ({ message }) => console.error(`${name}: ${message}`))
      await page.goto(new URL(`/#/${hash}`, address).href)
      await page.locator(ready).first().waitFor()
      await prepare?.(page)
      await page.mouse.move(0, 0)
      // Legends, fonts and pictures that rest come to their final state.
      await page.waitForTimeout(600)
      const path = join(folder, values.readme ? `studio-${name}.png` : `${name}-${look}.png`)
      const picture = await page.screenshot({ fullPage: !values.readme })
      const small = sharp(picture).resize({ width: SHOWN_WIDTH }).png({ palette: true })
      await (values.readme ? small : sharp(picture)).toFile(path)
      console.log(path)
      await page.close()
    }
    await context.close()
  }
} finally {
  await browser.close()
  server.kill()
}
