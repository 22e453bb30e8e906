import { signal } from '@preact/signals'

/** How things are shown, beside what is trained. */
export const view = {
  showTest: signal(false),
  discretize: signal(false),
  logarithmic: signal(false),
  /** The class of points that the mouse draws. */
  drawnClass: signal(0),
}
