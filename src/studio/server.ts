import { randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'
import { fail } from '../core/errors.js'

export interface StudioOptions {
  /** 4848, or the next that is free; 0 for any. */
  readonly port?: number
  /** Where the pages lie; by default beside the library, as `npm run studio:build` puts them. */
  readonly pages?: string
}

export interface Studio {
  /** With the key that the browser needs once. */
  readonly address: string
  close(): Promise<void>
}

const PORT = 4848
const TRIED_PORTS = 20
const COOKIE = 'shapewise-studio'
const HOST = '127.0.0.1'

/**
 * Serves the studio to this machine alone: on 127.0.0.1, to whoever has the key of this start, which the address carries, and only
 * under a name of this machine, so that no page of another origin reaches it.
 *
 * @throws if the pages are not built, or no port is free
 */
export async function startStudio({ port, pages = besideLibrary() }: StudioOptions = {}): Promise<Studio> {
  if (!existsSync(`${pages}/index.html`)) {
    fail('studio: its pages are not built', 'Run `npm run studio:build` in the checkout of Shapewise.')
  }
  const key = randomBytes(24).toString('base64url')
  const app = new Hono()
  app.use(headers, onlyHere, withKey(key))
  app.use(serveStatic({ root: relative(process.cwd(), pages) }))
  const server = await listen(app, port)
  const { port: taken } = server.address() as AddressInfo
  return {
    address: `http://${HOST}:${taken}/?key=${key}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** `dist/studio`, seen from `dist/shared`, where this module is bundled to. */
const besideLibrary = (): string => fileURLToPath(new URL('../studio', import.meta.url))

/** Pages load nothing from elsewhere, are shown in no frame, and may share memory between their threads. */
const headers: MiddlewareHandler = async (context, next) => {
  await next()
  context.header(
    'Content-Security-Policy',
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
      "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  )
  context.header('Cross-Origin-Opener-Policy', 'same-origin')
  context.header('Cross-Origin-Embedder-Policy', 'require-corp')
  context.header('Cross-Origin-Resource-Policy', 'same-origin')
  context.header('Referrer-Policy', 'no-referrer')
  context.header('X-Content-Type-Options', 'nosniff')
  context.header('Cache-Control', 'no-cache')
}

/** Refuses names that others may have pointed to this machine, and requests that pages of others make. */
const onlyHere: MiddlewareHandler = async (context, next) => {
  const host = (context.req.header('host') ?? '').replace(/:\d+$/, '')
  const origin = context.req.header('origin')
  const isOwn = origin === undefined || origin === `http://${context.req.header('host')}`
  if (![HOST, 'localhost'].includes(host) || !isOwn) return context.text('The studio answers this machine only.', 403)
  return next()
}

/** The key of the address becomes a cookie; without either there is nothing to see. */
const withKey = (key: string): MiddlewareHandler => {
  const isKey = (given: string | undefined): boolean =>
    given !== undefined && given.length === key.length && timingSafeEqual(Buffer.from(given), Buffer.from(key))
  return async (context, next) => {
    const { searchParams, port } = new URL(context.req.url)
    // Cookies do not know of ports: two studios on one machine each have their own.
    const name = `${COOKIE}-${port}=`
    if (isKey(searchParams.get('key') ?? undefined)) {
      context.header('Set-Cookie', `${name}${key}; HttpOnly; SameSite=Strict; Path=/`)
      return context.redirect('/')
    }
    const cookies = (context.req.header('cookie') ?? '').split(/;\s*/)
    if (!cookies.some((cookie) => cookie.startsWith(name) && isKey(cookie.slice(name.length)))) {
      return context.text('The key is missing: open the address that `shapewise studio` has printed.', 401)
    }
    return next()
  }
}

/** Listens on the port that is wished for, or else on the first free one. */
async function listen(app: Hono, wished: number | undefined): Promise<ReturnType<typeof serve>> {
  const ports = wished === undefined ? Array.from({ length: TRIED_PORTS }, (_, i) => PORT + i) : [wished]
  for (const port of ports) {
    const server = await new Promise<ReturnType<typeof serve> | undefined>((resolve, reject) => {
      const started = serve({ fetch: app.fetch, hostname: HOST, port }, () => resolve(started))
      started.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
      )
    })
    if (server !== undefined) return server
  }
  return fail(`studio: port ${ports.join(', ')} cannot be had`, 'Name a free one with --port, or 0 for any.')
}
