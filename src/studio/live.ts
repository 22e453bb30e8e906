import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Cursor, PageMessage, RunEntry, ServerMessage } from './api.js'
import { hasKey, isFromHere } from './guard.js'
import { partsOf } from './runs/details.js'
import type { RunEntries } from './runs/entries.js'
import { linesBehind } from './runs/metrics.js'
import { placeWithin } from './runs/place.js'

const PATH = '/api/live'
/** Room for the cursors of a thousand runs. */
const MOST_BYTES = 256 * 1024
const LOOK_MILLISECONDS = 400
/** A page that takes what it is sent so slowly is sent nothing more for a while. */
const MOST_WAITING_BYTES = 8 << 20

export interface Live {
  close(): void
}

/** Tells pages what is new in a folder of runs, as long as their sockets are open. Nothing is looked at while there are none. */
export function tellLive(server: Server, key: string, root: string, entries: RunEntries): Live {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { host, origin, cookie } = request.headers
    const refusal =
      request.url !== PATH
        ? '404 Not Found'
        : // Browsers always say where a socket comes from.
          origin === undefined || !isFromHere({ host, origin, cookie })
          ? '403 Forbidden'
          : hasKey(key, { host, origin, cookie })
            ? undefined
            : '401 Unauthorized'
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const told = new Told(opened, root, entries)
      told.begin()
    })
  })
  return {
    close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}

/** What one page has been told. */
class Told {
  readonly #socket: WebSocket
  readonly #root: string
  readonly #entries: RunEntries
  #known: ReadonlyMap<string, RunEntry> = new Map()
  #followed = new Map<string, Cursor>()
  /** Runs whose parts are known, as they were then. */
  readonly #searched = new Map<string, RunEntry>()
  #timer: NodeJS.Timeout | undefined
  #isLooking = false

  constructor(socket: WebSocket, root: string, entries: RunEntries) {
    this.#socket = socket
    this.#root = root
    this.#entries = entries
  }

  begin(): void {
    this.#socket.on('message', (data) => this.#take(String(data)))
    // Messages that are too long end the connection.
    this.#socket.on('error', () => this.#socket.terminate())
    this.#socket.on('close', () => clearTimeout(this.#timer))
    void this.#look()
  }

  #take(text: string): void {
    const followed = followedIn(text)
    if (followed === undefined) {
      this.#socket.close(1008, 'not understood')
    } else {
      this.#followed = followed
      this.#searched.clear()
      void this.#look()
    }
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    clearTimeout(this.#timer)
    try {
      await this.#tellRuns()
      await this.#tellLines()
    } catch {
      // A folder that goes away while it is read is seen to be gone by the next look.
    } finally {
      this.#isLooking = false
      const isOpen = this.#socket.readyState === this.#socket.OPEN
      if (isOpen) this.#timer = setTimeout(() => void this.#look(), LOOK_MILLISECONDS)
    }
  }

  async #tellRuns(): Promise<void> {
    const now = await this.#entries.all()
    const changed = [...now.values()].filter((entry) => this.#known.get(entry.id) !== entry)
    const gone = [...this.#known.keys()].filter((id) => !now.has(id))
    const isFirst = this.#known.size === 0
    this.#known = now
    if (isFirst || changed.length > 0 || gone.length > 0) this.#tell({ type: 'runs', changed, gone })
  }

  async #tellLines(): Promise<void> {
    const followed = this.#followed
    await this.#findParts(followed)
    for (const [id, cursor] of followed) {
      const file = await placeWithin(this.#root, [...id.split('/'), 'metrics.jsonl']).catch(() => undefined)
      let at = cursor
      for (let hasMore = file !== undefined; hasMore; ) {
        if (this.#socket.bufferedAmount > MOST_WAITING_BYTES) return
        const lines = await linesBehind(file!, at)
        // The page may have asked for others meanwhile.
        if (lines === undefined || this.#followed !== followed) break
        this.#tell({ type: 'lines', id, cursor: lines.cursor, anew: lines.anew, text: lines.text })
        at = lines.cursor
        followed.set(id, at)
        hasMore = lines.hasMore
      }
    }
  }

  /** Trainings that are parts of followed runs are followed, too; they may come when the run has changed. */
  async #findParts(followed: Map<string, Cursor>): Promise<void> {
    for (const id of [...followed.keys()]) {
      const entry = this.#known.get(id)
      if (entry === undefined || this.#searched.get(id) === entry) continue
      const parts = await placeWithin(this.#root, [id]).then(partsOf, () => [])
      for (const part of parts) if (!followed.has(`${id}/${part}`)) followed.set(`${id}/${part}`, '')
      this.#searched.set(id, entry)
    }
  }

  #tell(message: ServerMessage): void {
    this.#socket.send(JSON.stringify(message))
  }
}

function followedIn(text: string): Map<string, Cursor> | undefined {
  try {
    const { type, runs }: Partial<PageMessage> = JSON.parse(text)
    if (type !== 'follow' || typeof runs !== 'object' || runs === null) return undefined
    const entries = Object.entries(runs)
    return entries.every(([, cursor]) => typeof cursor === 'string') ? new Map(entries) : undefined
  } catch {
    return undefined
  }
}
