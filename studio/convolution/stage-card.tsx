import { Button, Select, Slider } from '../parts/controls'
import type { Applied, Grey } from './lab'
import { MapCanvas, type Mark } from './map-canvas'
import { kernelSize, limits, presets, type Stage, sizeText } from './stage'

interface StageCardProps {
  readonly number: number
  readonly stage: Stage
  readonly input: Grey | undefined
  readonly applied: Applied | undefined
  /** In its feature map. */
  readonly marks: readonly Mark[]
  /** In what it gives to the next stage. */
  readonly windowMarks: readonly Mark[]
  onPoint(mark: Mark | undefined): void
  onChange(changes: Partial<Stage>): void
  onRemove: (() => void) | undefined
}

/** A filter to be changed, and what it makes of the picture before it. */
export function StageCard({ number, stage, input, applied, marks, windowMarks, ...events }: StageCardProps) {
  const { onPoint, onChange, onRemove } = events
  const preset = Object.entries(presets).find(([, { kernel }]) => sameNumbers(kernel, stage.kernel))?.[0]
  const names = { ...(preset === undefined && { own: 'Your own' }), ...labels }
  const scale = stage.activation === 'none' && applied?.map.values.some((value) => value < -0.001) ? 'signed' : 'grey'
  return (
    <section class="panel stage" aria-label={`Stage ${number}`}>
      <div class="row spread">
        <h2>Stage {number}</h2>
        {onRemove !== undefined && (
          <Button kind="quiet" label={`Remove stage ${number}`} onClick={onRemove}>
            ×
          </Button>
        )}
      </div>
      <Select
        label="Filter"
        value={preset ?? 'own'}
        options={names}
        onChange={(name) => {
          const chosen = presets[name]
          if (chosen !== undefined) onChange({ kernel: chosen.kernel, activation: chosen.activation ?? 'none' })
        }}
      />
      <p class="hint">{preset === undefined ? 'Change a weight and see what happens.' : presets[preset]!.text}</p>
      <Kernel number={number} stage={stage} onChange={(kernel) => onChange({ kernel })} />
      <div class="pair-of-fields">
        <Slider
          label="Stride"
          value={stage.stride}
          {...{ from: limits.stride[0], to: limits.stride[1] }}
          onChange={(stride) => onChange({ stride })}
        />
        <Slider
          label="Dilation"
          value={stage.dilation}
          {...{ from: limits.dilation[0], to: limits.dilation[1] }}
          onChange={(dilation) => onChange({ dilation })}
        />
        <Select
          label="Padding"
          value={stage.padding}
          options={{ same: 'Zeros around', valid: 'None' }}
          onChange={(padding) => onChange({ padding })}
        />
        <Select
          label="Activation"
          value={stage.activation}
          options={{ none: 'None', relu: 'ReLU', abs: 'Size' }}
          onChange={(activation) => onChange({ activation })}
        />
        <Select
          label="Pooling"
          value={stage.pooling}
          options={{ none: 'None', max: 'Largest of 2 × 2', mean: 'Mean of 2 × 2' }}
          onChange={(pooling) => onChange({ pooling })}
        />
      </div>
      {input !== undefined && (
        <p class="size" data-size={number}>
          {sizeText(input.width, stage)}
          {applied !== undefined && stage.pooling !== 'none' && `, pooled ${applied.result.width}`}
        </p>
      )}
      {applied !== undefined && (
        <MapCanvas
          picture={applied.map}
          {...{ scale, marks, onPoint }}
          label={`Feature map of stage ${number}, ${applied.map.width} × ${applied.map.height}`}
        />
      )}
      {applied !== undefined && stage.pooling !== 'none' && (
        <MapCanvas
          picture={applied.result}
          scale={scale}
          marks={windowMarks}
          label={`After pooling, ${applied.result.width} × ${applied.result.height}`}
        />
      )}
    </section>
  )
}

const labels = Object.fromEntries(Object.entries(presets).map(([name, { label }]) => [name, label]))

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) < 1e-3)

interface KernelProps {
  readonly number: number
  readonly stage: Stage
  onChange(kernel: readonly number[]): void
}

function Kernel({ number, stage, onChange }: KernelProps) {
  const size = kernelSize(stage)
  const resize = (next: number): void => {
    // The middle stays where it is.
    const shift = (next - size) / 2
    onChange(
      Array.from({ length: next * next }, (_, i) => {
        const [row, column] = [Math.floor(i / next) - shift, (i % next) - shift]
        return row >= 0 && column >= 0 && row < size && column < size ? stage.kernel[row * size + column]! : 0
      }),
    )
  }
  return (
    <div class="kernel">
      <div class="weights" style={{ gridTemplateColumns: `repeat(${size}, 1fr)` }}>
        {stage.kernel.map((weight, i) => (
          <input
            // A weight is its place.
            key={`${size} ${Math.floor(i / size)} ${i % size}`}
            type="number"
            step="0.1"
            aria-label={`Weight ${Math.floor(i / size) + 1}, ${(i % size) + 1} of stage ${number}`}
            value={Number(weight.toFixed(3))}
            onInput={({ currentTarget }) => {
              const given = currentTarget.valueAsNumber
              if (Number.isFinite(given)) onChange(stage.kernel.map((old, j) => (i === j ? given : old)))
            }}
          />
        ))}
      </div>
      <div class="row">
        <Button
          label={`A smaller filter in stage ${number}`}
          disabled={size <= limits.size[0]}
          onClick={() => resize(size - 2)}
        >
          −
        </Button>
        <span>
          {size} × {size}
        </span>
        <Button
          label={`A larger filter in stage ${number}`}
          disabled={size >= limits.size[1]}
          onClick={() => resize(size + 2)}
        >
          +
        </Button>
      </div>
    </div>
  )
}
