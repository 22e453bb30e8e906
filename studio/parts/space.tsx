import type { Signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from './controls'
import { type Camera, moved, turned, viewOf, zoomed } from './space/camera'
import { Frames } from './space/frames'
import { Gestures, type Pointing } from './space/gestures'
import type { Scene } from './space/scene'
import './space/space.css'

interface SpaceProps extends Pointing {
  readonly scene: Scene
  readonly camera: Signal<Camera>
  /** Where a reset goes back to. */
  readonly home: Camera
  /** What it shows, for those who do not see it. */
  readonly label: string
}

/** What a key does. */
const [STEP, NEARER] = [Math.PI / 24, 1.15]

/**
 * A picture in space that can be turned (drag, arrow keys), moved (drag with Shift or the other button) and brought nearer (wheel, two
 * fingers, + and −). It takes the size of the element around it.
 */
export function Space(props: SpaceProps) {
  const { scene, camera, home, label, flat = false } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef(props)
  latest.current = props
  const drawn = useRef<readonly number[]>([])
  const draw = useRef(() => {})
  useLayoutEffect(() => {
    const element = canvas.current!
    const view = () => viewOf(camera.value, element.clientWidth, element.clientHeight, latest.current.flat)
    const frames = new Frames(element, () => ({ scene: latest.current.scene, view: view(), line: drawn.current }))
    draw.current = () => frames.ask()
    const observer = new ResizeObserver(draw.current)
    observer.observe(element)
    const end = camera.subscribe(draw.current)
    const gestures = new Gestures(element, {
      view,
      camera,
      props: () => latest.current,
      onLine(line) {
        drawn.current = line
        draw.current()
      },
    })
    return () => {
      observer.disconnect()
      gestures.end()
      end()
      frames.end()
    }
  }, [camera])
  useLayoutEffect(() => draw.current(), [scene, flat])
  return (
    <div class="space">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the arrow keys turn it */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-roledescription="picture in space"
        aria-label={`${label}. Arrow keys ${flat ? 'move' : 'turn'} it, + and − zoom, 0 goes back.`}
        onKeyDown={(event) => {
          const next = byKey(event.key, camera.value, flat, home)
          if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return
          event.preventDefault()
          camera.value = next
        }}
      />
      <div class="space-buttons">
        <Button label="Nearer" onClick={() => change(camera, (from) => zoomed(from, NEARER ** 2))}>
          +
        </Button>
        <Button label="Farther" onClick={() => change(camera, (from) => zoomed(from, NEARER ** -2))}>
          −
        </Button>
        <Button label="Back to where it was seen from" onClick={() => change(camera, () => home)}>
          ⌂
        </Button>
      </div>
    </div>
  )
}

function change(camera: Signal<Camera>, by: (from: Camera) => Camera): void {
  camera.value = by(camera.value)
}

function byKey(key: string, from: Camera, flat: boolean, home: Camera): Camera | undefined {
  const arrows: { readonly [key: string]: readonly [number, number] } = {
    ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] },
  }
  const arrow = arrows[key]
  if (arrow !== undefined) {
    return flat ? moved(from, -0.1 * arrow[0], -0.1 * arrow[1]) : turned(from, STEP * arrow[0], -STEP * arrow[1])
  }
  if (key === '+' || key === '=') return zoomed(from, NEARER)
  if (key === '-' || key === '−') return zoomed(from, 1 / NEARER)
  if (key === '0' || key === 'Home') return home
  return undefined
}
