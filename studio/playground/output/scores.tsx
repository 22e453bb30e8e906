import type { Score } from '../training/experiment'
import type { Trainer } from '../training/trainer'

/** Without points there is nothing to measure. */
const isThere = (score: Score | undefined): score is Score => score !== undefined && !Number.isNaN(score.loss)

/** Losses, and the share of right classes. */
export function Scores({ trainer }: { readonly trainer: Trainer }) {
  const frame = trainer.frame.value
  const isClasses = trainer.points.value?.kind === 'classes'
  const rows = [
    ['Test', frame?.test],
    ['Training', frame?.train],
  ] as const
  return (
    <dl class="scores">
      {rows.map(([name, score]) => (
        <div key={name}>
          <dt>{name} loss</dt>
          <dd data-loss={name.toLowerCase()}>{isThere(score) ? score.loss.toFixed(3) : '–'}</dd>
          {isClasses && (
            <>
              <dt>right</dt>
              <dd data-accuracy={name.toLowerCase()}>
                {isThere(score) ? `${(100 * score.accuracy).toFixed(1)} %` : '–'}
              </dd>
            </>
          )}
        </div>
      ))}
    </dl>
  )
}
