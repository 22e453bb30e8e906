import { signal } from '@preact/signals'
import type { Remote } from 'comlink'
import { proxy } from 'comlink'
import { Button } from '../parts/controls'
import { Curves } from '../parts/curves'
import { classColours, cssColour } from '../parts/palette'
import type { DigitService } from './worker'

/** How far the training is; undefined while nothing is trained. */
export const training = signal<{ readonly share: number; readonly loss: number } | undefined>(undefined)
/** Of digits that it has not seen. */
export const accuracy = signal<number | undefined>(undefined)
/** The losses of the last training, and after how many digits. */
const curve = signal<[digits: number[], losses: number[]]>([[], []])

const DIGITS = 10_000
let trainings = 0

/**
 * Trains the reader from new weights; a training that goes on ends.
 *
 * @param onStep is told when there is something new to be seen
 */
export async function train(remote: Remote<DigitService>, onStep: () => Promise<void>): Promise<void> {
  const own = ++trainings
  accuracy.value = undefined
  training.value = { share: 0, loss: Math.log(10) }
  curve.value = [[], []]
  const tell = async (share: number, loss: number, reached?: number): Promise<void> => {
    if (own !== trainings) return
    if (reached === undefined) {
      training.value = { share, loss }
      curve.value = [
        [...curve.value[0], Math.round(share * DIGITS)],
        [...curve.value[1], loss],
      ]
    } else accuracy.value = reached
    await onStep()
  }
  try {
    await remote.train(proxy(tell))
  } catch (failure) {
    // One that another one has ended did not fail.
    if (own === trainings) throw failure
  } finally {
    if (own === trainings) training.value = undefined
  }
}

interface TrainingStateProps {
  readonly isReady: boolean
  onTrain(): void
}

export function TrainingState({ isReady, onTrain }: TrainingStateProps) {
  const { value } = training
  return (
    <div class="training-state">
      {value === undefined ? (
        <p class="note">
          {accuracy.value === undefined
            ? ''
            : `Reads ${(100 * accuracy.value).toFixed(1)} % of 1,000 digits that it has not seen.`}
        </p>
      ) : (
        <label>
          Learning from 10,000 generated digits, loss {value.loss.toFixed(2)}
          <progress max={1} value={value.share} />
        </label>
      )}
      <Button disabled={!isReady} onClick={onTrain}>
        {value === undefined ? 'Train it anew' : 'Start again'}
      </Button>
      {curve.value[0].length > 1 && (
        <Curves
          label="digits"
          curves={[{ name: 'loss', colour: cssColour(classColours[1]!) }]}
          data={curve.value}
          height={130}
        />
      )}
    </div>
  )
}
