import { useEffect, useState } from 'preact/hooks'
import { Button, Select, Slider, Toggle } from '../parts/controls'
import { cssColour } from '../parts/palette'
import { Chart, sourceNames } from './chart'
import { Details } from './details'
import { Differences } from './differences'
import { RunList } from './list'
import { NewRun } from './new-run'
import type { Source } from './points'
import { arrivals, begin, entries, folder, points, server } from './server'
import { smoothingRule } from './smoothing'
import { axis, charted, coloured, colours, hidden, logarithmic, paths, shown, smoothing } from './view'
import './runs.css'

/** What has been trained on this machine, and what is being trained now. */
export default function Runs() {
  const [isNew, setNew] = useState(false)
  useEffect(() => {
    void begin()
  }, [])
  if (server.value === 'unknown') return <main class="loading">Looking for runs …</main>
  if (server.value === 'none' || server.value === 'locked') return <NoServer isLocked={server.value === 'locked'} />
  return (
    <main class="runs">
      <aside>
        <div class="panel">
          <div class="row">
            <h1>Runs</h1>
            <span class="grow" />
            <Button kind="main" onClick={() => setNew(true)}>
              New run
            </Button>
          </div>
          <p class="hint folder">{folder.value}</p>
          {server.value === 'lost' && (
            <p class="problem" role="alert">
              The studio has been closed: nothing new comes until it is started again. Runs go on.
            </p>
          )}
        </div>
        <RunList />
      </aside>
      <div class="shown">
        {entries.value.size === 0 ? (
          <section class="panel">
            <h2>No run yet</h2>
            <p>
              Start one here, or by <code>npx shapewise run lenet-mnist</code> in the folder above: it appears by
              itself.
            </p>
          </section>
        ) : (
          <Charts />
        )}
        <Details />
        <Differences />
      </div>
      {isNew && <NewRun onClose={() => setNew(false)} />}
    </main>
  )
}

function Charts() {
  const names = useNames()
  const chosen = (charted.value ?? names.slice(0, 2)).filter((name) => names.includes(name))
  const known = useKnown()
  const { legend } = colours.value
  return (
    <section class="panel charts" aria-label="Curves">
      <div class="row wrap values">
        {names.map((name) => (
          <Button
            key={name}
            kind="quiet"
            pressed={chosen.includes(name)}
            onClick={() => {
              charted.value = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]
            }}
          >
            {name}
          </Button>
        ))}
      </div>
      <div class="row wrap settings">
        <Select
          label="Along"
          value={axis.value}
          options={{ step: 'steps', epoch: 'epochs', relative: 'time since the run began', wall: 'time of day' }}
          onChange={(value) => {
            axis.value = value
          }}
        />
        <Select
          label="Colour by"
          value={paths.value.includes(coloured.value) ? coloured.value : ''}
          options={{ '': 'run', ...Object.fromEntries(paths.value.map((path) => [path, path.replaceAll('.', ' › ')])) }}
          onChange={(value) => {
            coloured.value = value
          }}
        />
        <Slider
          label="Smoothing"
          from={0}
          to={0.99}
          step={0.01}
          value={smoothing.value}
          format={(value) => value.toFixed(2)}
          onChange={(value) => {
            smoothing.value = value
          }}
        />
        <div class="toggles">
          <Toggle
            label="logarithmic"
            value={logarithmic.value}
            onChange={(value) => {
              logarithmic.value = value
            }}
          />
          {(['batch', 'epoch', 'validation'] as const).map((source) => (
            <Toggle
              key={source}
              label={sourceNames[source]}
              value={!hidden.value.includes(source)}
              onChange={(value) => show(source, value)}
            />
          ))}
        </div>
      </div>
      <p class="hint">
        {smoothingRule(smoothing.value)} Batches are thin, validation is dashed. {known.points.toLocaleString('en')}{' '}
        points
        {known.timeless > 0 &&
          (axis.value === 'relative' || axis.value === 'wall') &&
          `; ${known.timeless} of these runs do not say when theirs were measured, and are left out`}
        . Drag over a chart to enlarge a part.
      </p>
      {legend.length > 0 && (
        <ul class="legend" aria-label={`Colours by ${coloured.value}`}>
          {legend.map(({ text, colour }) => (
            <li key={text}>
              <i style={{ background: cssColour(colour) }} />
              {text}
            </li>
          ))}
        </ul>
      )}
      <div class="chart-grid">
        {chosen.map((name) => (
          <Chart key={name} name={name} />
        ))}
      </div>
      {names.length === 0 && <p class="hint">{shown.value.length === 0 ? 'No run is chosen.' : 'No points yet.'}</p>}
    </section>
  )
}

function show(source: Source, isShown: boolean): void {
  hidden.value = isShown ? hidden.value.filter((other) => other !== source) : [...hidden.value, source]
}

const ids = (): string[] => shown.value.map(({ id }) => id)

/** The values that the shown runs have. */
function useNames(): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([])
  useEffect(() => {
    void points()
      .names(ids())
      .then((found) => setNames((before) => (before.join() === found.join() ? before : found)))
  }, [arrivals.value.count, ids().join()])
  return names
}

function useKnown(): { readonly points: number; readonly timeless: number } {
  const [known, setKnown] = useState({ points: 0, timeless: 0 })
  useEffect(() => {
    void points().known(ids()).then(setKnown)
  }, [arrivals.value.count, ids().join()])
  return known
}

/** Where the pages are served as plain files there is nobody who could run anything. */
function NoServer({ isLocked }: { readonly isLocked: boolean }) {
  return (
    <main class="runs alone">
      <section class="panel">
        <h1>Runs need the local studio</h1>
        {isLocked ? (
          <p>This page has no key any more: open the address that the studio has printed when it was started.</p>
        ) : (
          <>
            <p>
              These pages are served as plain files. To start recipes, follow them live and compare what came out, start
              the studio on your machine, in the folder in which you train:
            </p>
            <pre>npx shapewise studio</pre>
            <p class="hint">
              It shows the runs below <code>runs</code>, or in the folder that you name:{' '}
              <code>npx shapewise studio experiments</code>.
            </p>
          </>
        )}
        <div class="row">
          <Button
            onClick={() => {
              server.value = 'unknown'
              void begin()
            }}
          >
            Look again
          </Button>
        </div>
      </section>
    </main>
  )
}
