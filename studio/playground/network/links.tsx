import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { classColours, cssColour } from '../../parts/palette'
import type { Link } from '../training/experiment'
import { NEURON, type Place, type Places } from './layout'

interface LinksProps {
  readonly places: Places
  readonly links: readonly Link[]
  readonly width: number
  readonly height: number
  /** The link that was clicked: between which layers, and which neurons of them. */
  onChoose(layer: number, from: number, to: number): void
}

/** Weights as curves: the larger, the thicker; orange below 0, blue above. What the pointer is near says its numbers. */
export function Links({ places, links, width, height, onChoose }: LinksProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [near, setNear] = useState<Near | undefined>()
  useLayoutEffect(() => {
    const scale = window.devicePixelRatio || 1
    const element = canvas.current!
    element.width = width * scale
    element.height = height * scale
    const context = element.getContext('2d')!
    context.scale(scale, scale)
    for (const { start, end, weight, most } of curvesOf(places, links)) {
      const share = Math.abs(weight) / most
      context.beginPath()
      context.moveTo(start.x, start.y)
      const middle = (start.x + end.x) / 2
      context.bezierCurveTo(middle, start.y, middle, end.y, end.x, end.y)
      context.strokeStyle = cssColour(classColours[weight < 0 ? 0 : 1]!)
      context.globalAlpha = 0.15 + 0.85 * Math.min(1, share)
      context.lineWidth = 0.5 + 6 * Math.min(1, share)
      context.stroke()
    }
  }, [places, links, width, height])
  useEffect(() => {
    // The links lie under the neurons' layer, which takes the pointer.
    const area = canvas.current!.parentElement!
    const nearest = ({ clientX, clientY }: MouseEvent) => {
      const { left, top } = area.getBoundingClientRect()
      return nearestTo(curvesOf(places, links), clientX - left, clientY - top)
    }
    const move = (event: PointerEvent) => setNear(nearest(event))
    const leave = () => setNear(undefined)
    const choose = (event: MouseEvent) => {
      if ((event.target as Element).closest('button, select') !== null) return
      const found = nearest(event)?.curve
      if (found !== undefined) onChoose(found.layer, found.from, found.to)
    }
    area.addEventListener('pointermove', move)
    area.addEventListener('pointerleave', leave)
    area.addEventListener('click', choose)
    return () => {
      area.removeEventListener('pointermove', move)
      area.removeEventListener('pointerleave', leave)
      area.removeEventListener('click', choose)
    }
  }, [places, links, onChoose])
  return (
    <>
      <canvas ref={canvas} class="links" style={{ width, height }} aria-hidden="true" />
      {near !== undefined && (
        <div class="tip" style={{ left: near.x + 12, top: near.y + 12 }}>
          {textOf(near.curve)}
        </div>
      )}
    </>
  )
}

interface Near {
  readonly x: number
  readonly y: number
  readonly curve: Curve
}

interface Curve {
  readonly layer: number
  readonly from: number
  readonly to: number
  readonly start: Place
  readonly end: Place
  readonly weight: number
  readonly gradient: number
  /** The largest weight of the layer. */
  readonly most: number
}

function curvesOf(places: LinksProps['places'], links: readonly Link[]): readonly Curve[] {
  return links.flatMap(({ from, to, weights, gradients }, layer) => {
    const [starts, ends] = [places[layer], places[layer + 1]]
    // Between a change of the network and its first frame they do not fit.
    if (starts?.length !== from || ends?.length !== to) return []
    const most = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0.5)
    return Array.from(weights, (weight, i): Curve => {
      const [source, target] = [Math.floor(i / to), i % to]
      const [start, end] = [starts[source]!, ends[target]!]
      return {
        ...{ layer, from: source, to: target },
        start: { x: start.x + NEURON / 2, y: start.y },
        end: { x: end.x - NEURON / 2, y: end.y },
        ...{ weight, gradient: gradients[i] ?? Number.NaN, most },
      }
    })
  })
}

const REACH = 6

function nearestTo(curves: readonly Curve[], x: number, y: number): Near | undefined {
  let best: { readonly distance: number; readonly curve: Curve } | undefined
  for (const curve of curves) {
    const { start, end } = curve
    if (x < start.x || x > end.x) continue
    // The curve's height where it passes below or above the pointer: its x is nearly that of the pointer's share.
    const t = (x - start.x) / (end.x - start.x)
    const height = start.y + (end.y - start.y) * t * t * (3 - 2 * t)
    const distance = Math.abs(height - y)
    if (distance < REACH && (best === undefined || distance < best.distance)) best = { distance, curve }
  }
  return best && { x, y, curve: best.curve }
}

const textOf = ({ weight, gradient }: Curve): string => {
  const slope = Number.isNaN(gradient) ? '' : `, ∂loss/∂w ${gradient.toPrecision(3)}`
  return `w ${weight.toPrecision(3)}${slope}: click to change it`
}
