import { signal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Slider } from '../parts/controls'
import { Space } from '../parts/space'
import { camera, nearest } from '../parts/space/camera'
import { theme } from '../parts/theme'
import type { Reading } from './shapes'
import { type Place, placesOf, stackScene, wallsOf } from './stack'

const home = camera({ turn: -0.62, tilt: 0.2, zoom: 1.3 })
const seenFrom = signal(home)

interface StackViewProps {
  readonly picture: Float32Array
  readonly reading: Reading
}

/** Every map of every layer in one picture, with the links that carry most of the evidence. */
export function StackView({ picture, reading }: StackViewProps) {
  const links = useSignal(16)
  const looked = useSignal<Place | undefined>(undefined)
  const [count, place, shade] = [links.value, looked.value, theme.value]
  const scene = useMemo(
    () => stackScene(picture, reading, { links: count, looked: place, theme: shade }),
    [picture, reading, count, place, shade],
  )
  const { places, middles } = useMemo(() => {
    const places = placesOf(wallsOf(picture, reading))
    return { places, middles: Float32Array.from(places.flatMap(({ middle }) => [...middle])) }
  }, [picture, reading])
  return (
    <div class="stack">
      <div class="stack-picture">
        <Space
          {...{ scene, home }}
          camera={seenFrom}
          label="All layers of LeNet-5 from the input to the answer, with the links that carry most evidence"
          onPoint={(at) => {
            looked.value = at && places[nearest(at.view, middles, at.x, at.y, 16)]
          }}
          onClick={(at) => {
            looked.value = places[nearest(at.view, middles, at.x, at.y, 24)]
          }}
        />
      </div>
      <p class="hint" aria-live="polite">
        {place === undefined ? 'Point at a map to see its links alone. Drag to turn.' : told(place, reading, picture)}
      </p>
      <Slider
        label="Links between two layers"
        value={count}
        from={1}
        to={80}
        onChange={(value) => {
          links.value = value
        }}
      />
    </div>
  )
}

/** What a map is, and how much it says. */
function told({ layer, map }: Place, reading: Reading, picture: Float32Array): string {
  const { name, maps, width, evidence } = wallsOf(picture, reading)[layer]!
  const value = evidence[map]!
  const what =
    maps === 1 ? name : name === 'Answer' ? `Answer ${map}` : `${name}, ${width === 1 ? 'neuron' : 'map'} ${map + 1}`
  return `${what}: speaks ${value < 0 ? 'against' : 'for'} the answer by ${Math.abs(value).toFixed(2)}`
}
