import type { View } from './camera'
import { Painter } from './painter'
import type { Scene } from './scene'

/** What is drawn: a scene, and a line around something on the screen (x and y after each other). */
interface Shown {
  readonly scene: Scene
  readonly view: View
  readonly line: readonly number[]
}

/** Pixels for each pixel of the view: two are smoother, also on screens that have one. */
const [COARSE, FINE] = [1, 2]
/** Milliseconds that a frame of something that moves may take, and after which it is at rest. */
const [BUDGET, REST] = [9, 180]

/** Draws when asked to, at most once a frame: as fine as there is time for, and always fine once it rests. */
export class Frames {
  readonly #canvas
  readonly #painter
  readonly #shown
  #frame = 0
  #rest: ReturnType<typeof setTimeout> | undefined
  /** Milliseconds that the finest drawing would take. */
  #cost = Infinity

  constructor(canvas: HTMLCanvasElement, shown: () => Shown) {
    this.#canvas = canvas
    this.#painter = new Painter(canvas)
    this.#shown = shown
  }

  ask(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#draw(this.#cost < BUDGET ? FINE : COARSE))
  }

  end(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#rest)
  }

  #draw(sharpness: number): void {
    if (this.#canvas.clientWidth === 0 || this.#canvas.clientHeight === 0) return
    const { scene, view, line } = this.#shown()
    const start = performance.now()
    this.#painter.paint(scene, view, sharpness)
    if (line.length >= 4) this.#around(line)
    this.#cost = (performance.now() - start) * (FINE / sharpness) ** 2
    clearTimeout(this.#rest)
    if (sharpness < FINE) this.#rest = setTimeout(() => this.#draw(FINE), REST)
  }

  #around(line: readonly number[]): void {
    const context = this.#canvas.getContext('2d')!
    context.strokeStyle = getComputedStyle(this.#canvas).color
    context.lineWidth = 1.5
    context.setLineDash([4, 4])
    context.beginPath()
    for (let i = 0; i < line.length; i += 2) context.lineTo(line[i]!, line[i + 1]!)
    context.closePath()
    context.stroke()
    context.setLineDash([])
  }
}
