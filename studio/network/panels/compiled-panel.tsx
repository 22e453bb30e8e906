import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { amountText, shapeText } from '../graph/graph'
import { arenaOf } from '../models/arena'
import { type Drawn, service } from '../state'
import type { CompiledView } from '../worker'

/** The program that the model becomes: kernels with what is fused into them, their times, and the memory that they share. */
export function CompiledPanel({ model }: { readonly model: Drawn }) {
  const shown = useSignal<CompiledView | undefined>(undefined)
  const failure = useSignal<string | undefined>(undefined)
  useEffect(() => {
    let isOver = false
    service.value?.compiled(model.key).then(
      (found) => {
        if (!isOver) shown.value = found
      },
      (error) => {
        if (!isOver) failure.value = error instanceof Error ? error.message : String(error)
      },
    )
    return () => {
      isOver = true
    }
  }, [model.key])
  if (failure.value !== undefined) return <p class="problem">{failure.value}</p>
  const program = shown.value
  if (program === undefined) return <p class="note">Compiling, and timing each kernel …</p>
  const { kernels, flops, bytesMoved, arenaBytes, unsharedBytes, times, phases, backend } = program
  const total = times.reduce((sum: number, time) => sum + (time ?? 0), 0)
  const longest = Math.max(...times.map((time) => time ?? 0), 1e-9)
  const figures = [
    ['Kernels', String(kernels.length)],
    ['Together', `${total.toPrecision(3)} ms`],
    ['Operations', amountText(flops, 'flop')],
    ['Bytes moved', amountText(bytesMoved, 'B')],
    ['Arena', `${amountText(arenaBytes, 'B')} of ${amountText(unsharedBytes, 'B')}`],
    ['Compiled in', `${phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0).toFixed(0)} ms`],
  ] as const
  return (
    <>
      <h2>
        Compiled <small>one program on {backend}, one thread</small>
      </h2>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>
        Memory <small>which bytes of the arena each value has, from kernel to kernel</small>
      </h3>
      <Arena program={program} />
      <h3>
        Kernels <small>each timed alone</small>
      </h3>
      <ol class="kernels">
        {kernels.map(({ title, operations, outputs, flops: own }, i) => {
          const time = times[i]
          return (
            <li key={`${i} ${title}`}>
              <b>{title}</b>
              <span class="fused">{fusedText(operations)}</span>
              <span class="time">
                <i style={{ width: `${(100 * (time ?? 0)) / longest}%` }} />
              </span>
              <small>
                {time === undefined ? 'not timed' : `${time.toPrecision(2)} ms`}
                {time !== undefined && own > 0 && `, ${amountText((1000 * own) / time, 'flop/s')}`}
                {` → ${outputs.map(({ shape }) => shapeText(shape)).join(', ')}`}
              </small>
            </li>
          )
        })}
      </ol>
    </>
  )
}

/** `conv · add · max`, what comes several times once with its number. */
function fusedText(operations: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const operation of operations) counts.set(operation, (counts.get(operation) ?? 0) + 1)
  return [...counts].map(([name, count]) => (count > 1 ? `${count} × ${name}` : name)).join(' · ')
}

function Arena({ program }: { readonly program: CompiledView }) {
  const { kernels, arenaBytes } = program
  const values = arenaOf(kernels)
  if (values.length === 0 || arenaBytes === 0) return <p class="note">No values lie between kernels.</p>
  return (
    <svg
      class="arena"
      viewBox={`0 0 ${kernels.length} 100`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${values.length} values share ${arenaBytes} bytes while ${kernels.length} kernels run`}
    >
      {values.map(({ offset, bytes, from, to }) => (
        <rect
          key={`${from} ${offset}`}
          {...{ x: from, width: to - from + 1, y: (100 * offset) / arenaBytes, height: (100 * bytes) / arenaBytes }}
        >
          <title>
            {amountText(bytes, 'B')} at {offset}, from kernel {from + 1} to {to + 1}
          </title>
        </rect>
      ))}
    </svg>
  )
}
