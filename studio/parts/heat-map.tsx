import { useLayoutEffect, useRef } from 'preact/hooks'

/** Fills squares, rows from top to bottom, with colours as {@link packed} gives them. */
export type Paint = (squares: Uint32Array) => void

interface HeatMapProps {
  /** Squares side by side, and below each other. */
  readonly width: number
  readonly height: number
  readonly paint: Paint
  /** What it shows, for those who do not see it; undefined where the text beside it says so. */
  readonly label?: string
}

/** Squares of colours, drawn smoothly at the size that the style sheet gives. */
export function HeatMap({ width, height, paint, label }: HeatMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!
    const image = context.createImageData(width, height)
    paint(new Uint32Array(image.data.buffer))
    context.putImageData(image, 0, 0)
  }, [paint, width, height])
  const shared = { ref: canvas, width, height }
  return label === undefined ? (
    <canvas {...shared} aria-hidden="true" />
  ) : (
    <canvas {...shared} role="img" aria-label={label} />
  )
}
