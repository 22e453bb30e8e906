import { useLayoutEffect, useRef } from 'preact/hooks'
import { mix, neutral, packed } from '../../parts/palette'
import { theme } from '../../parts/theme'
import type { Pictures } from '../data/collection'

const ink = { light: [28, 36, 48], dark: [240, 243, 248] } as const

/** The picture of a point; the text beside it says what it is. */
export function Thumb({
  pictures,
  index,
  size,
}: {
  readonly pictures: Pictures
  readonly index: number
  readonly size: number
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { side, pixels } = pictures
  const shade = theme.value
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!
    const image = context.createImageData(side, side)
    const squares = new Uint32Array(image.data.buffer)
    for (let at = 0; at < squares.length; at++) {
      squares[at] = packed(mix(neutral[shade], ink[shade], pixels[index * side * side + at]! / 255))
    }
    context.putImageData(image, 0, 0)
  }, [pictures, index, shade])
  return (
    <canvas
      ref={canvas}
      class="thumb"
      width={side}
      height={side}
      style={{ width: size, height: size }}
      aria-hidden="true"
    />
  )
}
