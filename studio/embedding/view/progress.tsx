import type { EmbeddingModel } from '../model'

/** What is being done, how far it is, and how good the picture is. */
export function Progress({ model }: { readonly model: EmbeddingModel }) {
  const [frame, preparing] = [model.frame.value, model.preparing.value]
  const measures = [
    frame?.divergence !== undefined && `KL divergence ${frame.divergence.toFixed(3)}`,
    frame?.shares !== undefined &&
      `${(100 * frame.shares.reduce((sum, share) => sum + share, 0)).toFixed(1)} % of the variance`,
    frame?.trust !== undefined && `trustworthiness ${frame.trust.toFixed(3)}`,
  ].filter((each) => each !== false)
  const share = preparing?.share ?? (frame === undefined || frame.isDone ? undefined : frame.step / frame.steps)
  return (
    <div class="progress" data-state={preparing === undefined && frame?.isDone === true ? 'done' : 'busy'}>
      <p title="Trustworthiness: how far neighbours in the picture are neighbours among the vectors (10 of them; 1 if all are)">
        <b>{preparing?.what ?? frame?.phase ?? 'Loading'}</b>
        {preparing === undefined && frame !== undefined && frame.steps > 1 && (
          <>
            {' '}
            <span data-step>{frame.step.toLocaleString('en')}</span> of {frame.steps.toLocaleString('en')}
          </>
        )}
        {measures.length > 0 && <span data-measures> · {measures.join(' · ')}</span>}
      </p>
      {share !== undefined && <progress max={1} value={share} aria-label={preparing?.what ?? frame?.phase} />}
      {frame?.warning !== undefined && <p class="note">{frame.warning}</p>}
    </div>
  )
}
