import { effect, signal } from '@preact/signals'
import { type Remote, wrap } from 'comlink'
import { useEffect } from 'preact/hooks'
import { replaceQuery, route } from '../parts/address'
import { Button } from '../parts/controls'
import { Bars } from './bars'
import { CodeMap } from './code-map'
import { DigitPad } from './digit-pad'
import { LayerView } from './layer-view'
import { PixelPicture } from './pixel-picture'
import { PIXELS, type Reading, SIDE } from './shapes'
import { StackView } from './stack-view'
import { accuracy, TrainingState, train, training } from './training-state'
import type { DigitService } from './worker'
import './digits.css'

const picture = signal<Float32Array>(new Float32Array(PIXELS))
const reading = signal<Reading | undefined>(undefined)
const filters = signal<Float32Array | undefined>(undefined)
const fooled = signal<{ readonly picture: Float32Array; readonly digit: number } | 'none' | undefined>(undefined)
/** How the layers are shown; it stands in the address. */
const view = signal<'rows' | 'space'>('rows')
const error = signal<string | undefined>(undefined)
const service = signal<Remote<DigitService> | undefined>(undefined)

export default function DigitPage() {
  useEffect(() => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('error', ({ message }) => {
      error.value = message
    })
    const remote: Remote<DigitService> = wrap(worker)
    service.value = remote
    lookAt(route.value.query.get('view') === 'space' ? 'space' : 'rows')
    void begin(remote)
    const end = effect(() => void read(remote, picture.value))
    return () => {
      end()
      service.value = undefined
      worker.terminate()
    }
  }, [])
  const seen = reading.value
  const remote = service.value
  const isBlank = picture.value.every((value) => value === 0)
  return (
    <main class="digits">
      <h1 class="unseen">Digit lab</h1>
      <section class="panel pad" aria-label="Draw a digit">
        <h2>Draw a digit</h2>
        <DigitPad
          picture={picture.value}
          evidence={isBlank ? undefined : seen?.evidence}
          onDraw={(drawn) => void show(drawn)}
        />
        <div class="row wrap">
          <Button onClick={() => void sample()}>Another digit</Button>
          <Button disabled={isBlank || training.value !== undefined} onClick={() => remote && void fool(remote)}>
            Fool it
          </Button>
        </div>
        <Answer />
        <TrainingState isReady={remote !== undefined} onTrain={() => remote && void learn(remote)} />
        {error.value !== undefined && (
          <p class="problem" role="alert">
            {error.value}
          </p>
        )}
      </section>
      <section class="panel reads" aria-label="What the network answers">
        <h2>It reads</h2>
        <Bars probabilities={isBlank ? undefined : seen?.probabilities} />
        <Fooled />
      </section>
      <section class="panel layers" aria-label="What the layers see">
        <div class="row wrap">
          <h2>
            What the layers see{' '}
            <small>
              LeNet-5;{' '}
              {view.value === 'rows'
                ? 'the bar below a map says how much it speaks for (blue) or against the answer'
                : 'links carry what speaks for (blue) or against the answer'}
            </small>
          </h2>
          <span class="views">
            <Button pressed={view.value === 'rows'} onClick={() => lookAt('rows')}>
              In rows
            </Button>
            <Button pressed={view.value === 'space'} onClick={() => lookAt('space')}>
              In space
            </Button>
          </span>
        </div>
        {view.value === 'space' ? (
          seen !== undefined && <StackView picture={picture.value} reading={seen} />
        ) : (
          <Rows reading={seen} />
        )}
      </section>
      {remote !== undefined && <CodeMap service={remote} onPick={(chosen) => void show(chosen)} />}
    </main>
  )
}

