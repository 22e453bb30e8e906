import { classColours, cssColour } from '../parts/palette'
import { PixelPicture } from './pixel-picture'
import type { Seen } from './shapes'

/** The maps of a layer, or its neurons, each with how much it speaks for the answer. */
export function LayerView({ stage }: { readonly stage: Seen }) {
  const { name, title, width, height, maps, values, evidence } = stage
  const most = evidence.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  const places = width * height
  const isFlat = places === 1
  const strongest = evidence.indexOf(Math.max(...evidence))
  return (
    <div class="layer">
      <h3>
        {name} <small>{title}</small>
      </h3>
      <div class={isFlat ? 'neurons' : 'maps'}>
        {isFlat ? (
          <Neurons values={values} evidence={evidence} most={most} />
        ) : (
          Array.from({ length: maps }, (_, i) => (
            <figure key={`${name} ${i}`} class={i === strongest ? 'strongest' : ''}>
              <PixelPicture
                {...{ width, height }}
                values={values.subarray(i * places, (i + 1) * places)}
                scale="largest"
                side={maps > 6 ? 38 : 72}
              />
              <Evidence share={evidence[i]! / most} />
            </figure>
          ))
        )}
      </div>
    </div>
  )
}

/** A bar to the right for, to the left against. */
function Evidence({ share }: { readonly share: number }) {
  const left = share < 0 ? 50 + 50 * share : 50
  return (
    <span class="evidence">
      <span
        style={{
          left: `${left}%`,
          width: `${50 * Math.abs(share)}%`,
          background: cssColour(classColours[share < 0 ? 0 : 1]!),
        }}
      />
    </span>
  )
}

interface NeuronsProps {
  readonly values: Float32Array
  readonly evidence: Float32Array
  readonly most: number
}

/** Neurons as squares: the stronger the colour, the more they speak for or against the answer. */
function Neurons({ values, evidence, most }: NeuronsProps) {
  return (
    <>
      {Array.from(values, (value, i) => (
        <span
          key={`neuron ${i + 1}`}
          title={`value ${value.toFixed(2)}, evidence ${evidence[i]!.toFixed(2)}`}
          style={{
            background: cssColour(classColours[evidence[i]! < 0 ? 0 : 1]!),
            opacity: 0.06 + 0.94 * Math.min(1, Math.abs(evidence[i]!) / most),
          }}
        />
      ))}
    </>
  )
}
