import { Button } from '../../parts/controls'
import type { Trainer } from './trainer'

/** What is wrong with a training, why, and a button that mends it. */
export function HealthNote({ trainer }: { readonly trainer: Trainer }) {
  const finding = trainer.health.value
  return (
    <div class="health" role={trainer.stopped.value === undefined ? 'status' : 'alert'}>
      {finding !== undefined && (
        <div class="problem">
          <p>{finding.text}</p>
          {finding.cure !== undefined && (
            <Button onClick={() => void trainer.take(finding.cure!)}>{finding.cure.label}</Button>
          )}
        </div>
      )}
    </div>
  )
}
