import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { appendFile, readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { type ServerMessage, type Studio, startStudio } from '../../src/studio/index.js'
import { RunFolder } from '../../src/train/index.js'

let root: string
let runs: string
let studio: Studio
let address: URL

/** Does what its recipe's `epochs` say: 1 fails, 2 ends, more waits to be stopped. What it was called with is left in the folder. */
const standIn = `
import { writeFileSync } from 'node:fs'
const args = process.argv.slice(2)
const folder = args[0] === 'resume' ? args[1] : args[args.indexOf('--out') + 1]
writeFileSync(folder + '/arguments.txt', args.join(' '))
if (args.includes('--epochs=1')) { console.error('error: the data are gone'); process.exit(2) }
process.on('SIGTERM', () => { writeFileSync(folder + '/stopped.txt', 'gracefully'); process.exit(130) })
if (!args.includes('--epochs=2') && args[0] !== 'resume') setTimeout(() => {}, 60_000)
`

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'studio-runs-'))
  runs = join(root, 'runs')
  mkdirSync(join(root, 'pages'))
  writeFileSync(join(root, 'pages', 'index.html'), '<title>here</title>')
  writeFileSync(join(root, 'stand-in.mjs'), standIn)
  writeFileSync(join(root, 'secret.json'), '{"secret": true}')
  studio = await startStudio(options())
  address = new URL(studio.address)
})
afterAll(async () => {
  await studio.close()
  rmSync(root, { recursive: true, force: true })
})
beforeEach(() => rmSync(runs, { recursive: true, force: true }))

const options = () => ({
  ...{ port: 0, pages: join(root, 'pages'), folder: runs },
  command: [process.execPath, join(root, 'stand-in.mjs')],
})

