// Measures the studio on a folder of many runs, in Chromium: node scripts/measure-runs.mjs FOLDER
// scripts/many-runs.mjs makes such a folder; the pages have to be built (npm run studio:build).

import { spawn } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Name the folder of runs.')
const SHOWN = 20
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const studio = spawn(process.execPath, [main, 'studio', folder, '--port', '0', '--no-open'])
const address = await new Promise((resolve) => {
  studio.stdout.on('data', (text) => {
    const found = /http\S+/.exec(String(text))
    if (found) resolve(found[0])
  })
})
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })

const say = (what, value) => console.log(`${what.padEnd(64)} ${value}`)
const milliseconds = (from) => `${Math.round(performance.now() - from)} ms`
/** The time that the processors have worked for the server, in milliseconds: what others do on the machine does not count (Linux). */
const worked = () => {
  const text = readFileSync(`/proc/${studio.pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } })
  await page.goto(address)
  const ids = readdirSync(folder).sort()
  const ask = (path) =>
    page.evaluate(async (path) => {
      const from = performance.now()
      const text = await (await fetch(path)).text()
      return { took: performance.now() - from, bytes: text.length }
    }, path)
  for (const when of ['the first time', 'again']) {
    const before = worked()
    const { took, bytes } = await ask('/api/runs')
    const work = worked() - before
    say(
      `listing ${ids.length} runs, ${when}`,
      `${Math.round(took)} ms (work ${work} ms), ${Math.round(bytes / 1000)} kB`,
    )
  }

  const received = { bytes: 0 }
  let from = performance.now()
  const shown = ids.slice(0, SHOWN)
  await page.goto(new URL(`/#/runs?show=${shown.join(',')}&values=loss`, address).href)
  await page.locator('.run-table tbody tr').first().waitFor()
  say('the list is on the page', milliseconds(from))
  const points = async () =>
    Number(
      ((await page.locator('.charts > .hint').innerText()).match(/([\d,]+) points/)?.[1] ?? '0').replaceAll(',', ''),
    )
  const settle = async () => {
    const wanted = SHOWN * 20_000
    while ((await points().catch(() => 0)) < wanted) await page.waitForTimeout(50)
    return points()
  }
  from = performance.now()
  const count = await settle()
  say(`the curves of ${SHOWN} runs are there: ${count.toLocaleString('en')} points`, `${milliseconds(from)}`)

  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value
  }
  const frames = (act) =>
    page.evaluate(async (act) => {
      const times = []
      let last = performance.now()
      const end = last + 2000
      for (let i = 0; performance.now() < end; i++) {
        if (act === 'scroll') document.querySelector('.run-table').scrollTop = (i * 173) % 40_000
        if (act === 'zoom') {
          const canvas = document.querySelector('.chart canvas')
          const box = canvas.getBoundingClientRect()
          const at = { bubbles: true, clientX: box.left + 80 + ((i * 7) % 600), clientY: box.top + 120 }
          canvas.dispatchEvent(new PointerEvent('pointermove', at))
        }
        await new Promise((resolve) => requestAnimationFrame(resolve))
        times.push(performance.now() - last)
        last = performance.now()
      }
      times.sort((a, b) => a - b)
      return { count: times.length, rate: 1000 / times[times.length >> 1], worst: times.at(-1) }
    }, act)
  for (const [act, what] of [
    ['scroll', `scrolling the list of ${ids.length} runs`],
    ['zoom', `pointing at the curves of ${SHOWN} runs`],
  ]) {
    const before = await busy()
    const { count, rate, worst } = await frames(act)
    const each = ((await busy()) - before) / count
    say(
      what,
      `${each.toFixed(1)} ms of work a frame; ${rate.toFixed(0)} frames a second, longest ${worst.toFixed(0)} ms`,
    )
  }

  // What crosses the wire for new points, as any page would be told.
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const { host, origin } = new URL(address)
  const { default: WebSocket } = await import('ws')
  const socket = new WebSocket(`ws://${host}/api/live`, { headers: { Cookie: cookie, Origin: origin } })
  const messages = []
  socket.on('message', (data) => {
    received.bytes += data.length
    messages.push(JSON.parse(String(data)))
  })
  await new Promise((resolve) => socket.on('open', resolve))
  const until = async (fits) => {
    while (!messages.some(fits)) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const idle = worked()
  await new Promise((resolve) => setTimeout(resolve, 4000))
  say(
    'work of the server while two pages are open and nothing is new',
    `${((worked() - idle) / 40).toFixed(1)} % of a processor`,
  )
  socket.send(JSON.stringify({ type: 'follow', runs: { [shown[0]]: '' } }))
  await until(({ type }) => type === 'lines')
  await new Promise((resolve) => setTimeout(resolve, 3000))
  messages.length = 0
  received.bytes = 0
  const line = { type: 'step', step: 1e6, epoch: 100, values: { loss: 0.123456, accuracy: 0.987654 }, time: Date.now() }
  const text = `${JSON.stringify(line)}\n`
  from = performance.now()
  appendFileSync(join(folder, shown[0], 'metrics.jsonl'), text)
  await until(({ type }) => type === 'lines')
  say('a new line of two values reaches the page after', milliseconds(from))
  const own = JSON.stringify(messages.find(({ type }) => type === 'lines')).length
  say(
    `bytes that cross the wire for its ${text.length} bytes`,
    `${own}, of which the entry of the list ${received.bytes - own}`,
  )
  socket.close()
} finally {
  await browser.close()
  studio.kill()
}
