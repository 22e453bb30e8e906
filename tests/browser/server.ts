import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

const page = `<!doctype html>
<meta charset="utf-8">
<title>Shapewise</title>
<link rel="icon" href="data:,">
<script type="module">
  import * as shapewise from '/dist/index.js'
  import * as nn from '/dist/nn/index.js'
  import * as optim from '/dist/optim/index.js'
  globalThis.library = { shapewise, nn, optim }
</script>
`

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** What the server does beyond sending files as they are. */
export interface Serving {
  /** With the headers that allow threads. */
  readonly isolated: boolean
  /** What it calls WebAssembly modules. */
  readonly wasmType?: string
  /** A folder with a page of its own, in place of the package as it was built and a page that imports it. */
  readonly folder?: string
}

/** A server on a free port. */
export async function serve({ isolated, wasmType = 'application/wasm', folder }: Serving): Promise<{
  readonly url: string
  close(): Promise<void>
}> {
  const server: Server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const headers = isolated ? isolation : {}
    if ((path === '/' && folder === undefined) || path.startsWith('/anything/')) {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(page)
      return
    }
    const isServed = (folder !== undefined || path.startsWith('/dist/')) && !path.includes('..')
    const file = isServed && join(folder ?? repository, path === '/' ? 'index.html' : path)
    const content = file && (await readFile(file).catch(() => undefined))
    if (!content) {
      response.writeHead(404, headers).end()
      return
    }
    const type = path === '/' ? 'text/html' : path.endsWith('.wasm') ? wasmType : 'text/javascript'
    response.writeHead(200, { ...headers, 'Content-Type': type }).end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Browsers open some that they may need.
        server.closeAllConnections()
      }),
  }
}
