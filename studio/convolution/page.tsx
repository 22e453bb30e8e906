import { computed, effect, signal } from '@preact/signals'
import { type Remote, wrap } from 'comlink'
import { useEffect, useRef } from 'preact/hooks'
import { replaceQuery, route } from '../parts/address'
import { Button, Select } from '../parts/controls'
import { Icon } from '../parts/icons'
import { DrawingPad } from './drawing-pad'
import type { Applied, Grey } from './lab'
import { MapCanvas, type Mark } from './map-canvas'
import { greyOf, greyOfFile, letter, scene } from './sources'
import { decodeStages, encodeStages, firstStage, limits, type Stage, windowAt } from './stage'
import { StageCard } from './stage-card'
import { WindowPanel } from './window-panel'
import './convolution.css'

const sources = {
  scene: 'A lake',
  letter: 'A letter (32 × 32)',
  drawing: 'Your drawing',
  file: 'A picture of yours',
  camera: 'The camera',
} as const

type Source = keyof typeof sources

const source = signal<Source>('scene')
const picture = signal<Grey | undefined>(undefined)
const stages = signal<readonly Stage[]>([firstStage()])
const applied = signal<readonly Applied[]>([])
/** The value of a feature map that is looked at. */
const cursor = signal<(Mark & { readonly stage: number }) | undefined>(undefined)
const walking = signal(false)
const message = signal('')

/** What goes into a stage. */
const inputOf = (stage: number): Grey | undefined => (stage === 0 ? picture.value : applied.value[stage - 1]?.result)

const looked = computed(() => {
  const at = cursor.value
  if (at === undefined) return undefined
  const [stage, input, output] = [stages.value[at.stage], inputOf(at.stage), applied.value[at.stage]?.map]
  return stage === undefined || input === undefined || output === undefined ? undefined : { at, stage, input, output }
})

export default function ConvolutionPage() {
  const file = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    const service: Remote<import('./worker').ConvolutionService> = wrap(worker)
    const { query } = route.value
    stages.value = decodeStages(query.get('stages'))
    const named = query.get('source') ?? ''
    choose(Object.hasOwn(sources, named) && named !== 'file' && named !== 'camera' ? (named as Source) : 'scene')
    let asked = 0
    const ends = [
      effect(() => {
        const [input, wanted] = [picture.value, stages.value]
        if (input === undefined) return
        const turn = ++asked
        service.apply(input, wanted).then(
          (results) => {
            if (turn !== asked) return
            applied.value = results
            message.value =
              results.length < wanted.length ? `Stage ${results.length + 1} is larger than what comes into it.` : ''
          },
          (error: unknown) => {
            message.value = error instanceof Error ? error.message : String(error)
          },
        )
      }),
      effect(() => {
        const address = new URLSearchParams()
        if (source.value !== 'scene') address.set('source', source.value)
        address.set('stages', encodeStages(stages.value))
        replaceQuery('convolution', address)
      }),
      effect(() => {
        if (!walking.value) return
        const timer = setInterval(walk, 40)
        return () => clearInterval(timer)
      }),
    ]
    return () => {
      for (const end of ends) end()
      stopCamera()
      walking.value = false
      worker.terminate()
    }
  }, [])
  const input = picture.value
  const look = looked.value
  return (
    <main class="convolution">
      <h1 class="unseen">Convolution lab</h1>
      <section
        class="panel source"
        aria-label="Picture"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          const [dropped] = event.dataTransfer?.files ?? []
          if (dropped !== undefined) void openFile(dropped)
        }}
      >
        <h2>Picture</h2>
        <Select
          label="What is looked at"
          value={source.value}
          options={sources}
          onChange={(value) => (value === 'file' ? file.current!.click() : choose(value))}
        />
        <input
          ref={file}
          type="file"
          accept="image/*"
          hidden
          aria-label="Picture file"
          onChange={async ({ currentTarget }) => {
            const [chosen] = currentTarget.files ?? []
            if (chosen !== undefined) await openFile(chosen)
          }}
        />
        <div>
          {source.value === 'drawing' ? (
            <DrawingPad
              onDraw={(drawn) => {
                picture.value = drawn
              }}
            />
          ) : (
            input !== undefined && (
              <MapCanvas
                picture={input}
                scale="grey"
                marks={look?.at.stage === 0 ? windowOf(look.at, look.stage, input) : []}
                label={`Picture, ${input.width} × ${input.height}`}
              />
            )
          )}
        </div>
        <p class="hint">Drop a picture here, or point at a feature map to see the window that it comes from.</p>
        <div class="row">
          <Button
            kind="main"
            label={walking.value ? 'Stop the window' : 'Slide the window'}
            onClick={() => {
              walking.value = !walking.value
            }}
          >
            <Icon name={walking.value ? 'pause' : 'play'} />
          </Button>
          <span>{walking.value ? 'The window slides …' : 'Slide the window step by step'}</span>
        </div>
        {message.value !== '' && (
          <p class="problem" role="alert">
            {message.value}
          </p>
        )}
      </section>
      {stages.value.map((stage, i) => (
        <StageCard
          // A stage is its place.
          key={`stage ${i + 1}`}
          number={i + 1}
          stage={stage}
          input={inputOf(i)}
          applied={applied.value[i]}
          marks={look?.at.stage === i ? [look.at] : []}
          windowMarks={
            look?.at.stage === i + 1 && applied.value[i] !== undefined
              ? windowOf(look.at, look.stage, applied.value[i].result)
              : []
          }
          onPoint={(mark) => {
            if (!walking.value) cursor.value = mark && { ...mark, stage: i }
          }}
          onChange={(changes) => {
            stages.value = stages.value.map((one, j) => (i === j ? { ...one, ...changes } : one))
          }}
          onRemove={
            stages.value.length > 1
              ? () => {
                  cursor.value = undefined
                  stages.value = stages.value.filter((_, j) => j !== i)
                }
              : undefined
          }
        />
      ))}
      <section class="panel last" aria-label="Window">
        {look === undefined ? (
          <p class="hint">
            Each value of a feature map is a sum over a window: weight times pixel. Point at a feature map, or let the
            window slide.
          </p>
        ) : (
          <WindowPanel {...look} />
        )}
        <Button
          disabled={stages.value.length >= limits.stages[1]}
          onClick={() => {
            stages.value = [...stages.value, firstStage('dots')]
          }}
        >
          Add a stage
        </Button>
      </section>
    </main>
  )
}

