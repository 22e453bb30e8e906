import { useMemo } from 'preact/hooks'
import { Curves } from '../parts/curves'
import { cssColour } from '../parts/palette'
import { theme } from '../parts/theme'
import type { Ground } from './ground'
import { racerColour } from './landscape'
import { methodOf } from './methods'
import type { Entrant, Race } from './race'
import { Chip } from './racers-panel'
import type { Standing } from './standing'

/** Heights above the minimum below which a curve is level: the noise of the numbers. */
const LEAST = 1e-7
/** Places of each curve. */
const POINTS = 240

/** Who is where. */
export function Standings({ race, step }: { readonly race: Race; readonly step: number }) {
  const ground = race.ground.value
  const entrants = race.entrants.value
  if (ground === undefined) return null
  const { lowest } = ground
  const rows = entrants.map((entrant) => ({ entrant, standing: entrant.way.standing(step, ground) }))
  const first = Math.min(...rows.map(({ standing }) => standing?.arrived ?? Infinity))
  return (
    <section class="panel standings" aria-label="Who is where">
      <h2>
        Who is where <small>after {Math.floor(step).toLocaleString('en-US')} steps</small>
      </h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Racer</th>
              <th scope="col">Above the minimum</th>
              <th scope="col">Away</th>
              <th scope="col">There since step</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ entrant, standing }, i) => (
              <tr key={entrant.id} class={standing?.arrived !== undefined && standing.arrived === first ? 'first' : ''}>
                <th scope="row">
                  <Chip number={i + 1} /> {methodOf(entrant.spec.method).title}
                </th>
                <td>{standing === undefined ? '' : short(Math.max(0, standing.height - lowest))}</td>
                <td>{standing === undefined ? '' : short(standing.distance)}</td>
                <td data-reached={i + 1}>{reached(entrant, standing, step, ground)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <LossCurves entrants={entrants} lowest={lowest} step={Math.floor(step)} />
    </section>
  )
}

function reached({ ended, way }: Entrant, standing: Standing | undefined, step: number, ground: Ground): string {
  if (ended === 'diverged' && step > way.steps) return `diverged after ${way.steps + 1}`
  if (standing === undefined) return ''
  if (standing.arrived !== undefined) return standing.arrived.toLocaleString('en-US')
  const { x, y } = ground
  const isOnMap = standing.x >= x[0] && standing.x <= x[1] && standing.y >= y[0] && standing.y <= y[1]
  if (!isOnMap) return 'off the map'
  return ended === 'converged' && step >= way.steps ? 'ended elsewhere' : '–'
}

/** Three digits, or as little as it is. */
const short = (value: number): string =>
  Math.abs(value) < LEAST
    ? '0'
    : Math.abs(value) < 1e-3 || Math.abs(value) >= 1e4
      ? value.toExponential(1)
      : value.toPrecision(3)

interface LossCurvesProps {
  readonly entrants: readonly Entrant[]
  readonly lowest: number
  readonly step: number
}

function LossCurves({ entrants, lowest, step }: LossCurvesProps) {
  const shade = theme.value
  const curves = entrants.map(({ spec }, i) => ({
    ...{ name: `${i + 1} ${methodOf(spec.method).title}`, colour: cssColour(racerColour(i, shade)) },
    ...(i >= 6 && { dashed: true }),
  }))
  const until = Math.max(1, step)
  const data = useMemo(() => {
    const stride = Math.max(1, Math.ceil(until / POINTS))
    const steps = Array.from({ length: Math.floor(until / stride) + 1 }, (_, i) => i * stride)
    const heights = entrants.map(({ way }) => {
      const records = way.until(until)
      return steps.map((at) => (3 * at < records.length ? Math.max(LEAST, records[3 * at + 2]! - lowest) : null))
    })
    return [steps, ...heights] as [number[], ...(number | null)[][]]
  }, [entrants, lowest, until])
  return (
    <>
      <h3>
        Height above the minimum <small>logarithmic</small>
      </h3>
      <Curves label="step" curves={curves} data={data} height={200} logarithmic />
    </>
  )
}
