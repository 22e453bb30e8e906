import { useLayoutEffect, useRef } from 'preact/hooks'
import { packed, signedShade } from '../parts/palette'
import { theme } from '../parts/theme'
import type { Grey } from './lab'

/** Pixels of a picture to mark: single ones, or those of a window. */
export interface Mark {
  readonly x: number
  readonly y: number
}

interface MapCanvasProps {
  readonly picture: Grey
  /** Grey from 0 to 1, or orange and blue for values of both signs. */
  readonly scale: 'grey' | 'signed'
  readonly marks?: readonly Mark[]
  readonly label: string
  /** The pixel under the pointer, while there is one. */
  onPoint?(mark: Mark | undefined): void
}

/** Pixels on the screen, at most. */
const SIDE = 264

/** A feature map, each value a square; what is marked has a frame. */
export function MapCanvas({ picture, scale, marks = [], label, onPoint }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height, values } = picture
  const zoom = SIDE / Math.max(width, height)
  const shade = theme.value
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!
    const image = context.createImageData(width, height)
    const pixels = new Uint32Array(image.data.buffer)
    const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
    for (let i = 0; i < values.length; i++) {
      const grey = Math.max(0, Math.min(1, values[i]!)) * 255
      pixels[i] = scale === 'grey' ? packed([grey, grey, grey]) : signedShade(values[i]! / most, shade)
    }
    context.putImageData(image, 0, 0)
  }, [picture, scale, shade])
  const pointed = (event: PointerEvent): void => {
    const bounds = canvas.current!.getBoundingClientRect()
    const x = Math.floor(((event.clientX - bounds.left) / bounds.width) * width)
    const y = Math.floor(((event.clientY - bounds.top) / bounds.height) * height)
    onPoint?.(x >= 0 && y >= 0 && x < width && y < height ? { x, y } : undefined)
  }
  return (
    <div
      class="map"
      style={{ width: width * zoom, height: height * zoom }}
      onPointerMove={pointed}
      onPointerDown={pointed}
      onPointerLeave={() => onPoint?.(undefined)}
    >
      <canvas ref={canvas} width={width} height={height} role="img" aria-label={label} />
      {marks.map(({ x, y }) => (
        <span
          key={`${x} ${y}`}
          class="mark"
          style={{ left: x * zoom, top: y * zoom, width: Math.max(2, zoom), height: Math.max(2, zoom) }}
        />
      ))}
    </div>
  )
}
