import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { RunDetails } from '../../src/studio/api'
import { Select } from '../parts/controls'
import { type Colour, classColours, cssColour, mix } from '../parts/palette'
import { theme } from '../parts/theme'
import { density, readHistograms, type Spread } from './histograms'
import { numberText, ticks } from './scale'
import { readText } from './server'

const kinds = { weights: 'weights', gradients: 'gradients', activations: 'activations' } as const
const [WIDTH, HEIGHT] = [300, 200]
const PLACES = 100
/** Of so many epochs there are ridges. */
const RIDGES = 24

/** Weights, gradients and activations over time: the first epoch at the back, the last in front. */
export function Histograms({ run }: { readonly run: RunDetails }) {
  const [text, setText] = useState<string | undefined>()
  const [kind, setKind] = useState<keyof typeof kinds>('weights')
  const stamp = run.files.find(({ path }) => path === 'histograms.jsonl')?.time
  useEffect(() => {
    void readText(run.id, 'histograms.jsonl').then(setText)
  }, [run.id, stamp])
  const spreads = useMemo(() => readHistograms(text ?? ''), [text])
  const chosen = spreads.filter(({ of }) => of === kind)
  return (
    <div class="histograms">
      <div class="row wrap">
        <Select label="Of" value={kind} options={kinds} onChange={(value) => setKind(value)} />
        <p class="hint">How the values are spread, the first epoch at the back, the last in front.</p>
      </div>
      <div class="ridges">
        {chosen.map((spread) => (
          <Ridges key={`${spread.of} ${spread.name}`} spread={spread} />
        ))}
      </div>
    </div>
  )
}

function Ridges({ spread }: { readonly spread: Spread }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { name, of, rows, low, high } = spread
  const last = rows.at(-1)!
  const lost = last.histogram.lost
  useLayoutEffect(() => paint(canvas.current!, spread, theme.value === 'dark'), [spread, theme.value])
  const label =
    `${of} of ${name} after ${rows.length} epochs, from ${numberText(low)} to ${numberText(high)}; ` +
    `in the last from ${numberText(last.histogram.low)} to ${numberText(last.histogram.high)}`
  return (
    <figure>
      <figcaption>
        {name}
        {lost > 0 && <span class="problem">{lost} not finite</span>}
      </figcaption>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        style={{ width: '100%', aspectRatio: `${WIDTH} / ${HEIGHT}` }}
      />
    </figure>
  )
}

function paint(canvas: HTMLCanvasElement, { rows, low, high }: Spread, dark: boolean): void {
  const ratio = 2
  canvas.width = WIDTH * ratio
  canvas.height = HEIGHT * ratio
  const context = canvas.getContext('2d')!
  context.scale(ratio, ratio)
  const paper: Colour = dark ? [31, 35, 42] : [255, 255, 255]
  const front: Colour = mix(classColours[1]!, [255, 255, 255], dark ? 0.35 : 0)
  const every = Math.max(1, Math.ceil(rows.length / RIDGES))
  const shown = rows.filter((_, i) => (rows.length - 1 - i) % every === 0)
  const curves = shown.map(({ histogram }) => density(histogram, low, high, PLACES))
  const floor = HEIGHT - 20
  const top = shown.length === 1 ? floor : 70
  const room = shown.length === 1 ? floor - 12 : 62
  const along = (place: number): number => 6 + ((WIDTH - 12) * place) / PLACES
  for (const [i, curve] of curves.entries()) {
    const share = curves.length === 1 ? 1 : i / (curves.length - 1)
    const base = top + (floor - top) * share
    const most = Math.max(...curve) || 1
    context.beginPath()
    context.moveTo(along(0), base)
    for (const [place, value] of curve.entries()) context.lineTo(along(place + 0.5), base - (room * value) / most)
    context.lineTo(along(PLACES), base)
    context.closePath()
    context.fillStyle = cssColour(mix(paper, front, 0.15 + 0.5 * share))
    context.fill()
    context.strokeStyle = cssColour(mix(paper, front, 0.55 + 0.45 * share))
    context.lineWidth = 1
    context.stroke()
  }
  context.fillStyle = dark ? '#b4bcc9' : '#525c6c'
  context.font = '11px system-ui, sans-serif'
  context.textBaseline = 'bottom'
  context.textAlign = 'center'
  for (const value of ticks(low, high, 4)) {
    const x = along((PLACES * (value - low)) / (high - low))
    context.fillText(numberText(value, 3), Math.max(16, Math.min(WIDTH - 16, x)), HEIGHT - 2)
    context.fillRect(x, floor + 1, 1, 3)
  }
}
