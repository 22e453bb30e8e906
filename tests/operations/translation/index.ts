import type * as operations from '../../../src/operations/index.js'
import { creation } from './creation.js'
import { elementwise } from './elementwise.js'
import type { Entry } from './entry.js'
import { indexing } from './indexing.js'
import { linear } from './linear.js'
import { movement } from './movement.js'
import { neural } from './neural.js'
import { reductions } from './reductions.js'

/** What is no operation of its own. */
type Parts = 'lift'

type Names = {
  [Name in keyof typeof operations as (typeof operations)[Name] extends (...args: never[]) => unknown
    ? Exclude<Name, Parts>
    : never]: unknown
}

/** Functions that stand above the operations, because they read values. */
const reading = {
  unique: ['await unique(x)', 'np.unique', 'torch.unique', 'jnp.unique', 'no', 'any'],
  nonZero: ['await nonZero(x)', 'np.argwhere', 'torch.nonzero', 'jnp.argwhere', 'no', 'any'],
} as const satisfies { readonly [name: string]: Entry }

/** Every operation: one that is missing does not compile. */
export const entries: { readonly [Name in keyof Names]: Entry } = {
  ...creation,
  ...elementwise,
  ...reductions,
  ...movement,
  ...indexing,
  ...linear,
  ...neural,
}

const rooms: readonly (readonly [title: string, rows: { readonly [name: string]: Entry }])[] = [
  ['Creation', creation],
  ['Element by element', elementwise],
  ['Along axes', reductions],
  ['Shapes', movement],
  ['Indices and segments', indexing],
  ['Linear algebra and Fourier analysis', linear],
  ['Networks', neural],
  ['Only outside of programs, because they read values', reading],
]

const introduction = `# Operations: from NumPy, PyTorch and JAX

Made by \`node scripts/operations-table.mjs\` from \`tests/operations/translation\`; a test holds it against the code.

- **Gradient**: *piecewise* is that of the piece at hand, as of a maximum; *no* is 0 or not defined.
- **Dtypes**: *floats* also take integers, which become float32; *numbers* are floats and integers; 16-bit floats are computed in float32 and rounded once.
- \`x\` is a tensor, \`pictures\` one of [batch, height, width, channels] or of one or three spatial axes; \`nn\` is \`shapewise/nn\`, everything else \`shapewise\`. Axes count from 0, and from the end when negative.
`

const cell = (text: string): string => (text === '' ? '–' : `\`${text.replaceAll('|', '\\|')}\``)
const line = ([use, numpy, torch, jax, gradient, dtypes]: Entry): string =>
  `| ${[use, numpy, torch, jax].map(cell).join(' | ')} | ${gradient} | ${dtypes} |`

/** The page docs/operations.md. */
export const page = (): string =>
  [
    introduction,
    ...rooms.flatMap(([title, rows]) => [
      `## ${title}\n`,
      '| Shapewise | NumPy, SciPy | PyTorch | JAX | Gradient | Dtypes |',
      '|---|---|---|---|---|---|',
      ...new Set(
        Object.entries(rows)
          .filter(([, [use]]) => use !== '')
          .map(([, entry]) => line(entry)),
      ),
      '',
    ]),
  ].join('\n')
