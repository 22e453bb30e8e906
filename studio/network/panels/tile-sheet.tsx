import { useLayoutEffect, useRef } from 'preact/hooks'
import { neutral, packed, signedShade } from '../../parts/palette'
import { theme } from '../../parts/theme'
import type { Tiles } from '../models/pictures'

interface TileSheetProps {
  readonly tiles: Tiles
  /** From orange at the least through nothing at 0 to blue; or from dark to bright. */
  readonly scale: 'signed' | 'bright'
  readonly what: string
}

const WIDE = 290

/** Pictures side by side, all on one scale. */
export function TileSheet({ tiles, scale, what }: TileSheetProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height, values, of } = tiles
  const count = Math.max(1, values.length / (width * height))
  const columns = Math.min(count, Math.max(1, Math.min(8, Math.floor(WIDE / Math.max(width + 1, 26)))))
  const rows = Math.ceil(count / columns)
  const [wide, high] = [columns * (width + 1) - 1, rows * (height + 1) - 1]
  // Whole pixels for each, where there is room.
  const zoom = Math.max(1, Math.floor(Math.min(WIDE / wide, count === 1 ? 180 / high : 36 / Math.max(width, height))))
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!
    const image = context.createImageData(wide, high)
    const squares = new Uint32Array(image.data.buffer)
    let most = 0
    for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value))
    for (let tile = 0; tile < count; tile++) {
      const [left, top] = [(tile % columns) * (width + 1), Math.floor(tile / columns) * (height + 1)]
      for (let at = 0; at < width * height; at++) {
        const value = values[tile * width * height + at]! / (most || 1)
        const shade = scale === 'signed' ? signedShade(value, theme.value) : grey(value)
        squares[(top + Math.floor(at / width)) * wide + left + (at % width)] = shade
      }
    }
    context.putImageData(image, 0, 0)
  }, [tiles, scale, theme.value])
  return (
    <figure class="tiles">
      <canvas
        ref={canvas}
        {...{ width: wide, height: high }}
        role="img"
        aria-label={what}
        style={{ width: `min(100%, ${wide * zoom}px)`, aspectRatio: `${wide} / ${high}` }}
      />
      <figcaption class="note">
        {what}
        {of > count && `, ${count} of ${of}`}
      </figcaption>
    </figure>
  )
}

function grey(value: number): number {
  if (!Number.isFinite(value)) return packed(neutral[theme.value])
  const bright = 255 * Math.min(1, Math.abs(value))
  return packed([bright, bright, bright])
}
