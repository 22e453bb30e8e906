import { signal } from '@preact/signals'

/** How things are shown, beside what is trained. */
export const view = {
  /** The square of the plane that the pointer is on: every neuron shows its value there. */
  square: signal<number | undefined>(undefined),
  showTest: signal(false),
  discretize: signal(false),
  logarithmic: signal(false),
  /** The class of points that the mouse draws; undefined takes points away. */
  drawnClass: signal<number | undefined>(0),
}