const cookieOf = (at: URL) => `shapewise-studio-${at.port}=${at.searchParams.get('key')}`

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** A request with exactly this path; `fetch` would tidy it up. */
const ask = (
  method: string,
  path: string,
  { body, headers = {}, at = address }: { body?: string; headers?: Record<string, string>; at?: URL } = {},
) =>
  new Promise<Answer>((resolve, reject) => {
    const all = { Cookie: cookieOf(at), 'Content-Type': 'application/json', ...headers }
    const sent = request({ host: at.hostname, port: at.port, method, path, headers: all }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part) => parts.push(part))
      response.on('end', () => {
        const given = response.headers as Record<string, string>
        resolve({ status: response.statusCode ?? 0, headers: given, text: Buffer.concat(parts).toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })

const json = async (method: string, path: string, body?: unknown, at = address) => {
  const { text } = await ask(method, path, { at, ...(body !== undefined && { body: JSON.stringify(body) }) })
  return JSON.parse(text)
}

/** A run of so many epochs, as a training stores it. */
async function storeRun(id: string, { epochs = 2, status = 'finished' as const, options = {} } = {}): Promise<string> {
  const path = join(runs, id)
  const folder = await RunFolder.open(path)
  await folder.begin({ name: 'lenet-mnist', title: 'LeNet', options, seed: 3 })
  for (let epoch = 1; epoch <= epochs; epoch++) await folder.append(epochLine(epoch, epochs))
  await folder.update({ status, results: { accuracy: 0.9 } })
  return path
}

const epochLine = (epoch: number, epochs: number) => ({
  ...{ type: 'epoch' as const, epoch, epochs, step: 10 * epoch, metrics: { loss: 1 / epoch }, validation: undefined },
  ...{ learningRates: {}, examplesPerSecond: 1, seconds: 1 },
})

/** A socket with what it has been told so far. */
async function listen(headers: Record<string, string> = {}, at = address) {
  const messages: ServerMessage[] = []
  const socket = new WebSocket(`ws://${at.host}/api/live`, {
    headers: { Cookie: cookieOf(at), Origin: `http://${at.host}`, ...headers },
  })
  let bytes = 0
  socket.on('message', (data) => {
    bytes += String(data).length
    messages.push(JSON.parse(String(data)))
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve())
    socket.on('error', reject)
  })
  const lines = (id: string) => messages.filter((message) => message.type === 'lines' && message.id === id)
  return {
    ...{ socket, messages, lines, bytes: () => bytes },
    follow: (runs: Record<string, string>) => socket.send(JSON.stringify({ type: 'follow', runs })),
    texts: (id: string) => lines(id).map((message) => ('text' in message ? message.text : '')),
  }
}

const soon = <Value>(get: () => Value | Promise<Value>) => expect.poll(get, { timeout: 10_000, interval: 50 })

describe('runs of a folder', () => {
  it('are listed with what came out, without links and other folders', async () => {
    await storeRun('first', { options: { learningRate: 0.1 } })
    mkdirSync(join(runs, 'something-else'))
    symlinkSync(join(runs, 'first'), join(runs, 'linked'))
    const list = await json('GET', '/api/runs')
    expect(list.folder).toBe(runs)
    expect(list.runs).toHaveLength(1)
    expect(list.runs[0]).toMatchObject({ id: 'first', name: 'lenet-mnist', state: 'finished', epoch: 2, epochs: 2 })
    expect(list.runs[0]).toMatchObject({ results: { accuracy: 0.9 }, options: { learningRate: 0.1 }, seed: 3 })
  })

  it('are none where there is no folder, or an empty or damaged one', async () => {
    expect((await json('GET', '/api/runs')).runs).toEqual([])
    mkdirSync(join(runs, 'damaged'), { recursive: true })
    writeFileSync(join(runs, 'damaged', 'run.json'), '{')
    expect((await json('GET', '/api/runs')).runs).toEqual([])
    expect((await ask('GET', '/api/runs/damaged')).status).toBe(400)
  })

  it('that say they go on are lost where no process writes there', async () => {
    const path = await storeRun('killed', { status: 'running' as never })
    expect((await json('GET', '/api/runs/killed')).state).toBe('lost')
    const folder = await RunFolder.open(path)
    await folder.claim()
    await soon(async () => (await json('GET', '/api/runs/killed')).state).toBe('running')
    await folder.release()
  })

  it('have parts, files and a page of their own', async () => {
    const path = await storeRun('whole')
    mkdirSync(join(path, 'wide'))
    writeFileSync(join(path, 'wide', 'metrics.jsonl'), '')
    mkdirSync(join(path, 'pictures'))
    writeFileSync(join(path, 'pictures', 'noise-epoch-0001.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    const details = await json('GET', '/api/runs/whole')
    expect(details.parts).toEqual(['wide'])
    expect(details.files.map((file: { path: string }) => file.path)).toEqual([
      ...['metrics.jsonl', 'pictures/noise-epoch-0001.svg', 'run.json', 'wide/metrics.jsonl'],
    ])
    const report = await ask('GET', '/api/runs/whole/report')
    expect(report.headers['content-disposition']).toContain('attachment')
    expect(report.text).toContain('<h1>LeNet</h1>')
    expect(report.text).not.toMatch(/(src|href)="(?!data:)/)
    expect(existsSync(join(path, 'report.html'))).toBe(false)
  })

  it('get names and notes, which two studios see', async () => {
    await storeRun('first')
    const other = await startStudio(options())
    const there = new URL(other.address)
    expect((await json('GET', '/api/runs', undefined, there)).runs).toHaveLength(1)
    await json('PATCH', '/api/runs/first', { label: 'the good one', note: 'Kept.\nFor later.' })
    const seen = async () => (await json('GET', '/api/runs', undefined, there)).runs[0]
    await soon(seen).toMatchObject({ id: 'first', label: 'the good one', note: 'Kept.\nFor later.' })
    await json('PATCH', '/api/runs/first', { label: '', note: '' }, there)
    await soon(async () => (await json('GET', '/api/runs')).runs[0].label).toBeUndefined()
    await json('DELETE', '/api/runs/first', undefined, there)
    await soon(async () => (await json('GET', '/api/runs')).runs).toEqual([])
    await other.close()
    expect((await ask('GET', '/api/runs')).status).toBe(200)
  })

  it('are not deleted while somebody writes there', async () => {
    const path = await storeRun('busy')
    const folder = await RunFolder.open(path)
    await folder.claim()
    const { status, text } = await ask('DELETE', '/api/runs/busy')
    expect([status, text]).toEqual([400, expect.stringContaining('writes into this folder already')])
    expect(existsSync(join(path, 'run.json'))).toBe(true)
    await folder.release()
    expect((await ask('DELETE', '/api/runs/busy')).status).toBe(200)
    expect(existsSync(path)).toBe(false)
  })
})

describe('metrics', () => {
  it('cross the wire once: only whole lines behind the cursor', async () => {
    const path = await storeRun('first', { epochs: 3 })
    const first = await json('GET', '/api/runs/first/metrics')
    expect(first.anew).toBe(true)
    expect(first.text).toBe(readFileSync(join(path, 'metrics.jsonl'), 'utf8'))
    const behind = `/api/runs/first/metrics?cursor=${encodeURIComponent(first.cursor)}`
    expect((await json('GET', behind)).text).toBe('')
    await appendFile(join(path, 'metrics.jsonl'), '{"type":"note","step":31,"te')
    expect((await json('GET', behind)).text).toBe('')
    await appendFile(join(path, 'metrics.jsonl'), 'xt":"é"}\n')
    expect(await json('GET', behind)).toMatchObject({ anew: false, text: '{"type":"note","step":31,"text":"é"}\n' })
  })

  it('come anew when a run has gone back to an earlier step', async () => {
    const path = await storeRun('first', { epochs: 3 })
    const { cursor } = await json('GET', '/api/runs/first/metrics')
    await (await RunFolder.open(path)).rewind(10)
    const again = await json('GET', `/api/runs/first/metrics?cursor=${encodeURIComponent(cursor)}`)
    expect([again.anew, again.text.trim().split('\n').length]).toEqual([true, 1])
  })

  it.each(['', '1:2', 'abc', '1-1:-5', ':', '0:99999999999999999999'])(
    'are whole for a cursor of nobody: %j',
    async (cursor) => {
      await storeRun('first', { epochs: 3 })
      const { text, anew } = await json('GET', `/api/runs/first/metrics?cursor=${encodeURIComponent(cursor)}`)
      expect([anew, text.trim().split('\n').length]).toEqual([true, 3])
    },
  )

  it('come in pieces of whole lines where there are many', async () => {
    const path = await storeRun('long', { epochs: 0 })
    const line = (step: number) => `${JSON.stringify({ type: 'step', step, epoch: 1, values: { loss: 1 / step } })}\n`
    const all = Array.from({ length: 40_000 }, (_, i) => line(i + 1)).join('')
    writeFileSync(join(path, 'metrics.jsonl'), all)
    let [text, cursor, pieces] = ['', '', 0]
    for (let hasMore = true; hasMore; pieces++) {
      const piece = await json('GET', `/api/runs/long/metrics?cursor=${encodeURIComponent(cursor)}`)
      expect(piece.text.endsWith('\n') || piece.text === '').toBe(true)
      text += piece.text
      ;({ cursor, hasMore } = piece)
    }
    expect(text === all).toBe(true)
    expect(pieces).toBeGreaterThan(2)
  })

  it('are told to those who follow, as they come; runs that appear and vanish too', async () => {
    const path = await storeRun('first', { epochs: 1 })
    const page = await listen()
    await soon(() => page.messages[0]).toMatchObject({ type: 'runs', changed: [{ id: 'first' }], gone: [] })
    page.follow({ first: '' })
    await soon(() => page.texts('first').length).toBe(1)
    const before = page.bytes()
    await appendFile(join(path, 'metrics.jsonl'), `${JSON.stringify(epochLine(2, 2))}\n`)
    await soon(() => page.texts('first').length).toBe(2)
    expect(page.texts('first')[1]).toBe(`${JSON.stringify(epochLine(2, 2))}\n`)
    await soon(() => page.messages.filter(({ type }) => type === 'runs').length).toBe(2)
    expect(page.bytes() - before).toBeLessThan(2500)
    mkdirSync(join(path, 'wide'))
    writeFileSync(join(path, 'wide', 'metrics.jsonl'), `${JSON.stringify(epochLine(1, 1))}\n`)
    await appendFile(join(path, 'metrics.jsonl'), `${JSON.stringify(epochLine(3, 3))}\n`)
    // Who asks for details makes nothing new of a run.
    await soon(() => page.messages.filter(({ type }) => type === 'runs').length).toBe(3)
    for (let i = 0; i < 3; i++) await json('GET', '/api/runs/first')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(page.messages.filter(({ type }) => type === 'runs').length).toBe(3)
    await soon(() => page.texts('first/wide')).toEqual([`${JSON.stringify(epochLine(1, 1))}\n`])
    await storeRun('second')
    const said = (what: object) => soon(() => page.messages).toContainEqual(expect.objectContaining(what))
    await said({ changed: [expect.objectContaining({ id: 'second' })] })
    rmSync(path, { recursive: true })
    await said({ gone: ['first'] })
    page.socket.close()
  })
})

describe('starting and stopping', () => {
  const start = (options: Record<string, string>) =>
    json('POST', '/api/runs', { recipe: 'lenet-mnist', options, seed: '7' })

  it('knows the recipes with their options', async () => {
    const recipes = await json('GET', '/api/recipes')
    const lenet = recipes.find(({ name }: { name: string }) => name === 'lenet-mnist')
    expect(lenet.source).toContain('LeCun')
    expect(lenet.options.batchSize).toEqual({
      kind: 'integer',
      default: 64,
      minimum: 1,
      description: 'examples per step',
    })
  })

  it('says what is wrong, option by option, and starts nothing', async () => {
    const wrong = { recipe: 'lenet-mnist', options: { epochs: '0', batchSize: 'x', depth: '3', learningRate: '0.1' } }
    const errors = await json('POST', '/api/check', wrong)
    expect(Object.keys(errors).sort()).toEqual(['batchSize', 'depth', 'epochs'])
    expect(errors.epochs).toContain('at least 1')
    expect(await json('POST', '/api/runs', wrong)).toMatchObject({ errors })
    expect(await json('POST', '/api/runs', { recipe: 'no-such', options: {} })).toMatchObject({
      errors: { recipe: expect.any(String) },
    })
    expect(existsSync(runs)).toBe(false)
  })

  it('a run is a process of its own, with these options in a folder of its own', async () => {
    const [first, second] = await Promise.all([start({ epochs: '2' }), start({ epochs: '2', learningRate: '1e-3' })])
    expect(first.id).not.toBe(second.id)
    const called = (id: string) => join(runs, id, 'arguments.txt')
    await soon(() => existsSync(called(second.id))).toBe(true)
    expect(readFileSync(called(second.id), 'utf8')).toBe(
      `run lenet-mnist --epochs=2 --batch-size=64 --learning-rate=0.001 --limit=0 --seed 7 --out ${join(runs, second.id)}`,
    )
  })

  it('what fails before it has stored anything is shown with what it printed, also by a later studio', async () => {
    const { id } = await start({ epochs: '1' })
    await soon(async () => (await json('GET', `/api/runs/${id}`)).state).toBe('failed')
    const other = await startStudio(options())
    const { state, output } = await json('GET', `/api/runs/${id}`, undefined, new URL(other.address))
    expect([state, output]).toEqual(['failed', 'error: the data are gone\n'])
    await other.close()
    expect((await ask('DELETE', `/api/runs/${id}`)).status).toBe(200)
  })

  it('a run survives its studio, is found by the next one, and is stopped there', async () => {
    const other = await startStudio(options())
    const there = new URL(other.address)
    const { id } = await json('POST', '/api/runs', { recipe: 'lenet-mnist', options: {} }, there)
    await soon(() => existsSync(join(runs, id, 'arguments.txt'))).toBe(true)
    await other.close()
    expect(await json('GET', `/api/runs/${id}`)).toMatchObject({ state: 'starting', canStop: true })
    expect((await ask('DELETE', `/api/runs/${id}`)).status).toBe(400)
    await soon(async () => {
      await ask('POST', `/api/runs/${id}/stop`)
      return existsSync(join(runs, id, 'stopped.txt'))
    }).toBe(true)
  })

  it('goes on with what was interrupted and has a checkpoint', async () => {
    const path = await storeRun('first', { status: 'interrupted' as never })
    expect((await json('GET', '/api/runs/first')).canResume).toBe(false)
    await (await RunFolder.open(path)).writeCheckpoint(20, new Uint8Array(9))
    expect((await json('GET', '/api/runs/first')).canResume).toBe(true)
    expect(await json('POST', '/api/runs/first/resume')).toEqual({})
    await soon(() => existsSync(join(path, 'arguments.txt'))).toBe(true)
    expect(readFileSync(join(path, 'arguments.txt'), 'utf8')).toBe(`resume ${path}`)
  })

  it('does not stop what has ended, nor this process', async () => {
    const path = await storeRun('first')
    expect((await ask('POST', '/api/runs/first/stop')).text).toContain('ended already')
    const folder = await RunFolder.open(path)
    await folder.claim()
    expect((await ask('POST', '/api/runs/first/stop')).status).toBe(400)
    await folder.release()
  })
})

describe('refuses', () => {
  it.each([
    ['another origin', { Origin: 'http://evil.example' }, 403],
    ['another origin on this machine', { Origin: 'http://127.0.0.1:1' }, 403],
    ['no origin of a page', { Origin: 'null' }, 403],
    ['another name of this machine', { Host: 'evil.example' }, 403],
    ['a wrong key', { Cookie: 'shapewise-studio-1=abc' }, 401],
  ])('%s, for messages and sockets', async (_, headers, status) => {
    await storeRun('first')
    for (const [method, path] of [
      ['GET', '/api/runs'],
      ['GET', '/api/runs/first/files/run.json'],
      ['DELETE', '/api/runs/first'],
      ['POST', '/api/runs'],
    ]) {
      const answer = await ask(method, path, { headers })
      expect([method, path, answer.status]).toEqual([method, path, status])
      expect(answer.text).not.toContain('lenet')
    }
    await expect(listen(headers)).rejects.toThrow(String(status))
    expect(existsSync(join(runs, 'first', 'run.json'))).toBe(true)
  })

  it('sockets without an origin or elsewhere', async () => {
    const at = (path: string, headers: object) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://${address.host}${path}`, {
          headers: { Cookie: cookieOf(address), ...headers },
        })
        socket.on('error', ({ message }) => resolve(message))
        socket.on('open', () => resolve('open'))
      })
    expect(await at('/api/live', {})).toContain('403')
    expect(await at('/other', { Origin: `http://${address.host}` })).toContain('404')
  })

  it('messages that are too long, or not understood', async () => {
    await storeRun('first')
    const long = JSON.stringify({ label: '', note: 'x'.repeat(100_000) })
    expect((await ask('PATCH', '/api/runs/first', { body: long })).status).toBe(413)
    const chunked = { 'Transfer-Encoding': 'chunked' }
    expect((await ask('PATCH', '/api/runs/first', { body: long, headers: chunked })).status).toBe(413)
    for (const body of ['', '{', '[1]', 'null', '{"label": 3}', JSON.stringify({ label: 'x'.repeat(201) })]) {
      expect((await ask('PATCH', '/api/runs/first', { body })).status).toBe(400)
    }
    for (const message of ['{', 'null', '{"type":"follow"}', '{"type":"follow","runs":{"a":3}}', 'x'.repeat(300_000)]) {
      const page = await listen()
      const closed = new Promise((resolve) => page.socket.on('close', resolve))
      page.socket.send(message)
      expect([1006, 1008, 1009]).toContain(await closed)
    }
    expect((await ask('GET', '/api/runs')).status).toBe(200)
  })

  it.each([
    ...['../secret.json', '%2e%2e/secret.json', '..%2fsecret.json', '..%5csecret.json', '.%00', '%2e', '.hidden.json'],
    ...['first/../../secret.json', 'link.json', 'folder/secret.json', 'pictures', 'C:secret.json'],
  ])('what lies outside of a run: %s', async (path) => {
    const run = await storeRun('first')
    symlinkSync(join(root, 'secret.json'), join(run, 'link.json'))
    symlinkSync(root, join(run, 'folder'))
    writeFileSync(join(run, '.hidden.json'), '{"secret": true}')
    mkdirSync(join(run, 'pictures'))
    const { status, text } = await ask('GET', `/api/runs/first/files/${path}`)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(text).not.toContain('"secret"')
  })

  it.each(['..', '%2e%2e', 'linked', '.', '%2f', '..%2fpages'])('to change what is no run: %s', async (id) => {
    await storeRun('first')
    symlinkSync(join(root, 'pages'), join(runs, 'linked'))
    for (const [method, path] of [
      ['DELETE', ''],
      ['PATCH', ''],
      ['POST', '/stop'],
      ['POST', '/resume'],
      ['GET', '/report'],
      ['GET', '/metrics'],
    ]) {
      const { status } = await ask(method, `/api/runs/${id}${path}`, { body: '{}' })
      expect([method, path, status >= 400]).toEqual([method, path, true])
    }
    expect((await readdir(root)).sort()).toEqual(['pages', 'runs', 'secret.json', 'stand-in.mjs'])
    expect(await readdir(join(root, 'pages'))).toEqual(['index.html'])
  })

  it('metrics by a link, and followers of them', async () => {
    const run = await storeRun('first')
    rmSync(join(run, 'metrics.jsonl'))
    symlinkSync(join(root, 'secret.json'), join(run, 'metrics.jsonl'))
    expect((await ask('GET', '/api/runs/first/metrics')).status).toBe(400)
    const page = await listen()
    page.follow({ first: '', '../': '', 'first/..': '' })
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(page.messages.filter(({ type }) => type === 'lines')).toEqual([])
    page.socket.close()
  })

  it.each([
    ['page.png', '<script>alert(1)</script>'],
    ['page.jpg', '\x89PNG'],
    ['page.svg', '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'],
    ['page.json', '<!doctype html>'],
    ['page.txt', 'a\0b'],
    ['page.safetensors', '<!doctype html>'],
    ['page.html', 'MZ'],
    ['page.js', 'alert(1)'],
    ['page', 'text'],
  ])('files that lie about their type: %s', async (name, content) => {
    const run = await storeRun('first')
    writeFileSync(join(run, name), content)
    const { status, text } = await ask('GET', `/api/runs/first/files/${name}`)
    expect(status).toBe(400)
    expect(text).not.toContain(content)
  })

  it('programs in pictures, and pages: what is handed out cannot run in the name of the studio', async () => {
    const run = await storeRun('first')
    writeFileSync(join(run, 'a.svg'), '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    writeFileSync(join(run, 'report.html'), '<!doctype html><script>alert(1)</script>')
    const picture = await ask('GET', '/api/runs/first/files/a.svg')
    expect(picture.headers).toMatchObject({ 'content-type': 'image/svg+xml', 'x-content-type-options': 'nosniff' })
    expect(picture.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
    const page = await ask('GET', '/api/runs/first/files/report.html')
    expect(page.headers['content-disposition']).toMatch(/^attachment/)
    expect(page.headers['content-security-policy']).toContain('sandbox')
  })
})

it('says that a folder is that of one run', async () => {
  const path = await storeRun('first')
  await expect(startStudio({ ...options(), folder: path })).rejects.toThrow(/folder above/)
})
