import type { Score } from './run.js'
import type { Task } from './task.js'

/** Loss and accuracy over examples that come in batches of different sizes. */
export class Totals<T extends Task> {
  #examples = 0
  #loss = 0
  #labels = 0
  #right = 0

  get examples(): number {
    return this.#examples
  }

  /** @param right how many of so many labels are named right, where the targets are classes */
  add(examples: number, loss: number, right: number | undefined, labels: number): void {
    this.#examples += examples
    this.#loss += loss * examples
    if (right === undefined) return
    this.#labels += labels
    this.#right += right
  }

  score(): Score<T> {
    const accuracy = this.#labels === 0 ? undefined : this.#right / this.#labels
    return { loss: this.#loss / this.#examples, accuracy: accuracy as Score<T>['accuracy'] }
  }
}
