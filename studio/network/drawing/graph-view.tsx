import { type Signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { Colour } from '../../parts/palette'
import { theme } from '../../parts/theme'
import { amountsWithin, type Graph } from '../graph/graph'
import { layersWithin } from '../graph/layers-within'
import { HEADER, type Layout } from '../graph/layout'
import { act, keyOf } from './keys'
import { MiniMap } from './mini-map'
import { type Ink, paint } from './paint'
import { Seen } from './seen'
import { dragged, type View, within, zoomed } from './view'

interface GraphViewProps {
  readonly graph: Graph
  readonly layout: Layout
  readonly view: Signal<View | undefined>
  /** The place of the node that is looked at; −1 for none. */
  readonly selected: number
  readonly tint?: ((place: number) => Colour | undefined) | undefined
  /** Told once how large the drawing is, when there is no view yet. */
  onReady(screen: Screen): void
  onSelect(place: number): void
  onToggle(place: number): void
}

export interface Screen {
  readonly width: number
  readonly height: number
}

/** Pixels that a pointer may move and still click. */
const STILL = 5

/** The drawing of a network: dragged and zoomed by mouse, fingers and keys. */
export function GraphView(props: GraphViewProps) {
  const { graph, layout, view, selected, tint, onReady, onSelect, onToggle } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const screen = useSignal<Screen>({ width: 0, height: 0 })
  const hovered = useSignal(-1)
  const seen = useMemo(() => new Seen(layout), [layout])
  const amounts = useMemo(() => amountsWithin(graph), [graph])
  const layers = useMemo(() => layersWithin(graph), [graph])
  useLayoutEffect(() => {
    const element = canvas.current!
    const observer = new ResizeObserver(() => {
      const [before, shown] = [screen.value.width, view.value]
      screen.value = { width: element.clientWidth, height: element.clientHeight }
      // What was in the middle stays there.
      if (before > 0 && shown !== undefined) {
        view.value = { ...shown, x: shown.x + (before - element.clientWidth) / 2 / shown.scale }
      }
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const isReady = useComputed(() => screen.value.width > 0)
  useEffect(() => {
    if (isReady.value && view.value === undefined) onReady(screen.value)
  }, [isReady.value, view.value, layout])

  const shown = view.value
  const { width, height } = screen.value
  const draw = useRef(() => {})
  const isAsked = useRef(false)
  useLayoutEffect(() => {
    if (shown === undefined || width === 0) return
    draw.current = () => {
      const element = canvas.current
      const context = element?.getContext('2d', { alpha: false })
      if (!element || !context) return
      const density = devicePixelRatio
      const [wide, high] = [Math.round(width * density), Math.round(height * density)]
      if (element.width !== wide || element.height !== high) Object.assign(element, { width: wide, height: high })
      const start = performance.now()
      const painted = { graph, seen, amounts, layers, selected, hovered: hovered.value, ...(tint && { tint }) }
      paint(context, painted, shown, { width, height, density }, inkOf(element))
      element.dataset.milliseconds = (performance.now() - start).toFixed(1)
    }
    // Once a frame, with what is known then.
    if (isAsked.current) return
    isAsked.current = true
    requestAnimationFrame(() => {
      isAsked.current = false
      draw.current()
    })
  }, [graph, seen, shown, width, height, selected, tint, hovered.value, theme.value])

  const move = (next: View) => {
    view.value = within(next, layout, screen.value)
  }
  const placeAt = (x: number, y: number): number => {
    const { x: left, y: top, scale } = view.value!
    return seen.at(left + x / scale, top + y / scale)
  }
  const pointers = useRef(new Map<number, { x: number; y: number }>())
  const travelled = useRef(0)
  const onPointerMove = (event: PointerEvent) => {
    const last = pointers.current.get(event.pointerId)
    if (last === undefined) {
      const found = view.value === undefined ? -1 : placeAt(event.offsetX, event.offsetY)
      hovered.value = found < 0 ? -1 : layout.nodes[found]!
      return
    }
    const now = { x: event.offsetX, y: event.offsetY }
    const [right, down] = [now.x - last.x, now.y - last.y]
    travelled.current += Math.abs(right) + Math.abs(down)
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    pointers.current.set(event.pointerId, now)
    if (other === undefined) move(dragged(view.value!, right, down))
    else {
      const distance = (from: { x: number; y: number }) => Math.hypot(from.x - other.x, from.y - other.y) || 1
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
      move(zoomed(dragged(view.value!, right / 2, down / 2), distance(now) / distance(last), middle))
    }
  }
  const click = (x: number, y: number) => {
    const found = placeAt(x, y)
    if (found < 0) return onSelect(-1)
    const place = layout.nodes[found]!
    const { y: top } = view.value!
    const isHeader = top + y / view.value!.scale < layout.boxes[4 * found + 1]! + HEADER
    onSelect(place)
    if (layers[place]! > 0 && (layout.opened[found] === 0 || isHeader)) onToggle(place)
  }
  const node = graph.nodes[selected]
  return (
    <div class="graph-view">
      <canvas
        ref={canvas}
        {...operable(graph.title)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          if (pointers.current.size === 0) travelled.current = 0
          pointers.current.set(event.pointerId, { x: event.offsetX, y: event.offsetY })
        }}
        onPointerMove={onPointerMove}
        onPointerUp={(event) => {
          const isLast = pointers.current.size === 1
          pointers.current.delete(event.pointerId)
          if (isLast && travelled.current < STILL && view.value !== undefined) click(event.offsetX, event.offsetY)
        }}
        onPointerCancel={({ pointerId }) => pointers.current.delete(pointerId)}
        onPointerLeave={() => {
          hovered.value = -1
        }}
        onWheel={(event) => {
          event.preventDefault()
          if (view.value === undefined) return
          const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016))
          move(zoomed(view.value, factor, { x: event.offsetX, y: event.offsetY }))
        }}
        onKeyDown={(event) => {
          const action = keyOf(event)
          if (action === undefined || view.value === undefined) return
          event.preventDefault()
          act(action, { layout, selected, view: view.value, screen: screen.value }, { move, onSelect, onToggle })
        }}
      />
      <p class="unseen" aria-live="polite">
        {node === undefined ? '' : `${node.type} ${node.detail} ${node.name}`}
      </p>
      <MiniMap {...{ graph, layout, view, screen: screen.value, tint, onMove: move }} />
    </div>
  )
}

/** A drawing is no control that HTML knows: its keys are its own. */
const operable = (title: string) => ({
  tabIndex: 0,
  role: 'application' as const,
  'aria-label': `${title} as a drawing. Arrows go from layer to layer, Enter opens one, plus and minus zoom, 0 shows all.`,
})

function inkOf(element: HTMLElement): Ink {
  const style = getComputedStyle(element)
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    ...{ paper: colour('paper'), card: colour('card'), ink: colour('ink'), faint: colour('faint') },
    ...{ line: colour('line'), accent: colour('accent') },
  }
}
