import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../parts/controls'
import { signed } from '../parts/palette'
import { stroke } from '../parts/stroke'
import { PIXELS, SIDE } from './shapes'

/** Pixels on the screen, and the width of the pen. */
const [SCREEN, PEN] = [280, 22]
/** As in MNIST: the ink fills a box of so many pixels, its centre of mass in the middle. */
const BOX = 20

interface DigitPadProps {
  /** What is shown when nothing is drawn here. */
  readonly picture: Float32Array
  /** How much each pixel speaks for the answer; shown behind the ink. */
  readonly evidence: Float32Array | undefined
  onDraw(picture: Float32Array): void
}

/** An area to draw a digit on. What is drawn is brought to the size and place that the network has learned. */
export function DigitPad({ picture, evidence, onDraw }: DigitPadProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const strokes = useRef<HTMLCanvasElement | undefined>(undefined)
  const last = useRef<readonly [number, number] | undefined>(undefined)
  /** The pictures that were drawn here. Strokes come faster than effects, so the last of them alone would not do. */
  const own = useRef(new WeakSet<Float32Array>())
  const hand = (drawn: Float32Array) => {
    own.current.add(drawn)
    onDraw(drawn)
  }
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!
    // Another picture came from outside: what was drawn is over.
    if (!own.current.has(picture)) strokes.current = undefined
    show(context, strokes.current, picture, evidence)
  }, [picture, evidence])
  const placeOf = (event: PointerEvent): readonly [number, number] => {
    const { left, top, width } = canvas.current!.getBoundingClientRect()
    return [((event.clientX - left) / width) * SCREEN, ((event.clientY - top) / width) * SCREEN]
  }
  const draw = (event: PointerEvent) => {
    if (last.current === undefined) return
    strokes.current ??= blank()
    const to = placeOf(event)
    stroke(strokes.current.getContext('2d')!, last.current, to, PEN)
    last.current = to
    hand(pictureOf(strokes.current))
  }
  const lift = () => {
    last.current = undefined
  }
  return (
    <div class="digit-pad">
      <canvas
        ref={canvas}
        width={SCREEN}
        height={SCREEN}
        role="img"
        aria-label="Draw a digit here with the mouse or a finger"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          last.current = placeOf(event)
          draw(event)
        }}
        onPointerMove={draw}
        onPointerUp={lift}
        onPointerCancel={lift}
      />
      <Button
        onClick={() => {
          strokes.current = undefined
          hand(new Float32Array(PIXELS))
        }}
      >
        Clear
      </Button>
    </div>
  )
}

function blank(): HTMLCanvasElement {
  const made = document.createElement('canvas')
  made.width = made.height = SCREEN
  return made
}

/** The strokes as they are drawn, or the picture; behind it what speaks for the answer and what against. */
function show(
  context: CanvasRenderingContext2D,
  strokes: HTMLCanvasElement | undefined,
  picture: Float32Array,
  evidence: Float32Array | undefined,
): void {
  context.fillStyle = '#10141a'
  context.fillRect(0, 0, SCREEN, SCREEN)
  if (strokes !== undefined) {
    context.drawImage(strokes, 0, 0)
    return
  }
  const zoom = SCREEN / SIDE
  const most = evidence?.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  for (let i = 0; i < PIXELS; i++) {
    const ink = Math.round(255 * picture[i]!)
    const speaks = Math.sqrt(Math.abs(evidence?.[i] ?? 0) / most) * Math.sign(evidence?.[i] ?? 0)
    const [red, green, blue] = evidence === undefined ? [ink, ink, ink] : signed(speaks * 0.9, [ink, ink, ink])
    context.fillStyle = `rgb(${red} ${green} ${blue})`
    if (ink > 2) context.fillRect((i % SIDE) * zoom, Math.floor(i / SIDE) * zoom, zoom, zoom)
  }
}

/** Strokes of any size and place as MNIST shows digits. */
function pictureOf(strokes: HTMLCanvasElement): Float32Array {
  const { data } = strokes.getContext('2d')!.getImageData(0, 0, SCREEN, SCREEN)
  let [left, right, top, bottom] = [SCREEN, -1, SCREEN, -1]
  for (let i = 0; i < SCREEN * SCREEN; i++) {
    if (data[4 * i + 3]! < 32) continue
    const [x, y] = [i % SCREEN, Math.floor(i / SCREEN)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (right < 0) return new Float32Array(PIXELS)
  const [width, height] = [right - left + 1, bottom - top + 1]
  const scale = BOX / Math.max(width, height)
  const boxed = inkOf(
    strokes,
    { left, top, width, height },
    scale,
    (SIDE - width * scale) / 2,
    (SIDE - height * scale) / 2,
  )
  // Then its centre of mass comes to the middle.
  let [mass, x, y] = [0, 0, 0]
  for (let i = 0; i < PIXELS; i++) {
    mass += boxed[i]!
    x += boxed[i]! * ((i % SIDE) + 0.5)
    y += boxed[i]! * (Math.floor(i / SIDE) + 0.5)
  }
  const shift = [SIDE / 2 - x / mass, SIDE / 2 - y / mass] as const
  return inkOf(
    strokes,
    { left, top, width, height },
    scale,
    (SIDE - width * scale) / 2 + shift[0],
    (SIDE - height * scale) / 2 + shift[1],
  )
}

interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function inkOf(strokes: HTMLCanvasElement, box: Box, scale: number, x: number, y: number): Float32Array {
  const small = document.createElement('canvas')
  small.width = small.height = SIDE
  const context = small.getContext('2d', { willReadFrequently: true })!
  context.imageSmoothingQuality = 'high'
  const { left, top, width, height } = box
  context.drawImage(strokes, left, top, width, height, x, y, width * scale, height * scale)
  const { data } = context.getImageData(0, 0, SIDE, SIDE)
  return Float32Array.from({ length: PIXELS }, (_, i) => data[4 * i + 3]! / 255)
}
