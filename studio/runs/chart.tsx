import { signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Button } from '../parts/controls'
import { cssColour } from '../parts/palette'
import { theme } from '../parts/theme'
import { nameOf } from './listing'
import { nearest, type Picture, paint, paintPointed, picture } from './plot'
import type { Axis } from './points'
import { durationText, numberText } from './scale'
import { arrivals, entries, points } from './server'
import { axis, colours, hidden, logarithmic, shown, smoothing } from './view'
import type { Drawn } from './worker'

const HEIGHT = 300

/** Along the axis, all charts show the same part; undefined for all of it. */
const zoomed = signal<readonly [number, number] | undefined>(undefined)

export const sourceNames = {
  batch: 'single batches',
  epoch: 'means of epochs',
  validation: 'validation',
  rate: 'schedule',
} as const

export const axisText = (which: Axis, value: number): string =>
  which === 'relative'
    ? durationText(value)
    : which === 'wall'
      ? new Date(value).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' })
      : `${which} ${numberText(value, 6)}`

/** The curves of a value of all shown runs. */
export function Chart({ name }: { readonly name: string }) {
  const series = useSeries(name)
  const canvas = useRef<HTMLCanvasElement>(null)
  const above = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(600)
  const [place, setPlace] = useState<{ readonly at: number; readonly which: number } | undefined>()
  const [drag, setDrag] = useState<readonly [number, number] | undefined>()
  const dark = theme.value === 'dark'
  const visible = useMemo(() => series.filter(({ source }) => !hidden.value.includes(source)), [series, hidden.value])
  const drawn = useMemo(
    () => picture(visible, { width, height: HEIGHT, axis: axis.value, isLog: logarithmic.value, zoom: zoomed.value }),
    [visible, width, axis.value, logarithmic.value, zoomed.value],
  )
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(200, Math.round(entry!.contentRect.width))))
    observer.observe(canvas.current!.parentElement!)
    return () => observer.disconnect()
  }, [])
  const mark = place === undefined ? undefined : markAt(drawn, place)
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      paint(canvas.current!, drawn, { dark, colourOf: colours.value.of })
    })
    return () => cancelAnimationFrame(frame)
  }, [drawn, dark, colours.value])
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      paintPointed(above.current!, drawn, { dark, colourOf: colours.value.of, mark, drag })
    })
    return () => cancelAnimationFrame(frame)
  }, [drawn, dark, colours.value, place, drag])

  const pointerAt = (event: PointerEvent): readonly [number, number] => {
    const box = canvas.current!.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const endDrag = () => {
    if (drag !== undefined && Math.abs(drag[1] - drag[0]) > 6) {
      const [from, to] = [Math.min(...drag), Math.max(...drag)]
      zoomed.value = [drawn.along.from(from), drawn.along.from(to)]
    }
    setDrag(undefined)
  }
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const turn = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (event.key === 'Escape') zoomed.value = undefined
    if ((step === undefined && turn === undefined) || drawn.curves.length === 0) return
    event.preventDefault()
    const which =
      ((((place?.which ?? 0) + (turn ?? 0)) % drawn.curves.length) + drawn.curves.length) % drawn.curves.length
    const last = drawn.curves[which]!.series.x.length - 1
    setPlace({ which, at: Math.max(0, Math.min(last, place === undefined ? last : place.at + (step ?? 0))) })
  }
  const title = `Curves of ${name} over ${axis.value} for ${shown.value.length} runs; arrow keys go from point to point`
  return (
    <figure class="chart">
      <figcaption class="row">
        <h3>{name}</h3>
        {zoomed.value !== undefined && (
          <Button kind="quiet" onClick={() => (zoomed.value = undefined)}>
            Show all
          </Button>
        )}
      </figcaption>
      <div class="plot" style={{ height: `${HEIGHT}px` }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={title}
          tabIndex={0}
          onKeyDown={onKey}
          onPointerDown={(event) => {
            if (event.pointerType !== 'mouse') return
            const [x] = pointerAt(event)
            setDrag([x, x])
          }}
          onPointerMove={(event) => {
            const [x, y] = pointerAt(event)
            if (drag !== undefined) setDrag([drag[0], x])
            setPlace(nearest(drawn, x, y))
          }}
          onPointerUp={endDrag}
          onPointerLeave={() => {
            setPlace(undefined)
            setDrag(undefined)
          }}
          onDblClick={() => (zoomed.value = undefined)}
        />
        <canvas ref={above} class="above" aria-hidden="true" />
        {drawn.curves.length === 0 && <p class="empty hint">None of these runs has such values on this axis.</p>}
        {mark !== undefined && <Tip mark={mark} width={width} />}
      </div>
    </figure>
  )
}

/** The curves of a value as they come: of a run that has new points, only its own are made again. */
function useSeries(name: string): readonly Drawn[] {
  const [all, setAll] = useState<ReadonlyMap<string, readonly Drawn[]>>(new Map())
  const ids = shown.value.map(({ id }) => id)
  const settings = `${name}|${axis.value}|${smoothing.value}`
  const known = useRef({ settings: '', ids: new Set<string>() })
  useEffect(() => {
    const isSame = known.current.settings === settings
    const fresh = arrivals.value.ids
    const wanted = ids.filter((id) => !isSame || !known.current.ids.has(id) || fresh.has(id))
    known.current = { settings, ids: new Set(ids) }
    if (wanted.length === 0) return
    void points()
      .series(wanted, name, axis.value, smoothing.value)
      .then((drawn) => {
        if (known.current.settings !== settings) return
        setAll((before) => {
          const next = new Map(isSame ? before : [])
          for (const id of wanted) next.set(id, [])
          for (const one of drawn) next.set(one.run, [...(next.get(one.run) ?? []), one])
          return next
        })
      })
  }, [settings, ids.join(), arrivals.value.count])
  return useMemo(() => ids.flatMap((id) => all.get(id) ?? []), [all, ids.join()])
}

export interface Mark {
  readonly run: string
  readonly stage: string
  readonly source: Drawn['source']
  readonly x: number
  readonly y: number
  readonly smooth: number | undefined
  readonly left: number
  readonly top: number
  readonly which: number
}

function markAt(drawn: Picture, { at, which }: { readonly at: number; readonly which: number }): Mark | undefined {
  const curve = drawn.curves[which]
  if (curve === undefined || at >= curve.series.x.length) return undefined
  const { run, stage, source, x, y, smooth } = curve.series
  const shownValue = smooth?.[at] ?? y[at]!
  return {
    ...{ run, stage, source, x: x[at]!, y: y[at]!, smooth: smooth?.[at] },
    ...{ which, left: drawn.along.at(x[at]!), top: Number.isFinite(shownValue) ? drawn.up.at(shownValue) : 8 },
  }
}

/** What the point is that is pointed at. */
function Tip({ mark, width }: { readonly mark: Mark; readonly width: number }) {
  const { run, stage, source, x, y, smooth, left, top } = mark
  const entry = entries.value.get(run)
  const side = left > width / 2 ? { right: `${width - left + 12}px` } : { left: `${left + 12}px` }
  return (
    <div class="tip" role="status" style={{ ...side, top: `${Math.max(0, top - 20)}px` }}>
      <b>
        <i style={{ background: cssColour(colours.value.of(run)) }} />
        {entry === undefined ? run : nameOf(entry)}
      </b>
      <span data-point>{numberText(y, 6)}</span>
      {smooth !== undefined && <span>smoothed {numberText(smooth, 4)}</span>}
      <small>
        {axisText(axis.value, x)} · {sourceNames[source]}
        {stage !== '' && ` · ${stage}`}
      </small>
    </div>
  )
}
