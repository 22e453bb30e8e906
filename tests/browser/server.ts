import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

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
}

/** A server of the built package and of one page that imports it, on a free port. */
export async function serve({ isolated, wasmType = 'application/wasm' }: Serving): Promise<{
  readonly url: string
  close(): Promise<void>
}> {
  const server: Server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const headers = isolated ? isolation : {}
    if (path === '/' || path.startsWith('/anything/')) {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(page)
      return
    }
    const file = path.startsWith('/dist/') && !path.includes('..') ? dist + path.slice('/dist'.length) : undefined
    const content = file && (await readFile(file).catch(() => undefined))
    if (content === undefined) {
      response.writeHead(404, headers).end()
      return
    }
    const type = path.endsWith('.wasm') ? wasmType : 'text/javascript'
    response.writeHead(200, { ...headers, 'Content-Type': type }).end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
