import { packed } from '../palette'
import { nearness, project, type View } from './camera'
import { byDepth } from './depth-order'
import { Raster } from './raster'
import type { Cloud, Ground, Line, Picture, Scene, Surface } from './scene'

/** Draws scenes on a canvas. */
export class Painter {
  readonly #context: CanvasRenderingContext2D
  #raster = new Raster(1, 1)
  /** The ground that was drawn last, how it was seen, and its pixels. */
  #ground: { readonly ground: Ground; readonly seen: string; readonly raster: Raster } | undefined

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d')!
  }

  /** @param sharpness pixels for each pixel of the view */
  paint(scene: Scene, view: View, sharpness: number): void {
    const context = this.#context
    const { canvas } = context
    const [width, height] = [Math.round(view.width * sharpness), Math.round(view.height * sharpness)]
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, width, height)
    const { ground, lines = [], clouds = [], pictures = [] } = scene
    if (ground !== undefined || lines.length + clouds.length + pictures.length > 0) {
      if (this.#raster.width !== width || this.#raster.height !== height) this.#raster = new Raster(width, height)
      else this.#raster.clear()
      const middle: View['middle'] = [view.middle[0] * sharpness, view.middle[1] * sharpness]
      const fine = { ...view, unit: view.unit * sharpness, middle }
      if (ground !== undefined) this.#layGround(ground, fine, sharpness)
      rasterize(this.#raster, { lines, clouds, pictures }, fine, sharpness)
      context.putImageData(new ImageData(new Uint8ClampedArray(this.#raster.pixels.buffer), width, height), 0, 0)
    }
    context.setTransform(sharpness, 0, 0, sharpness, 0, 0)
    drawTexts(context, scene, view)
  }

  #layGround(ground: Ground, view: View, sharpness: number): void {
    const { width, height } = this.#raster
    const seen = JSON.stringify(view)
    if (this.#ground?.ground !== ground || this.#ground.seen !== seen) {
      const raster = new Raster(width, height)
      rasterize(raster, { ground }, view, sharpness)
      this.#ground = { ground, seen, raster }
    }
    this.#raster.take(this.#ground.raster)
  }
}

/** Surfaces, pictures, lines and clouds, each hiding what lies behind it. */
export function rasterize(
  raster: Raster,
  { ground = {}, lines = [], clouds = [], pictures = [] }: Scene,
  view: View,
  sharpness: number,
): void {
  for (const surface of ground.surfaces ?? []) fillSurface(raster, surface, project(view, surface.places))
  for (const picture of pictures) drawPicture(raster, picture, view, sharpness)
  for (const line of [...(ground.lines ?? []), ...lines]) drawLine(raster, line, project(view, line.places), sharpness)
  for (const cloud of clouds) drawCloud(raster, cloud, view, sharpness)
}

function fillSurface(raster: Raster, { columns, places, colours }: Surface, seen: Float32Array): void {
  const rows = places.length / 3 / columns
  for (let row = 0; row + 1 < rows; row++) {
    for (let at = row * columns; at + 1 < (row + 1) * columns; at++) {
      raster.triangle(seen, at, at + 1, at + columns, colours)
      raster.triangle(seen, at + columns + 1, at + columns, at + 1, colours)
    }
  }
}

function drawLine(
  raster: Raster,
  { colour, width, opacity, lift = 0 }: Line,
  seen: Float32Array,
  sharpness: number,
): void {
  for (let i = 0; i + 1 < seen.length / 3; i++) {
    raster.line(seen, i, i + 1, lift, width * sharpness, packed(colour), opacity)
  }
}

function drawCloud(
  raster: Raster,
  { places, stamps, kinds, size, opacity, lift = 0 }: Cloud,
  view: View,
  sharpness: number,
): void {
  const seen = project(view, places)
  const depths = new Float32Array(seen.length / 3)
  for (let i = 0; i < depths.length; i++) depths[i] = seen[3 * i + 2]!
  const ready = stamps.map((stamp) => ('pixels' in stamp ? stamp : packed(stamp)))
  for (const i of byDepth(depths)) {
    const stamp = ready[kinds[i]!]
    const [x, y, depth] = [seen[3 * i]!, seen[3 * i + 1]!, depths[i]! + lift]
    const side = size * sharpness * nearness(view, depths[i]!)
    if (typeof stamp === 'number') raster.disc(x, y, depth, side / 2, stamp, opacity)
    else if (stamp !== undefined) raster.stamp(x, y, depth, side, stamp.pixels, stamp.side, opacity)
  }
}

function drawPicture(
  raster: Raster,
  { pixels, columns, corner, right, down, frame }: Picture,
  view: View,
  sharpness: number,
): void {
  const [a, b] = [corner.map((at, k) => at + right[k]!), corner.map((at, k) => at + down[k]!)]
  const far = a.map((at, k) => at + down[k]!)
  const seen = project(view, Float32Array.from([corner, a, b, far, corner].flat()))
  raster.picture(seen, pixels, columns)
  if (frame === undefined) return
  for (const [from, to] of [
    [0, 1],
    [1, 3],
    [3, 2],
    [2, 4],
  ] as const) {
    raster.line(seen, from, to, 0.001, sharpness, packed(frame))
  }
}

/** Texts, from what is farthest to what is nearest. */
function drawTexts(context: CanvasRenderingContext2D, { texts = [] }: Scene, view: View): void {
  const seen = project(view, Float32Array.from(texts.flatMap(({ place }) => [...place])))
  for (const i of byDepth(Float32Array.from(texts, (_, k) => seen[3 * k + 2]!))) {
    const { text, colour, size = 12, weight = 400, align = 'center' } = texts[i]!
    context.fillStyle = colour
    context.font = `${weight} ${size}px system-ui, sans-serif`
    context.textAlign = align
    context.textBaseline = 'middle'
    context.fillText(text, seen[3 * i]!, seen[3 * i + 1]!)
  }
}
