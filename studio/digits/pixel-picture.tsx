import { useMemo } from 'preact/hooks'
import { HeatMap, type Paint } from '../parts/heat-map'
import { mix, neutral, packed, signedShade } from '../parts/palette'
import { theme } from '../parts/theme'

interface PixelPictureProps {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
  /** Ink from 0 to 1; ink by the largest value; or orange below 0 and blue above, by the largest. */
  readonly scale: 'ink' | 'largest' | 'signed'
  /** Pixels on the screen. */
  readonly side: number
  readonly label?: string
}

const ink = { light: [28, 36, 48], dark: [240, 243, 248] } as const

/** A small picture whose pixels are seen. */
export function PixelPicture({ width, height, values, scale, side, label }: PixelPictureProps) {
  const shade = theme.value
  const paint = useMemo((): Paint => {
    return (squares) => {
      let most = 0
      for (const value of values) most = Math.max(most, Math.abs(value))
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!
        squares[i] =
          scale === 'signed'
            ? signedShade(value / (most || 1), shade)
            : packed(
                mix(
                  neutral[shade],
                  ink[shade],
                  Math.max(0, Math.min(1, scale === 'ink' ? value : value / (most || 1))),
                ),
              )
      }
    }
  }, [values, scale, shade])
  return (
    <span class="pixels" style={{ width: side, height: (side * height) / width }}>
      <HeatMap width={width} height={height} paint={paint} {...(label !== undefined && { label })} />
    </span>
  )
}
