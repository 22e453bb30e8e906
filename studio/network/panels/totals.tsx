import { amountsOf, amountText, type Graph } from '../graph/graph'

/** What the model amounts to. */
export function Totals({ graph, notes }: { readonly graph: Graph; readonly notes: readonly string[] }) {
  const { parameters, multiplyAdds, memory } = amountsOf(graph)
  const rows = [
    ['Parameters', parameters.toLocaleString('en-US')],
    ['Multiply-adds', multiplyAdds === 0 ? undefined : amountText(multiplyAdds)],
    ['Activations', memory === 0 ? undefined : amountText(memory, 'B')],
    ['Nodes', graph.nodes.length.toLocaleString('en-US')],
  ] as const
  return (
    <>
      <dl class="figures">
        {rows.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </>
  )
}