/** The pixels that a value of the feature map is a sum over; those outside are zeros. */
const windowOf = (at: Mark, stage: Stage, { width, height }: Grey): readonly Mark[] =>
  windowAt(at, stage).filter(({ x, y }) => x >= 0 && y >= 0 && x < width && y < height)

/** Moves the cursor to the next value of its feature map. */
function walk(): void {
  const at = cursor.value ?? { x: -1, y: 0, stage: 0 }
  const map = applied.value[at.stage]?.map
  if (map === undefined) return
  // Large maps are walked in larger steps, so that the window arrives before one is bored.
  const step = Math.max(1, Math.round(map.width / 32))
  const x = at.x + step
  const next = x < map.width ? { x, y: at.y } : { x: 0, y: (at.y + step) % map.height }
  cursor.value = { ...next, stage: at.stage }
}

function choose(chosen: Source): void {
  stopCamera()
  source.value = chosen
  cursor.value = undefined
  if (chosen === 'scene') picture.value = scene()
  if (chosen === 'letter') picture.value = letter('S')
  if (chosen === 'camera') void startCamera()
}

async function openFile(file: File): Promise<void> {
  try {
    picture.value = await greyOfFile(file)
    stopCamera()
    source.value = 'file'
    message.value = ''
  } catch {
    message.value = `${file.name} is no picture that this browser can read. PNG, JPEG, WebP and SVG are.`
  }
}

let stream: MediaStream | undefined

async function startCamera(): Promise<void> {
  try {
    const opened = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } })
    stream = opened
    const video = document.createElement('video')
    video.srcObject = opened
    await video.play()
    const follow = () => {
      if (stream !== opened) return
      picture.value = greyOf(video, video.videoWidth, video.videoHeight)
      setTimeout(follow, 80)
    }
    follow()
  } catch {
    message.value = 'There is no camera, or the browser may not use it.'
    choose('scene')
  }
}

function stopCamera(): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = undefined
}
