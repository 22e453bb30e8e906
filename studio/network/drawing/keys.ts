import type { Layout } from '../graph/layout'
import { centred, dragged, fit, type View, zoomed } from './view'

/** What a key asks for. */
export type Action =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pan up'
  | 'pan down'
  | 'pan left'
  | 'pan right'
  | 'in'
  | 'out'
  | 'all'
  | 'open'
  | 'none'

const actions: Readonly<Record<string, Action>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  '+': 'in',
  '=': 'in',
  '-': 'out',
  '0': 'all',
  Enter: 'open',
  ' ': 'open',
  Escape: 'none',
}

export function keyOf({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): Action | undefined {
  if (ctrlKey || metaKey || altKey) return undefined
  const action = actions[key]
  return shiftKey && key.startsWith('Arrow') ? (`pan ${action}` as Action) : action
}

interface Drawn {
  readonly layout: Layout
  readonly selected: number
  readonly view: View
  readonly screen: { readonly width: number; readonly height: number }
}

interface Hands {
  move(view: View): void
  onSelect(place: number): void
  onToggle(place: number): void
}

const PAN = 80

/** What is seen after an action that only moves the view. */
function viewAfter(action: Action, { layout, view, screen }: Drawn): View | undefined {
  const middle = { x: screen.width / 2, y: screen.height / 2 }
  switch (action) {
    case 'pan up':
      return dragged(view, 0, PAN)
    case 'pan down':
      return dragged(view, 0, -PAN)
    case 'pan left':
      return dragged(view, PAN, 0)
    case 'pan right':
      return dragged(view, -PAN, 0)
    case 'in':
      return zoomed(view, 1.25, middle)
    case 'out':
      return zoomed(view, 0.8, middle)
    case 'all':
      return fit(layout, screen)
    default:
      return undefined
  }
}

/** Does what a key asks for. */
export function act(action: Action, drawn: Drawn, { move, onSelect, onToggle }: Hands): void {
  const { layout, selected, view, screen } = drawn
  const moved = viewAfter(action, drawn)
  if (moved !== undefined) move(moved)
  else if (action === 'none') onSelect(-1)
  else if (action === 'open' && selected >= 0) onToggle(selected)
  else if (action === 'up' || action === 'down' || action === 'left' || action === 'right') {
    const next = neighbour(layout, layout.nodes.indexOf(selected), action)
    if (next < 0) return
    onSelect(layout.nodes[next]!)
    const [x, y, width, height] = layout.boxes.subarray(4 * next, 4 * next + 4)
    move(centred(x! + width! / 2, y! + height! / 2, Math.max(0.5, view.scale), screen))
  }
}

/** The box that is next to another one in a direction; the first one if there is no other; −1 if nothing lies there. */
export function neighbour(layout: Layout, of: number, direction: 'up' | 'down' | 'left' | 'right'): number {
  const { boxes, nodes } = layout
  if (of < 0) return nodes.length > 0 ? 0 : -1
  const centre = (i: number): readonly [number, number] => [
    boxes[4 * i]! + boxes[4 * i + 2]! / 2,
    // Of an opened node its header counts.
    boxes[4 * i + 1]! + (layout.opened[i] === 1 ? 10 : boxes[4 * i + 3]! / 2),
  ]
  const [x, y] = centre(of)
  const isUpright = direction === 'up' || direction === 'down'
  const sign = direction === 'down' || direction === 'right' ? 1 : -1
  let [best, least] = [-1, Number.POSITIVE_INFINITY]
  for (let i = 0; i < nodes.length; i++) {
    const [right, down] = [centre(i)[0] - x, centre(i)[1] - y]
    const [ahead, aside] = isUpright ? [sign * down, right] : [sign * right, down]
    if (ahead < 4) continue
    const distance = ahead + Math.abs(aside) / 2
    if (distance < least) [best, least] = [i, distance]
  }
  return best
}
