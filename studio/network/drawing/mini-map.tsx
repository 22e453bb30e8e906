import type { Signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type Colour, cssColour } from '../../parts/palette'
import { theme } from '../../parts/theme'
import type { Graph } from '../graph/graph'
import type { Layout } from '../graph/layout'
import { families, familyOf } from './families'
import type { View } from './view'

interface MiniMapProps {
  readonly graph: Graph
  readonly layout: Layout
  readonly view: Signal<View | undefined>
  readonly screen: { readonly width: number; readonly height: number }
  readonly tint?: ((place: number) => Colour | undefined) | undefined
  onMove(view: View): void
}

const MOST = { width: 150, height: 190 }

/** The whole paper, small, with a frame around what is seen. Not for readers: the outline beside tells more. */
export function MiniMap({ graph, layout, view, screen, tint, onMove }: MiniMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scale = Math.min(MOST.width / (layout.width || 1), MOST.height / (layout.height || 1))
  const [width, height] = [Math.max(8, Math.ceil(layout.width * scale)), Math.max(8, Math.ceil(layout.height * scale))]
  useLayoutEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    Object.assign(element, { width: width * devicePixelRatio, height: height * devicePixelRatio })
    const zoom = scale * devicePixelRatio
    context.setTransform(zoom, 0, 0, zoom, 0, 0)
    const style = getComputedStyle(element)
    const { nodes, boxes, opened } = layout
    nodes.forEach((place, i) => {
      const frame = [boxes[4 * i]!, boxes[4 * i + 1]!, boxes[4 * i + 2]!, boxes[4 * i + 3]!] as const
      context.fillStyle =
        opened[i] === 1
          ? style.getPropertyValue('--line')
          : cssColour(tint?.(place) ?? families[familyOf(graph.nodes[place]!)].colour)
      context.globalAlpha = opened[i] === 1 ? 0.4 : 0.8
      context.fillRect(...frame)
    })
  }, [graph, layout, width, height, tint, theme.value])
  const shown = view.value
  if (shown === undefined) return null
  const [wide, high] = [screen.width / shown.scale, screen.height / shown.scale]
  if (wide >= layout.width && high >= layout.height) return null
  const go = (event: PointerEvent) => {
    if (event.buttons === 0) return
    onMove({ ...shown, x: event.offsetX / scale - wide / 2, y: event.offsetY / scale - high / 2 })
  }
  const [left, top] = [Math.max(0, shown.x), Math.max(0, shown.y)]
  return (
    <div class="mini-map" aria-hidden="true" style={{ width: `${width}px`, height: `${height}px` }}>
      <canvas
        ref={canvas}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          go(event)
        }}
        onPointerMove={go}
      />
      <span
        style={{
          left: `${left * scale}px`,
          top: `${top * scale}px`,
          width: `${Math.max(3, (Math.min(layout.width, shown.x + wide) - left) * scale)}px`,
          height: `${Math.max(3, (Math.min(layout.height, shown.y + high) - top) * scale)}px`,
        }}
      />
    </div>
  )
}
