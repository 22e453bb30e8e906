import { proxy, type Remote } from 'comlink'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../parts/controls'
import { classColours, cssColour, mix } from '../parts/palette'
import { PixelPicture } from './pixel-picture'
import { PIXELS, SIDE } from './shapes'
import type { DigitService } from './worker'

/** Pictures in each direction of the map, and its size on the screen. */
const [GRID, SCREEN] = [14, 392]

interface CodeMapProps {
  readonly service: Remote<DigitService>
  /** A picture that is made there. */
  onPick(picture: Promise<Float32Array>): void
}

interface Space {
  readonly places: Float32Array
  readonly labels: Int32Array
  /** What the decoder draws at the places of a grid. */
  readonly pictures: Float32Array
}

/** The two numbers that an autoencoder has for a digit, as a map: point at a place and see the digit that it stands for. */
export function CodeMap({ service, onPick }: CodeMapProps) {
  const [space, setSpace] = useState<Space | undefined>(undefined)
  const [share, setShare] = useState<number | undefined>(undefined)
  const [here, setHere] = useState<Float32Array | undefined>(undefined)
  const canvas = useRef<HTMLCanvasElement>(null)
  const asking = useRef(false)
  const open = async () => {
    setShare(0)
    const { places, labels } = await service.openCodeSpace(proxy((done: number) => setShare(done)))
    const pictures = await service.decode(gridPlaces())
    setShare(undefined)
    setSpace({ places, labels, pictures })
  }
  useEffect(() => {
    if (space !== undefined) drawSpace(canvas.current!, space)
  }, [space])
  const point = async (event: PointerEvent, isPicked: boolean) => {
    if (asking.current && !isPicked) return
    asking.current = true
    const { left, top, width } = canvas.current!.getBoundingClientRect()
    const place = Float32Array.of(((event.clientX - left) / width) * 2 - 1, 1 - ((event.clientY - top) / width) * 2)
    const picture = service.decode(place)
    if (isPicked) onPick(picture)
    setHere(await picture)
    asking.current = false
  }
  return (
    <section class="panel codes" aria-label="Code space of an autoencoder">
      <h2>
        A map of digits <small>an autoencoder with two numbers for each picture</small>
      </h2>
      {space === undefined && share === undefined && (
        <>
          <p class="hint">
            A network learns to draw a digit again from two numbers. These are a place on a map, which one can walk in.
          </p>
          <Button onClick={() => void open()}>Learn the map</Button>
        </>
      )}
      {share !== undefined && (
        <label>
          Learning the map
          <progress max={1} value={share} />
        </label>
      )}
      {space !== undefined && (
        <div class="row start">
          <canvas
            ref={canvas}
            class="code-map"
            width={SCREEN}
            height={SCREEN}
            role="img"
            aria-label="Map of digits: what the decoder draws at each place, with the places of 1,500 digits"
            onPointerMove={(event) => void point(event, false)}
            onPointerDown={(event) => void point(event, true)}
          />
          <div class="here">
            {here === undefined ? (
              <p class="hint">Point at a place to see its digit; click to have it read.</p>
            ) : (
              <PixelPicture
                {...{ width: SIDE, height: SIDE, side: 112 }}
                values={here}
                scale="ink"
                label="The digit at the place under the pointer"
              />
            )}
            <Legend />
          </div>
        </div>
      )}
    </section>
  )
}

/** Ten colours: six of the palette and four between them. */
const colourOf = (digit: number) => {
  const colour = classColours[digit % classColours.length]!
  return digit < classColours.length ? colour : mix(colour, [255, 255, 255], 0.5)
}

function Legend() {
  return (
    <ul class="legend">
      {Array.from({ length: 10 }, (_, digit) => (
        <li key={`digit ${digit}`}>
          <span style={{ background: cssColour(colourOf(digit)) }} /> {digit}
        </li>
      ))}
    </ul>
  )
}

const gridPlaces = (): Float32Array =>
  Float32Array.from({ length: 2 * GRID * GRID }, (_, i) => {
    const cell = i >> 1
    const along = i % 2 === 0 ? cell % GRID : GRID - 1 - Math.floor(cell / GRID)
    return ((along + 0.5) / GRID) * 2 - 1
  })

function drawSpace(canvas: HTMLCanvasElement, { places, labels, pictures }: Space): void {
  const context = canvas.getContext('2d')!
  const cell = SCREEN / GRID
  const small = document.createElement('canvas')
  small.width = small.height = SIDE
  const inner = small.getContext('2d')!
  const image = inner.createImageData(SIDE, SIDE)
  context.fillStyle = '#10141a'
  context.fillRect(0, 0, SCREEN, SCREEN)
  for (let i = 0; i < GRID * GRID; i++) {
    for (let k = 0; k < PIXELS; k++) {
      const ink = 16 + 180 * pictures[i * PIXELS + k]!
      image.data.set([ink, ink, ink, 255], 4 * k)
    }
    inner.putImageData(image, 0, 0)
    context.drawImage(small, (i % GRID) * cell, Math.floor(i / GRID) * cell, cell, cell)
  }
  for (let i = 0; i < labels.length; i++) {
    context.beginPath()
    const [x, y] = [((places[2 * i]! + 1) / 2) * SCREEN, ((1 - places[2 * i + 1]!) / 2) * SCREEN]
    context.arc(x, y, 2, 0, 2 * Math.PI)
    context.fillStyle = cssColour(colourOf(labels[i]!))
    context.fill()
  }
}