/** The filters of the first layer, and layer by layer what comes out. */
function Rows({ reading }: { readonly reading: Reading | undefined }) {
  return (
    <>
      {filters.value !== undefined && (
        <div class="filters">
          <span>Filters of C1</span>
          {Array.from({ length: 6 }, (_, i) => (
            <PixelPicture
              key={`filter ${i + 1}`}
              {...{ width: 5, height: 5, side: 40 }}
              values={filters.value!.subarray(i * 25, (i + 1) * 25)}
              scale="signed"
              label={`Filter ${i + 1} of the first layer`}
            />
          ))}
        </div>
      )}
      {reading?.stages.map((stage) => (
        <LayerView key={stage.name} stage={stage} />
      ))}
    </>
  )
}

/** What is written for people who look at one place. */
function Answer() {
  const { value } = reading
  if (value === undefined || picture.value.every((ink) => ink === 0))
    return <p class="hint">Draw with the mouse or a finger.</p>
  const best = value.probabilities.indexOf(Math.max(...value.probabilities))
  return (
    <p class="answer" role="status">
      This is a <b data-answer>{best}</b> ({(100 * value.probabilities[best]!).toFixed(1)} %)
    </p>
  )
}

function Fooled() {
  const { value } = fooled
  if (value === undefined) return null
  if (value === 'none') return <p class="note">No small change makes it read something else.</p>
  const change = value.picture.map((ink, i) => ink - picture.value[i]!)
  const size = Math.hypot(...change) / Math.max(1e-9, Math.hypot(...picture.value))
  return (
    <div class="fooled">
      <p>
        This much more or less ink ({(100 * size).toFixed(0)} % of it) and it reads a <b data-fooled>{value.digit}</b>:
      </p>
      <div class="row">
        <PixelPicture {...{ width: SIDE, height: SIDE, side: 112 }} values={change} scale="signed" label="The change" />
        <PixelPicture
          {...{ width: SIDE, height: SIDE, side: 112 }}
          values={value.picture}
          scale="ink"
          label={`The changed picture, read as ${value.digit}`}
        />
      </div>
    </div>
  )
}

function lookAt(chosen: 'rows' | 'space'): void {
  view.value = chosen
  if (service.value !== undefined) void read(service.value, picture.value)
  replaceQuery('digits', new URLSearchParams(chosen === 'rows' ? {} : { view: chosen }))
}

async function begin(remote: Remote<DigitService>): Promise<void> {
  try {
    if (picture.value.every((value) => value === 0)) await sample()
    if (await remote.restore()) {
      accuracy.value = await remote.accuracy()
      filters.value = await remote.filters()
      await read(remote, picture.value)
    } else await learn(remote)
  } catch (failure) {
    error.value = String(failure)
  }
}

async function learn(remote: Remote<DigitService>): Promise<void> {
  try {
    await train(remote, async () => {
      filters.value = await remote.filters()
      await read(remote, picture.value)
    })
  } catch (failure) {
    error.value = String(failure)
  }
}

/** What is to be read next, and the worker that reads at the moment. */
let wanted: Float32Array | undefined
let busy: Remote<DigitService> | undefined

/** Reads a picture; of those that come meanwhile the last one is read after it. */
async function read(remote: Remote<DigitService>, drawn: Float32Array): Promise<void> {
  wanted = drawn
  if (busy === remote) return
  busy = remote
  try {
    while (wanted !== undefined && busy === remote) {
      const next: Float32Array = wanted
      wanted = undefined
      const found = await remote.read(next, view.peek() === 'space')
      if (busy === remote) reading.value = found
    }
  } finally {
    if (busy === remote) busy = undefined
  }
}

let wishes = 0

/** Shows a picture as soon as it is there, unless another has been wished for meanwhile. */
async function show(coming: Float32Array | Promise<Float32Array | undefined>): Promise<void> {
  const wish = ++wishes
  fooled.value = undefined
  const found = coming instanceof Float32Array ? coming : await coming
  if (found !== undefined && wish === wishes) picture.value = found
}

let sampled = 0

async function sample(): Promise<void> {
  sampled++
  await show(Promise.resolve(service.value?.sample((sampled * 7 + 1) % 10, sampled)))
}

async function fool(remote: Remote<DigitService>): Promise<void> {
  const asked = picture.value
  const found = await remote.fool(asked)
  if (picture.value === asked) fooled.value = found ?? 'none'
}
