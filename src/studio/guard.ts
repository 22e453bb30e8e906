import { timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'

const COOKIE = 'shapewise-studio'
export const HOST = '127.0.0.1'

/** What a request says about itself, whether it wants a page or a socket. */
interface Asker {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly cookie: string | undefined
}

/** Whether a request came under a name of this machine, which others cannot have pointed to it, and from no page of another origin. */
export const isFromHere = ({ host = '', origin }: Asker): boolean =>
  [HOST, 'localhost'].includes(host.replace(/:\d+$/, '')) && (origin === undefined || origin === `http://${host}`)

/** Cookies do not know of ports: two studios on one machine each have their own. */
const cookieName = (port: string): string => `${COOKIE}-${port}=`

const isKey = (key: string, given: string): boolean =>
  given.length === key.length && timingSafeEqual(Buffer.from(given), Buffer.from(key))

/** Whether a request carries the key of this start. */
export function hasKey(key: string, { host = '', cookie = '' }: Asker): boolean {
  const name = cookieName(host.split(':')[1] ?? '')
  return cookie.split(/;\s*/).some((one) => one.startsWith(name) && isKey(key, one.slice(name.length)))
}

/** Pages load nothing from elsewhere, are shown in no frame, and may share memory between their threads. */
export const headers: MiddlewareHandler = async (context, next) => {
  await next()
  const host = context.req.header('host') ?? ''
  const defaults = {
    'Content-Security-Policy':
      `default-src 'self'; connect-src 'self' ws://${host}; script-src 'self' 'wasm-unsafe-eval'; ` +
      "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'Cache-Control': 'no-cache',
  }
  for (const [name, value] of Object.entries(defaults)) if (!context.res.headers.has(name)) context.header(name, value)
  context.header('Cross-Origin-Opener-Policy', 'same-origin')
  context.header('Cross-Origin-Embedder-Policy', 'require-corp')
  context.header('Cross-Origin-Resource-Policy', 'same-origin')
  context.header('Referrer-Policy', 'no-referrer')
  context.header('X-Content-Type-Options', 'nosniff')
}

/** Refuses names that others may have pointed to this machine, and requests that pages of others make. */
export const onlyHere: MiddlewareHandler = async (context, next) => {
  const { req } = context
  const asker = { host: req.header('host'), origin: req.header('origin'), cookie: undefined }
  return isFromHere(asker) ? next() : context.text('The studio answers this machine only.', 403)
}

/** The key of the address becomes a cookie; without either there is nothing to see. */
export const withKey =
  (key: string): MiddlewareHandler =>
  async (context, next) => {
    const { searchParams, port } = new URL(context.req.url)
    if (isKey(key, searchParams.get('key') ?? '')) {
      context.header('Set-Cookie', `${cookieName(port)}${key}; HttpOnly; SameSite=Strict; Path=/`)
      return context.redirect('/')
    }
    const { req } = context
    if (!hasKey(key, { host: req.header('host'), origin: undefined, cookie: req.header('cookie') })) {
      return context.text('The key is missing: open the address that `shapewise studio` has printed.', 401)
    }
    return next()
  }
