import { Button, Select, Slider } from '../../parts/controls'
import { limits, type Settings } from '../settings/settings'
import type { Trainer } from '../training/trainer'
import { OwnData } from './own-data'
import { type DataName, datasets, type Points } from './plane'
import { PointsCanvas } from './points-canvas'

/** Which points, how many of them are learned from, and how they are fed. */
export function DataPanel({ trainer }: { readonly trainer: Trainer }) {
  const settings = trainer.settings.value
  const change = (changes: Partial<Settings>) => void trainer.change(changes)
  const isMany = 'manyClasses' in datasets[settings.data]
  return (
    <section class="panel data" aria-label="Data">
      <h2>Data</h2>
      <fieldset class="thumbnails" aria-label="Sets of points">
        {(Object.keys(datasets) as DataName[])
          .filter((name) => name !== 'own')
          .map((name) => (
            <Thumbnail
              key={name}
              name={name}
              points={trainer.samples.value?.[name]}
              chosen={settings.data === name}
              onChoose={() => change({ data: name })}
            />
          ))}
      </fieldset>
      <Button
        kind={settings.data === 'own' ? 'main' : 'plain'}
        pressed={settings.data === 'own'}
        onClick={() => change({ data: 'own' })}
      >
        Your own data
      </Button>
      {settings.data === 'own' && <OwnData trainer={trainer} />}
      {isMany && (
        <Slider
          label="Classes"
          value={settings.classes}
          {...{ from: limits.classes[0], to: limits.classes[1] }}
          onChange={(classes) => change({ classes })}
        />
      )}
      {settings.data !== 'own' && (
        <Slider
          label="Noise"
          value={settings.noise}
          {...{ from: limits.noise[0], to: limits.noise[1], step: 5 }}
          onChange={(noise) => change({ noise })}
        />
      )}
      {settings.data !== 'own' && (
        <Button label="Draw other points of the same kind" onClick={() => change({ dataSeed: settings.dataSeed + 1 })}>
          Other points
        </Button>
      )}
      <Slider
        label="Learned from"
        hint="The other points are kept to test on"
        value={settings.trainShare}
        {...{ from: limits.trainShare[0], to: limits.trainShare[1], step: 10 }}
        format={(value) => `${value} %`}
        onChange={(trainShare) => change({ trainShare })}
      />
      <Select
        label="Batch size"
        value={`${settings.batchSize}`}
        options={Object.fromEntries(
          [...new Set([1, 5, 10, 20, 50, 100, 250, settings.batchSize])]
            .sort((a, b) => a - b)
            .map((n) => [`${n}`, `${n}`]),
        )}
        onChange={(size) => change({ batchSize: Number(size) })}
      />
    </section>
  )
}

interface ThumbnailProps {
  readonly name: DataName
  readonly points: Points | undefined
  readonly chosen: boolean
  onChoose(): void
}

function Thumbnail({ name, points, chosen, onChoose }: ThumbnailProps) {
  const { label } = datasets[name]
  return (
    <button type="button" class="thumbnail" aria-pressed={chosen} aria-label={label} title={label} onClick={onChoose}>
      {points !== undefined && <PointsCanvas points={points} size={44} radius={1.1} />}
    </button>
  )
}
