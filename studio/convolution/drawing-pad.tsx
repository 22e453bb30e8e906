import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../parts/controls'
import { stroke } from '../parts/stroke'
import type { Grey } from './lab'
import { greyOf } from './sources'

const SIDE = 264

/** A dark area to draw on with light strokes. */
export function DrawingPad({ onDraw }: { onDraw(picture: Grey): void }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const clear = () => {
    const context = canvas.current!.getContext('2d')!
    context.fillStyle = '#000'
    context.fillRect(0, 0, SIDE, SIDE)
    tell()
  }
  const tell = () => onDraw(greyOf(canvas.current!, SIDE, SIDE, 64))
  useEffect(clear, [])
  const draw = (event: PointerEvent) => {
    if (event.buttons === 0) return
    const bounds = canvas.current!.getBoundingClientRect()
    const context = canvas.current!.getContext('2d')!
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top]
    stroke(context, [x - event.movementX, y - event.movementY], [x, y], 16)
    tell()
  }
  return (
    <div class="drawing">
      <canvas
        ref={canvas}
        width={SIDE}
        height={SIDE}
        role="img"
        aria-label="Draw here with the mouse or a finger"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          draw(event)
        }}
        onPointerMove={draw}
      />
      <Button onClick={clear}>Clear</Button>
    </div>
  )
}
