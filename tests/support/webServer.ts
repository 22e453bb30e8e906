import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Web servers on this machine, for one test file. */
export class WebServers {
  readonly #closing: (() => Promise<unknown>)[] = []

  /** Starts one; the address ends with a slash. */
  async serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.#closing.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close()
  }
}
