import { type Signal, signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Colour } from '../../parts/palette'
import { Space } from '../../parts/space'
import { nearest, within } from '../../parts/space/camera'
import { theme } from '../../parts/theme'
import { methods } from '../method/settings'
import { type EmbeddingModel, homes } from '../model'
import { coloursOf } from './colours'
import { between, eased, fitted } from './fit'
import { short } from './legend'
import { pictureStamps } from './picture-stamps'
import { pointScene } from './point-scene'
import { Thumb } from './thumb'

/** Pixels around the pointer in which a point is meant. */
const MEANT = 12
/** Milliseconds in which points go to where another method has them. */
const MOVING = 650
const INK: { readonly [name in 'light' | 'dark']: Colour } = { light: [28, 36, 48], dark: [232, 235, 240] }

/** All points, as dots or pictures. */
export function PointMap({ model }: { readonly model: EmbeddingModel }) {
  const places = useMovingPlaces(model)
  const pointed = useRef(0)
  const described = model.described.value
  const colours = useComputed(() =>
    coloursOf(model.colouring.value, model.described.value?.count ?? 0, theme.value),
  ).value
  const { pictures, dimensions, size: factor, method } = model.settings.value
  const zoom = useComputed(() => Math.round(4 * Math.log2(model.camera.value.zoom)) / 4).value
  const count = described?.count ?? 1
  const drawn = pictures ? described?.pictures : undefined
  // Points grow more slowly than what is between them, so that a closer look parts them.
  const size = factor * 2 ** (0.6 * zoom) * (drawn === undefined ? dotSize(count) : pictureSize(count))
  const isHalved = drawn !== undefined && size < 0.75 * drawn.side
  const stamps = useMemo(
    () => (drawn === undefined ? colours.palette : pictureStamps(drawn, colours, isHalved)),
    [drawn, colours, isHalved],
  )
  const kinds = useMemo(
    () => (drawn === undefined ? colours.of : Int32Array.from({ length: count }, (_, i) => i)),
    [drawn, colours, count],
  )
  const selection = model.selection.value
  const chosen = useMemo(() => (selection === undefined ? undefined : new Set(selection)), [selection])
  const isFlat = dimensions === '2'
  const shown = places.value
  const scene = pointScene(
    shown,
    { stamps, kinds, size, opacity: drawn === undefined ? 0.85 : 1, ink: INK[theme.value] },
    {
      chosen,
      focus: model.focus.value,
      neighbours: model.neighbours.value.map(({ index }) => index),
      hovered: model.hovered.value,
    },
    isFlat,
  )
  return (
    <div class={`map ${model.tool.value}`}>
      <Space
        scene={scene}
        camera={model.camera}
        home={homes[dimensions]}
        flat={isFlat}
        lasso={model.tool.value === 'move' ? false : model.tool.value === 'box' ? 'box' : true}
        label={`${count} points placed by ${methods[method]} in ${dimensions} dimensions`}
        onPoint={(at) => {
          cancelAnimationFrame(pointed.current)
          pointed.current = requestAnimationFrame(() => {
            const found = at === undefined ? -1 : nearest(at.view, places.value, at.x, at.y, MEANT)
            model.pointer.value = at && { x: at.x, y: at.y }
            model.hovered.value = found < 0 ? undefined : found
          })
        }}
        onClick={({ view, x, y }) => {
          const found = nearest(view, places.value, x, y, 1.5 * MEANT)
          model.focus.value = found < 0 ? undefined : found
          if (found < 0) model.selection.value = undefined
        }}
        onLasso={(line, view) => {
          const found = within(view, places.value, line)
          model.selection.value = found.length === 0 ? undefined : found
        }}
      />
      <Told model={model} />
    </div>
  )
}

/** What the point under the pointer is, beside it; all about it stands in the panel of points. */
function Told({ model }: { readonly model: EmbeddingModel }) {
  const [described, index, colouring] = [model.described.value, model.hovered.value, model.colouring.value]
  const pointer = model.pointer.value
  if (described === undefined || index === undefined || pointer === undefined) return null
  const { x, y } = pointer
  const name = colouring?.kind === 'values' ? short(colouring.of[index]!) : colouring?.names[colouring.of[index]!]
  // To the left of the pointer where there is no room to the right.
  const isRight = x < 0.5 * (document.querySelector('.embedding .map')?.clientWidth ?? 0)
  const shift = `translate(${isRight ? '18px' : 'calc(-100% - 18px)'}, -50%)`
  return (
    <div class="told" style={{ left: x, top: y, transform: shift }} aria-hidden="true">
      {described.pictures !== undefined && <Thumb pictures={described.pictures} index={index} size={48} />}
      <span>
        <b>{name === undefined || name === '' ? `#${index}` : name}</b>
        {name === undefined || name === '' ? '' : ` #${index}`}
      </span>
    </div>
  )
}

const dotSize = (count: number): number => Math.max(4.5, Math.min(11, 320 / Math.sqrt(count)))
const pictureSize = (count: number): number => Math.max(12, Math.min(40, 900 / Math.sqrt(count)))

/** Where points are drawn: at once where they move by themselves, on their way where another method puts them elsewhere. */
function useMovingPlaces(model: EmbeddingModel): Signal<Float32Array> {
  const shown = useSignal<Float32Array>(new Float32Array(0))
  const animation = useRef(0)
  const last = useRef('')
  useEffect(() => {
    const isQuiet = matchMedia('(prefers-reduced-motion: reduce)').matches
    const hiddenOf = () => {
      const [colouring, hidden] = [model.colouring.value, model.hidden.value]
      return (point: number): boolean => colouring?.kind !== 'classes' || !hidden.has(colouring.of[point]!)
    }
    const target = signal<Float32Array>(new Float32Array(0))
    const follow = () => {
      const frame = model.frame.value
      const isShown = hiddenOf()
      if (frame === undefined) return
      const { method, dimensions } = model.settings.peek()
      const [name, before] = [`${method} ${dimensions}`, last.current]
      target.value = fitted(frame.places, isShown)
      const from = shown.peek()
      if (name === before || from.length !== target.value.length || isQuiet) {
        if (animation.current === 0 || from.length !== target.value.length) shown.value = target.value
        last.current = name
        return
      }
      last.current = name
      cancelAnimationFrame(animation.current)
      const start = performance.now()
      const move = (now: number) => {
        const share = Math.max(0, Math.min(1, (now - start) / MOVING))
        // What moves by itself meanwhile is met where it is by then.
        shown.value = share < 1 ? between(from, target.peek(), eased(share)) : target.peek()
        animation.current = share < 1 ? requestAnimationFrame(move) : 0
      }
      animation.current = requestAnimationFrame(move)
    }
    const ends = [model.frame.subscribe(follow), model.hidden.subscribe(follow), model.colouring.subscribe(follow)]
    return () => {
      cancelAnimationFrame(animation.current)
      for (const end of ends) end()
    }
  }, [model])
  return shown
}
