import type { Grey } from './lab'
import type { Mark } from './map-canvas'
import { kernelSize, type Stage, windowAt } from './stage'

interface WindowPanelProps {
  readonly at: Mark & { readonly stage: number }
  readonly stage: Stage
  readonly input: Grey
  readonly output: Grey
}

/** How one value of a feature map comes about: each pixel times its weight, and the sum. */
export function WindowPanel({ at, stage, input, output }: WindowPanelProps) {
  const size = kernelSize(stage)
  const terms = windowAt(at, stage).map(({ x, y }, i) => {
    const isInside = x >= 0 && y >= 0 && x < input.width && y < input.height
    return { key: `${i}`, weight: stage.kernel[i]!, pixel: isInside ? input.values[y * input.width + x]! : 0 }
  })
  const sum = terms.reduce((total, { weight, pixel }) => total + weight * pixel, 0)
  const value = output.values[at.y * output.width + at.x]
  return (
    <div class="window-panel">
      <h2>
        Value {at.y + 1}, {at.x + 1} of stage {at.stage + 1}
      </h2>
      <div class="terms" style={{ gridTemplateColumns: `repeat(${size}, 1fr)` }}>
        {terms.map(({ key, weight, pixel }) => (
          <div key={key} style={{ opacity: weight === 0 ? 0.45 : 1 }}>
            {pixel.toFixed(2)}
            <br />×{Number(weight.toFixed(2))}
          </div>
        ))}
      </div>
      <p class="sum">
        Sum <b>{sum.toFixed(3)}</b>
        {stage.activation !== 'none' && (
          <>
            , {stage.activation === 'relu' ? 'ReLU' : 'size'} <b data-value>{value?.toFixed(3) ?? '–'}</b>
          </>
        )}
      </p>
    </div>
  )
}
