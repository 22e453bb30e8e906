import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Toggle } from '../../parts/controls'
import { comparison } from '../comparison'
import type { Row } from '../graph/align'
import { amountsOf, amountText, shapeText } from '../graph/graph'
import { type Drawn, drawn, service } from '../state'

/** Rows that are drawn; the rest is told by a number. */
const SHOWN = 400

/** The layers of the models side by side, with what is different. */
export function CompareTable({ onLook }: { onLook(model: Drawn, place: number): void }) {
  const onlyDifferent = useSignal(false)
  const models = drawn.value
  const { graphs, rows, standings } = comparison.value
  const distances = useDistances(models, rows)
  const totals = graphs.map(amountsOf)
  /** Shows a row in all drawings, at last in the one that has been clicked. */
  const lookAt = (column: number, row: Row): void => {
    const columns = [...row.keys()].sort((a, b) => Number(a === column) - Number(b === column))
    for (const one of columns) {
      const place = row[one]
      if (place !== undefined) onLook(models[one]!, place)
    }
  }
  const listed = Array.from(rows.keys()).filter(
    (i) => !onlyDifferent.value || standings[i] !== 'same' || (distances.get(i)?.some((each) => each > 0) ?? false),
  )
  const count = (standing: string): number => standings.filter((one) => one === standing).length
  return (
    <div class="compare panel">
      <div class="row wrap">
        <h2>
          Layer by layer{' '}
          <small data-standings>
            {count('same')} the same, {count('changed')} changed, {count('alone')} without a partner
          </small>
        </h2>
        <Toggle
          label="Differences only"
          value={onlyDifferent.value}
          onChange={(only) => {
            onlyDifferent.value = only
          }}
        />
      </div>
      <section class="scroll" aria-label="Layers of the models side by side">
        <table>
          <thead>
            <tr>
              {models.map(({ key, graph }) => (
                <th key={key} scope="col" colSpan={3}>
                  {graph.title}
                </th>
              ))}
              {models.slice(1).map(({ key }, i) => (
                <th
                  key={key}
                  scope="col"
                  class="number"
                  title="The norm of the difference of the weights, over the norm of the first model's"
                >
                  Δ weights{models.length > 2 ? ` ${i + 2}` : ''}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {listed.slice(0, SHOWN).map((i) => (
              <tr key={rows[i]!.join()} class={standings[i]}>
                {rows[i]!.map((place, column) => (
                  <Cells
                    key={models[column]!.key}
                    model={models[column]!}
                    place={place}
                    onLook={() => lookAt(column, rows[i]!)}
                  />
                ))}
                {models.slice(1).map(({ key }, other) => (
                  <td key={key} class="number" data-distance>
                    {distanceText(distances.get(i)?.[other])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            {(['parameters', 'multiplyAdds', 'memory'] as const).map((amount) => (
              <tr key={amount}>
                {totals.map((total, column) => (
                  <TotalCells
                    key={models[column]!.key}
                    name={amount}
                    value={total[amount]}
                    first={totals[0]![amount]}
                  />
                ))}
                {models.slice(1).map(({ key }) => (
                  <td key={key} />
                ))}
              </tr>
            ))}
          </tfoot>
        </table>
        {listed.length > SHOWN && (
          <p class="note">… and {(listed.length - SHOWN).toLocaleString('en-US')} more rows.</p>
        )}
      </section>
    </div>
  )
}

interface CellsProps {
  readonly model: Drawn
  readonly place: number | undefined
  onLook(): void
}

function Cells({ model, place, onLook }: CellsProps) {
  const node = place === undefined ? undefined : model.graph.nodes[place]
  if (node === undefined) return <td colSpan={3} class="missing" aria-label="no such layer" />
  return (
    <>
      <td>
        <button type="button" class="link" onClick={onLook}>
          {node.type}
        </button>{' '}
        <small>{node.name}</small>
      </td>
      <td>{node.outputs.map(shapeText).join(', ')}</td>
      <td class="number">{node.parameters > 0 ? amountText(node.parameters) : ''}</td>
    </>
  )
}

const titles = { parameters: 'Parameters', multiplyAdds: 'Multiply-adds', memory: 'Activations' } as const

function TotalCells({ name, value, first }: { name: keyof typeof titles; value: number; first: number }) {
  const share =
    first > 0 && value !== first
      ? `${value > first ? '+' : '−'}${Math.abs((100 * (value - first)) / first).toFixed(0)} %`
      : ''
  return (
    <>
      <th scope="row">{titles[name]}</th>
      <td class="number">{share}</td>
      <td class="number">{amountText(value, name === 'memory' ? 'B' : '')}</td>
    </>
  )
}

const distanceText = (distance: number | undefined): string =>
  distance === undefined
    ? ''
    : distance === 0
      ? '0'
      : distance < 0.001
        ? distance.toExponential(0)
        : distance.toFixed(3)

/** For each row how far the weights of each other model are from those of the first, as they come in. */
function useDistances(models: readonly Drawn[], rows: readonly Row[]): ReadonlyMap<number, readonly number[]> {
  const found = useSignal<ReadonlyMap<number, readonly number[]>>(new Map())
  useEffect(() => {
    let isOver = false
    found.value = new Map()
    const measure = async () => {
      for (const [i, row] of rows.entries()) {
        const [first, ...others] = row.map((place, k) =>
          place === undefined ? [] : models[k]!.graph.nodes[place]!.weights,
        )
        if (isOver || first === undefined || first.length === 0) continue
        const distances: number[] = []
        for (const [k, weights] of others.entries()) {
          const names = first.map(({ name }, n) => [name, weights[n]?.name] as const)
          const distance = await service.value?.distance(models[0]!.key, models[k + 1]!.key, names)
          if (distance !== undefined) distances[k] = distance
        }
        if (!isOver && distances.length > 0) found.value = new Map([...found.value, [i, distances]])
      }
    }
    void measure()
    return () => {
      isOver = true
    }
  }, [models, rows])
  return found.value
}
