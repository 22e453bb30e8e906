import type { Signal } from '@preact/signals'
import { type Camera, moved, turned, type View, zoomed } from './camera'

/** Where the pointer is, in pixels of the picture, and how these see the places in space. */
export interface Pointed {
  readonly x: number
  readonly y: number
  readonly view: View
}

/** What pointers mean to a picture. */
export interface Pointing {
  /** A map: seen from above without perspective, and moved where others are turned. */
  readonly flat?: boolean
  /** Whether dragging draws a line around something instead of moving the camera, by hand or from corner to corner of a box. */
  readonly lasso?: boolean | 'box'
  /** Undefined where the pointer has left. */
  onPoint?(at: Pointed | undefined): void
  onClick?(at: Pointed): void
  /** A closed line was drawn: x and y after each other. */
  onLasso?(line: Float32Array, view: View): void
}

/** A pointer that moves less has clicked. */
const CLICK = 4
/** Of a notch of the wheel. */
const NEARER = 1.15

interface Listener {
  readonly camera: Signal<Camera>
  view(): View
  props(): Pointing
  /** The line around something has become longer, or is over. */
  onLine(line: readonly number[]): void
}

/** What mouse, wheel and fingers do to the camera. */
export class Gestures {
  readonly #element
  readonly #listener
  readonly #down = new Map<number, { x: number; y: number }>()
  #far = 0
  #line: number[] = []
  readonly #ended = new AbortController()

  constructor(element: HTMLCanvasElement, listener: Listener) {
    this.#element = element
    this.#listener = listener
    const { signal } = this.#ended
    element.addEventListener('pointerdown', (event) => this.#press(event), { signal })
    element.addEventListener('pointermove', (event) => this.#move(event), { signal })
    element.addEventListener('pointerup', (event) => this.#release(event), { signal })
    element.addEventListener('pointercancel', (event) => this.#release(event), { signal })
    element.addEventListener('pointerleave', () => this.#listener.props().onPoint?.(undefined), { signal })
    element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal })
    element.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false })
  }

  end(): void {
    this.#ended.abort()
  }

  #placeOf({ clientX, clientY }: MouseEvent): { x: number; y: number } {
    const { left, top } = this.#element.getBoundingClientRect()
    return { x: clientX - left, y: clientY - top }
  }

  #press(event: PointerEvent): void {
    this.#element.setPointerCapture(event.pointerId)
    const at = this.#placeOf(event)
    if (this.#down.size === 0) this.#far = 0
    this.#down.set(event.pointerId, at)
    this.#line = this.#listener.props().lasso && this.#down.size === 1 ? [at.x, at.y] : []
  }

  #move(event: PointerEvent): void {
    const to = this.#placeOf(event)
    const from = this.#down.get(event.pointerId)
    const { props, view, camera } = this.#listener
    if (from === undefined) {
      props().onPoint?.({ ...to, view: view() })
      return
    }
    const before = this.#spread()
    this.#down.set(event.pointerId, to)
    const [x, y] = [to.x - from.x, to.y - from.y]
    this.#far += Math.hypot(x, y)
    if (this.#line.length > 0) {
      const [x, y] = [this.#line[0]!, this.#line[1]!]
      this.#line = props().lasso === 'box' ? [x, y, to.x, y, to.x, to.y, x, to.y] : [...this.#line, to.x, to.y]
      this.#listener.onLine(this.#line)
      return
    }
    const half = this.#half()
    if (this.#down.size > 1) {
      const after = this.#spread()
      const fingers = this.#down.size
      change(camera, (seen) =>
        moved(
          zoomed(seen, before.wide > 0 ? after.wide / before.wide : 1, ...this.#fromMiddle(after)),
          x / half / fingers,
          -y / half / fingers,
        ),
      )
    } else if (props().flat || event.shiftKey || (event.buttons & 6) !== 0) {
      change(camera, (seen) => moved(seen, x / half, -y / half))
    } else change(camera, (seen) => turned(seen, x / half, y / half))
  }

  #release(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId)) return
    const { props, view } = this.#listener
    const line = this.#line
    this.#line = []
    this.#listener.onLine([])
    if (event.type === 'pointercancel') return
    if (this.#far < CLICK) props().onClick?.({ ...this.#placeOf(event), view: view() })
    else if (line.length >= 6) props().onLasso?.(Float32Array.from(line), view())
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    // A notch is 100 pixels, or three lines.
    const notches = event.deltaY / (event.deltaMode === 0 ? 100 : 3)
    const factor = NEARER ** -Math.max(-3, Math.min(3, notches))
    change(this.#listener.camera, (from) => zoomed(from, factor, ...this.#fromMiddle(this.#placeOf(event))))
  }

  #half(): number {
    return Math.min(this.#element.clientWidth, this.#element.clientHeight) / 2
  }

  /** In half sides of the picture, up and to the right. */
  #fromMiddle({ x, y }: { readonly x: number; readonly y: number }): [number, number] {
    const { clientWidth, clientHeight } = this.#element
    return [(x - clientWidth / 2) / this.#half(), (clientHeight / 2 - y) / this.#half()]
  }

  /** The middle between the fingers, and how far they are apart. */
  #spread(): { readonly x: number; readonly y: number; readonly wide: number } {
    const [a, b = a] = [...this.#down.values()]
    if (a === undefined || b === undefined) return { x: 0, y: 0, wide: 0 }
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, wide: Math.hypot(a.x - b.x, a.y - b.y) }
  }
}

function change(camera: Signal<Camera>, by: (from: Camera) => Camera): void {
  camera.value = by(camera.value)
}
