import { useState } from 'preact/hooks'
import { Toggle } from '../parts/controls'
import { cssColour } from '../parts/palette'
import { nameOf } from './listing'
import { differences } from './options'
import { Scroll } from './scroll'
import { colours, shown } from './view'

/** What distinguishes the shown runs. */
export function Differences() {
  const [all, setAll] = useState(false)
  const runs = shown.value
  if (runs.length < 2) return null
  const rows = differences(runs)
  const chosen = all ? rows : rows.filter(({ differs }) => differs)
  return (
    <section class="panel differences" aria-label="What differs">
      <div class="row wrap">
        <h2>What differs</h2>
        <Toggle label="what is the same, too" value={all} onChange={setAll} />
      </div>
      {chosen.length === 0 ? (
        <p class="hint">Nothing: recipe, options, seed and surroundings of these runs are the same.</p>
      ) : (
        <Scroll label="Options of the shown runs">
          <table>
            <thead>
              <tr>
                <th scope="col">option</th>
                {runs.map((run) => (
                  <th key={run.id} scope="col" title={run.id}>
                    <i style={{ background: cssColour(colours.value.of(run.id)) }} />
                    {nameOf(run)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {chosen.map(({ path, values, differs }) => (
                <tr key={path} class={differs && all ? 'differs' : undefined}>
                  <th scope="row">
                    <Path path={path} />
                  </th>
                  {values.map((value, i) => (
                    <td key={runs[i]!.id}>{value ?? <span class="hint">none</span>}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  )
}

/** What is around a nested option stands back. */
function Path({ path }: { readonly path: string }) {
  const parts = path.split('.')
  const last = parts.pop()
  return (
    <>
      {parts.length > 0 && <span class="hint">{parts.join(' › ')} › </span>}
      {last}
    </>
  )
}
