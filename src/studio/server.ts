import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { fail } from '../core/errors.js'
import { HOST, headers, onlyHere, withKey } from './guard.js'
import { tellLive } from './live.js'
import { api } from './routes.js'
import { RunEntries } from './runs/entries.js'

export interface StudioOptions {
  /** 4848, or the next that is free; 0 for any. */
  readonly port?: number
  /** Where the pages lie; by default beside the library, as `npm run studio:build` puts them. */
  readonly pages?: string
  /** Of the runs that are shown and started; `runs` below the current folder, where `shapewise run` stores them. */
  readonly folder?: string
  /** How `shapewise` is called, to start runs; by default as this process was. */
  readonly command?: readonly string[]
}

export interface Studio {
  /** With the key that the browser needs once. */
  readonly address: string
  close(): Promise<void>
}

const PORT = 4848
const TRIED_PORTS = 20

/**
 * Serves the studio to this machine alone: on 127.0.0.1, to whoever has the key of this start, which the address carries, and only
 * under a name of this machine, so that no page of another origin reaches it.
 *
 * Runs that it starts are processes of their own, which go on when it ends; what it shows lies in their folders.
 *
 * @throws if the pages are not built, the folder is that of one run, or no port is free
 */
export async function startStudio(options: StudioOptions = {}): Promise<Studio> {
  const { port, pages = besideLibrary(), folder = 'runs', command = [process.execPath, process.argv[1]!] } = options
  if (!existsSync(`${pages}/index.html`)) {
    fail('studio: its pages are not built', 'Run `npm run studio:build` in the checkout of Shapewise.')
  }
  const root = resolve(folder)
  if (existsSync(join(root, 'run.json'))) {
    fail(`studio: ${folder} is the folder of one run`, 'Name the folder above it, which holds the runs.')
  }
  const key = randomBytes(24).toString('base64url')
  const app = new Hono()
  const entries = new RunEntries(root)
  app.use(headers, onlyHere, withKey(key))
  app.route('/api', api(root, entries, command))
  app.use(serveStatic({ root: relative(process.cwd(), pages) }))
  const server = await listen(app, port)
  const live = tellLive(server as Server, key, root, entries)
  const { port: taken } = server.address() as AddressInfo
  return {
    address: `http://${HOST}:${taken}/?key=${key}`,
    close: () => {
      live.close()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** `dist/studio`, seen from `dist/shared`, where this module is bundled to. */
const besideLibrary = (): string => fileURLToPath(new URL('../studio', import.meta.url))

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
