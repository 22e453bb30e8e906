import type { Block, Group, Item, Kind, Trim } from './items'
import { layoutOf } from './layout'
import { Strip } from './strip'

const block = (kind: Kind, trims: Trim[] = [], side = 10, channels = 64): Block => ({
  ...{ type: 'block', kind, title: '', side, channels, shape: [], parameters: 0, multiplyAdds: 0, trims, stages: [] },
})

const group = (rest: Partial<Group> & Pick<Group, 'kind' | 'lanes'>): Group => ({
  ...{ type: 'group', around: 'nothing', trims: [], stages: [] },
  ...rest,
})

const one = () => block('convolution', [], 14, 24)

/** What each sign means. */
const signs: readonly (readonly [title: string, items: readonly Item[]])[] = [
  ['convolution', [block('convolution')]],
  ['by channel', [block('depthwise')]],
  ['linear', [block('linear')]],
  ['pool', [block('pool')]],
  ['enlarges', [block('up')]],
  ['attention', [block('attention')]],
  ['embedding', [block('recurrence')]],
  ['normalization, activation, dropout', [block('convolution', ['normalization', 'activation', 'dropout'])]],
  ['shortcut', [group({ kind: 'sum', around: 'input', lanes: [[one()]] })]],
  ['side by side', [group({ kind: 'branch', lanes: [[one()], [one()]] })]],
  ['five times', [{ type: 'repeat', times: 5, items: [one()], stages: [] }]],
]

export function Legend() {
  return (
    <ul class="legend" aria-label="What the drawings mean">
      {signs.map(([title, items]) => (
        <li key={title}>
          <Strip drawing={layoutOf(items)} {...{ title }} />
          <span>{title}</span>
        </li>
      ))}
    </ul>
  )
}
