import type { Block, Trim } from './items'
import { DEPTH, type Drawing, type DrawnBlock, TRIM } from './layout'

/** A row of names of stages above a drawing. */
const NAMES = 11
/** How many pixels of the page one of the drawing is. */
const SCALE = 1.3

/** The drawing of a model. */
export function Strip({ drawing, title }: { readonly drawing: Drawing; readonly title: string }) {
  const { width, top, bottom, blocks, lines, signs, frames, names } = drawing
  const above = 3 + NAMES * Math.max(0, ...names.map(({ row }) => row + 1))
  const [full, height] = [width, bottom - top + above + 4]
  return (
    <svg
      class="strip"
      role="img"
      aria-label={`${title}: ${blocks.length} blocks from left to right`}
      viewBox={`0 ${top - above} ${full} ${height}`}
      width={SCALE * full}
      height={SCALE * height}
    >
      {frames.map(({ x, y, width, height, times }) => (
        <g key={`${x} ${y}`} class="repeat">
          <rect {...{ x, y, width, height }} rx={5} />
          <text x={x + width / 2} y={y - 3}>
            ×{times}
          </text>
        </g>
      ))}
      {lines.map(({ kind, path }) => (
        <path key={path} class={kind} d={path} />
      ))}
      {blocks.map((one) => (
        <Cuboid key={`${one.x} ${one.y}`} {...one} />
      ))}
      {signs.map(({ x, y, text, trims }) => (
        <g key={`${x} ${y}`} class="sign">
          <circle cx={x} cy={y} r={5} />
          <path d={text === '+' ? cross(x, y) : text === '×' ? times(x, y) : beside(x, y)} />
          <Trims {...{ trims }} x={x + 5} y={y - 6} height={12} />
        </g>
      ))}
      {names.map(({ x, text, row }) => (
        <text key={text} class="name" x={x} y={top - 4 - NAMES * row}>
          {text}
        </text>
      ))}
    </svg>
  )
}

const cross = (x: number, y: number): string => `M${x - 2.6} ${y}h5.2M${x} ${y - 2.6}v5.2`
const times = (x: number, y: number): string => `M${x - 2} ${y - 2}l4 4m0-4l-4 4`
const beside = (x: number, y: number): string => `M${x - 1.6} ${y - 2.6}v5.2M${x + 1.6} ${y - 2.6}v5.2`

function Cuboid({ x, y, width, height, block }: DrawnBlock) {
  return (
    <g class={`block ${block.kind}`}>
      <title>{textOf(block)}</title>
      <path class="roof" d={`M${x} ${y}l${DEPTH} ${-DEPTH}h${width}l${-DEPTH} ${DEPTH}z`} />
      <path class="side" d={`M${x + width} ${y}l${DEPTH} ${-DEPTH}v${height}l${-DEPTH} ${DEPTH}z`} />
      <rect {...{ x, y, width, height }} />
      <Trims trims={block.trims} x={x + width} {...{ y, height }} />
    </g>
  )
}

/** Normalisation, activation and dropout are thin plates behind what they belong to. */
function Trims({ trims, x, y, height }: { trims: readonly Trim[]; x: number; y: number; height: number }) {
  return (
    <>
      {trims.map((trim, i) => (
        <rect key={trim + i} class={`trim ${trim}`} x={x + TRIM * i + 0.5} y={y} width={TRIM - 1} height={height} />
      ))}
    </>
  )
}

function textOf({ title, shape, parameters, multiplyAdds, trims }: Block): string {
  const count = (value: number, what: string) => (value > 0 ? [`${value.toLocaleString('en-US')} ${what}`] : [])
  return [
    title,
    shape.slice(1).join(' × '),
    ...count(parameters, 'parameters'),
    ...count(multiplyAdds, 'multiply-adds'),
    ...trims,
  ].join('\n')
}
