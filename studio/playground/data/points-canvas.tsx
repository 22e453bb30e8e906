import { useLayoutEffect, useRef } from 'preact/hooks'
import { cssColour } from '../../parts/palette'
import { theme } from '../../parts/theme'
import { pointColour } from '../output/maps'
import { EXTENT, type Points } from './plane'

interface PointsCanvasProps {
  readonly points: Points
  /** Which are shown as learned from: filled. */
  readonly filled?: ReadonlySet<number>
  /** Which are shown at all. */
  shown?(point: number): boolean
  /** Pixels in each direction. */
  readonly size: number
  readonly radius: number
}

/** Points of the plane by their colours; those that are tested on have a dark rim. */
export function PointsCanvas({ points, filled, shown, size, radius }: PointsCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const scale = window.devicePixelRatio || 1
    const element = canvas.current!
    element.width = element.height = size * scale
    const context = element.getContext('2d')!
    context.scale(scale, scale)
    const place = (value: number): number => ((value + EXTENT) / (2 * EXTENT)) * size
    for (let i = 0; i < points.targets.length; i++) {
      if (shown !== undefined && !shown(i)) continue
      const isTest = filled !== undefined && !filled.has(i)
      context.beginPath()
      context.arc(place(points.places[2 * i]!), size - place(points.places[2 * i + 1]!), radius, 0, 2 * Math.PI)
      context.fillStyle = cssColour(pointColour(points.kind, points.targets[i]!, theme.value))
      context.strokeStyle = isTest ? '#111' : '#fff'
      context.lineWidth = radius > 2 ? 1 : 0.4
      context.fill()
      context.stroke()
    }
  }, [points, filled, shown, size, radius, theme.value])
  return <canvas ref={canvas} class="points" aria-hidden="true" />
}
