import { expose, transfer } from 'comlink'
import type { Cursor, PageMessage, RunEntry, ServerMessage } from '../../src/studio/api'
import { type Axis, type Note, RunPoints, type Series } from './points'
import { smoothed } from './smoothing'

/** Where the connection stands. */
export type Connection = 'opening' | 'open' | 'lost'

export interface Listener {
  onConnection(state: Connection): void
  onRuns(changed: readonly RunEntry[], gone: readonly string[], anew: boolean): void
  /** Of these runs there are new points. */
  onPoints(ids: readonly string[]): void
}

/** A curve to be drawn: with `smooth` the points lie behind it. */
export interface Drawn extends Series {
  readonly smooth?: Float64Array
}

const AGAIN_MILLISECONDS = 1000
/** What comes within this time is drawn together. */
const TOLD_MILLISECONDS = 120

/** Keeps the socket to the studio, reads what comes, and holds all points, so that the page has nothing to do but to draw. */
class Follower {
  #listener: Listener | undefined
  #socket: WebSocket | undefined
  readonly #points = new Map<string, RunPoints>()
  readonly #cursors = new Map<string, Cursor>()
  #followed: readonly string[] = []
  #isFirst = true
  #fresh = new Set<string>()
  #announced = false
  /** What has come through the socket, for measurements. */
  #bytes = 0

  connect(listener: Listener): void {
    this.#listener = listener
    this.#open()
  }

  #open(): void {
    const socket = new WebSocket(`ws://${location.host}/api/live`)
    this.#socket = socket
    this.#isFirst = true
    socket.onopen = () => {
      this.#listener?.onConnection('open')
      this.#ask()
    }
    socket.onmessage = ({ data }) => {
      this.#bytes += String(data).length
      this.#take(JSON.parse(String(data)) as ServerMessage)
    }
    socket.onclose = () => {
      this.#listener?.onConnection('lost')
      setTimeout(() => this.#open(), AGAIN_MILLISECONDS)
    }
  }

  #take(message: ServerMessage): void {
    if (message.type === 'runs') {
      for (const id of message.gone) this.#forget(id)
      this.#listener?.onRuns(message.changed, message.gone, this.#isFirst)
      this.#isFirst = false
      return
    }
    const { id, cursor, anew, text } = message
    const points = anew ? new RunPoints() : (this.#points.get(id) ?? new RunPoints())
    points.take(text)
    this.#points.set(id, points)
    this.#cursors.set(id, cursor)
    this.#announce(id.split('/')[0]!)
  }

  /** Several messages that come together are told of once. */
  #announce(id: string): void {
    this.#fresh.add(id)
    if (this.#announced) return
    this.#announced = true
    setTimeout(() => {
      this.#announced = false
      this.#listener?.onPoints([...this.#fresh])
      this.#fresh = new Set()
    }, TOLD_MILLISECONDS)
  }

  #forget(id: string): void {
    for (const each of [id, ...this.#partsOf(id)]) {
      this.#points.delete(each)
      this.#cursors.delete(each)
    }
  }

  /** Trainings that are parts of a run: `id/part`. */
  #partsOf(id: string): string[] {
    return [...this.#points.keys()].filter((key) => key.startsWith(`${id}/`))
  }

  /** The points of a run, and of its parts. */
  #all(id: string): RunPoints[] {
    return [id, ...this.#partsOf(id)].flatMap((key) => this.#points.get(key) ?? [])
  }

  /** Says of which runs the points are wanted. What is known of others is kept, and goes on where it was. */
  follow(ids: readonly string[]): void {
    this.#followed = ids
    this.#ask()
  }

  #ask(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    const wanted = this.#followed.flatMap((id) => [id, ...this.#partsOf(id)])
    const runs = Object.fromEntries(wanted.map((id) => [id, this.#cursors.get(id) ?? '']))
    const message: PageMessage = { type: 'follow', runs }
    this.#socket.send(JSON.stringify(message))
  }

  /** The names of the values that these runs have, most common first. */
  names(ids: readonly string[]): string[] {
    const counts = new Map<string, number>()
    for (const id of ids) {
      const names = new Set(this.#all(id).flatMap((points) => points.names))
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name)
  }

  /** How many points of these runs there are, and how many runs do not say when theirs were measured. */
  known(ids: readonly string[]): { readonly points: number; readonly timeless: number; readonly bytes: number } {
    const found = ids.flatMap((id) => this.#all(id))
    const points = found.reduce((sum, { count }) => sum + count, 0)
    return { points, timeless: found.filter(({ hasTimes }) => !hasTimes).length, bytes: this.#bytes }
  }

  notes(id: string): readonly Note[] {
    return this.#points.get(id)?.notes ?? []
  }

  /** Of a run and its parts; what the run says of a part is left to the part where that has it, too. */
  #series(id: string, name: string, axis: Axis): Series[] {
    const parts = this.#partsOf(id).flatMap((key) => {
      const stage = key.slice(id.length + 1)
      return this.#points
        .get(key)!
        .series(id, name, axis)
        .map((one) => ({ ...one, stage }))
    })
    const isTold = ({ stage, source }: Series): boolean =>
      parts.some((part) => part.stage === stage && part.source === source)
    return [...(this.#points.get(id)?.series(id, name, axis) ?? []).filter((one) => !isTold(one)), ...parts]
  }

  /** The curves of a value, of each run by itself. */
  series(ids: readonly string[], name: string, axis: Axis, weight: number): readonly Drawn[] {
    const drawn = ids.flatMap((id): Drawn[] => {
      return this.#series(id, name, axis).map((one) =>
        weight === 0 || one.source !== 'batch' ? one : { ...one, smooth: smoothed(one.y, weight) },
      )
    })
    return transfer(
      drawn,
      drawn.flatMap(({ x, y, smooth }) => [
        x.buffer,
        y.buffer,
        ...(smooth === undefined ? [] : [smooth.buffer]),
      ]) as ArrayBuffer[],
    )
  }
}

export type RunFollower = Follower
expose(new Follower())
