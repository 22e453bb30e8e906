import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Studio, startStudio } from '../../src/studio/index.js'

let root: string
let studio: Studio
let address: URL
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'studio-'))
  mkdirSync(join(root, 'pages'))
  writeFileSync(join(root, 'pages', 'index.html'), '<title>here</title>')
  writeFileSync(join(root, 'secret.txt'), 'secret')
  studio = await startStudio({ port: 0, pages: join(root, 'pages') })
  address = new URL(studio.address)
})
afterAll(async () => {
  await studio.close()
  rmSync(root, { recursive: true, force: true })
})

/** A request with exactly this path and these headers; `fetch` would tidy them up. */
const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = request({ host: address.hostname, port: address.port, path, headers }, (response) => {
      let text = ''
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    sent.on('error', reject)
    sent.end()
  })

const key = () => address.searchParams.get('key') ?? ''
const cookie = () => ({ Cookie: `shapewise-studio-${address.port}=${key()}` })

describe('the studio on this machine', () => {
  it('is served to whoever has the key', async () => {
    const first = await ask(`/?key=${key()}`)
    expect(first.status).toBe(302)
    expect(first.headers['set-cookie']).toEqual([expect.stringMatching(/HttpOnly; SameSite=Strict/)])
    const page = await ask('/', cookie())
    expect([page.status, page.text]).toEqual([200, '<title>here</title>'])
    expect(page.headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'x-content-type-options': 'nosniff',
    })
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  })

  it.each([
    ['no key', '/', {}],
    ['a wrong key', '/?key=abc', {}],
    ['a wrong cookie', '/', { Cookie: 'shapewise-studio=abc' }],
  ])('refuses %s', async (_, path, headers) => {
    const { status, text } = await ask(path, headers)
    expect(status).toBe(401)
    expect(text).not.toContain('here')
  })

  it('refuses other names of this machine and pages of others', async () => {
    expect((await ask('/', { ...cookie(), Host: 'evil.example' })).status).toBe(403)
    expect((await ask('/', { ...cookie(), Origin: 'http://evil.example' })).status).toBe(403)
    expect((await ask(`/?key=${key()}`, { Origin: 'null' })).status).toBe(403)
  })

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/..%5csecret.txt', '//secret.txt', '/.%00/'])(
    'does not leave its folder: %s',
    async (path) => {
      const { status, text } = await ask(path, cookie())
      expect(status).toBeGreaterThanOrEqual(400)
      expect(text).not.toContain('secret')
    },
  )

  it('lets two live side by side', async () => {
    const other = await startStudio({ port: 0, pages: join(root, 'pages') })
    const there = new URL(other.address)
    expect(there.port).not.toBe(address.port)
    expect(there.searchParams.get('key')).not.toBe(key())
    await other.close()
    expect((await ask('/', cookie())).status).toBe(200)
  })

  it('says what to do where its pages are missing or its port is taken', async () => {
    await expect(startStudio({ pages: join(root, 'nowhere') })).rejects.toThrow(/npm run studio:build/)
    const taken = Number(address.port)
    await expect(startStudio({ port: taken, pages: join(root, 'pages') })).rejects.toThrow(/--port/)
  })
})
