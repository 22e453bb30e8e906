import type { ComponentChildren } from 'preact'

/** The small pictures of the overview, drawn in a field of 240 × 120; what has the class `travels` or `grows` moves under the pointer. */
function Field({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg viewBox="0 0 240 120" aria-hidden="true">
      {children}
    </svg>
  )
}

const times = <Item,>(count: number, make: (i: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, i) => make(i))

/** A path through places. */
const path = (places: readonly (readonly [number, number])[]): string =>
  `M${places.map((place) => place.map((value) => value.toFixed(1)).join(' ')).join('L')}`

/** Two spirals, and what parts them. */
export function Playground() {
  const arm = (turn: number, count: number) =>
    times(count, (i): readonly [number, number] => {
      const radius = 4 + (44 * i) / (count - 1)
      const angle = turn + (i / (count - 1)) * 2.9 * Math.PI
      return [120 + radius * 1.5 * Math.cos(angle), 60 + radius * Math.sin(angle)]
    })
  return (
    <Field>
      {(['orange', 'blue'] as const).map((colour, i) => (
        <g key={colour} class={colour}>
          {arm(i * Math.PI, 34).map(([x, y]) => (
            <circle key={x} cx={x} cy={y} r={2.8} />
          ))}
        </g>
      ))}
      <path class="line grows" pathLength={1} d={path(arm(Math.PI / 2, 80))} />
      <path class="line grows" pathLength={1} d={path(arm(-Math.PI / 2, 80))} />
    </Field>
  )
}

/** Three ways down into a valley. */
export function Race() {
  const trail = (from: readonly [number, number], speed: number, swing: number, turns: number) =>
    path(
      times(60, (i): readonly [number, number] => {
        const left = Math.exp(-speed * (i / 59))
        const across = swing * left * Math.sin(turns * (i / 59) * 2 * Math.PI)
        return [150 + (from[0] - 150) * left, 66 + (from[1] - 66) * left + across]
      }),
    )
  return (
    <Field>
      {times(7, (i) => (
        <ellipse
          key={i}
          class="line"
          cx={150 - 3 * i}
          cy={66}
          rx={14 + 22 * i}
          ry={5 + 10 * i}
          transform="rotate(-12 150 66)"
          opacity={0.9 - 0.1 * i}
        />
      ))}
      <path class="line orange grows" pathLength={1} d={trail([22, 22], 1.9, 14, 7)} />
      <path class="line green grows" pathLength={1} d={trail([22, 22], 5, -30, 1)} />
      <path class="line blue grows" pathLength={1} d={trail([22, 22], 6, 0, 0)} />
      <circle class="blue" cx={150} cy={66} r={4} />
    </Field>
  )
}

/** A window that slides over a picture, and the map that it makes. */
export function Convolution() {
  const ink = (x: number, y: number): number => Math.exp(-(((Math.hypot(x - 3.5, y - 3.5) - 2.4) / 0.8) ** 2))
  return (
    <Field>
      {times(64, (i) => (
        <rect
          key={i}
          class="blue"
          x={26 + 11 * (i % 8)}
          y={16 + 11 * Math.floor(i / 8)}
          {...{ width: 10, height: 10 }}
          opacity={0.1 + 0.9 * ink(i % 8, Math.floor(i / 8))}
        />
      ))}
      <path class="line" d="M126 60h26m-6-5 6 5-6 5" />
      {times(36, (i) => {
        const [x, y] = [i % 6, Math.floor(i / 6)]
        const edge = ink(x + 2, y + 1) - ink(x, y + 1)
        return (
          <rect
            key={i}
            class={edge < 0 ? 'orange' : 'blue'}
            x={164 + 11 * x - 4}
            y={27 + 11 * y}
            {...{ width: 10, height: 10 }}
            opacity={0.08 + 0.92 * Math.min(1, Math.abs(edge) * 1.2)}
          />
        )
      })}
      <rect class="frame travels" x={25} y={37} width={34} height={34} rx={2} />
    </Field>
  )
}

/** A drawn digit, and what it is read as. */
export function Digits() {
  const sure = [0.06, 0.04, 0.12, 0.95, 0.03, 0.2, 0.02, 0.05, 0.14, 0.08]
  return (
    <Field>
      <rect x={30} y={16} width={88} height={88} rx={6} fill="#10141a" />
      <path
        class="grows"
        pathLength={1}
        d="M54 34c14-12 42-8 36 8-3 9-14 12-20 13 10 0 26 4 24 19-2 18-32 20-44 8"
        {...{ fill: 'none', stroke: '#fff', 'stroke-width': 8, 'stroke-linecap': 'round' }}
      />
      {sure.map((share, i) => (
        <g key={share}>
          <rect class="track" x={142} y={17 + 9 * i} width={72} height={5} rx={2.5} />
          <rect class={i === 3 ? 'blue' : 'orange'} x={142} y={17 + 9 * i} width={72 * share} height={5} rx={2.5} />
        </g>
      ))}
    </Field>
  )
}

/** A graph of layers with a branch. */
export function Network() {
  const boxes = [
    [28, 60],
    [74, 60],
    [120, 32],
    [120, 88],
    [166, 60],
    [212, 60],
  ] as const
  const links = [
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [3, 4],
    [4, 5],
  ] as const
  return (
    <Field>
      {links.map(([from, to]) => {
        const [[a, b], [c, d]] = [boxes[from], boxes[to]]
        return (
          <path key={`${from} ${to}`} class="line" d={`M${a + 15} ${b}C${a + 32} ${b} ${c - 32} ${d} ${c - 15} ${d}`} />
        )
      })}
      {boxes.map(([x, y], i) => (
        <g key={`${x} ${y}`}>
          <rect class="box" x={x - 15} y={y - 19} width={30} height={38} rx={5} />
          {times(3, (k) => (
            <rect
              key={k}
              class={['blue', 'orange', 'green'][(i + k) % 3]}
              x={x - 9}
              y={y - 12 + 9 * k}
              width={6 + ((i * 5 + k * 7) % 13)}
              height={5}
              rx={1.5}
            />
          ))}
        </g>
      ))}
    </Field>
  )
}

/** Clouds of points that belong together. */
export function Embeddings() {
  const clouds = [
    ['blue', 62, 46, 26, 20],
    ['orange', 158, 40, 30, 18],
    ['green', 112, 88, 34, 15],
  ] as const
  return (
    <Field>
      {clouds.map(([colour, x, y, width, height], cloud) => (
        <g key={colour} class={colour} opacity={0.85}>
          {times(42, (i) => {
            // Like seeds of a sunflower: even, and in no rows.
            const [radius, angle] = [Math.sqrt((i + 0.5) / 42), i * 2.39996 + cloud]
            const place = { cx: x + width * 1.3 * radius * Math.cos(angle), cy: y + height * radius * Math.sin(angle) }
            return <circle key={i} {...place} r={i % 5 === 0 ? 3.4 : 2.2} />
          })}
        </g>
      ))}
    </Field>
  )
}

/** Three families: a chain with a shortcut, a U, and a cell that remembers. */
export function Zoo() {
  return (
    <Field>
      <path class="line" d="M44 12v96M44 20c-30 0-30 72 0 72" />
      {times(3, (i) => (
        <rect key={i} class={i === 1 ? 'orange' : 'blue'} x={30} y={30 + 21 * i} width={28} height={14} rx={4} />
      ))}
      {times(4, (i) => (
        <g key={i}>
          <rect class="blue" x={88 + 7 * i} y={22 + 22 * i} width={5} height={16} rx={1.5} />
          <rect class="green" x={148 - 7 * i} y={22 + 22 * i} width={5} height={16} rx={1.5} />
          <path class="line" d={`M${97 + 7 * i} ${30 + 22 * i}H${144 - 7 * i}`} stroke-dasharray="3 3" />
        </g>
      ))}
      <rect class="box" x={176} y={38} width={48} height={48} rx={8} />
      <path class="line" d="M200 38c0-26 40-20 34 8s-4 36-10 40m-58-24h10m48 0h10" />
      <circle class="orange" cx={190} cy={62} r={6} />
      <circle class="green" cx={210} cy={62} r={6} />
    </Field>
  )
}

/** Losses of several trainings. */
export function Runs() {
  const curve = (fall: number, end: number, phase: number) =>
    path(
      times(90, (i): readonly [number, number] => {
        const t = i / 89
        const tremble = 3.4 * (1 - t) * Math.sin(i * 1.7 + phase) * Math.cos(i * 0.6 + phase)
        return [34 + 186 * t, 100 - 82 * (end + (1 - end) * Math.exp(-fall * t)) + tremble]
      }),
    )
  return (
    <Field>
      <path class="line" d="M34 12v90h190" />
      <path class="line orange grows" pathLength={1} d={curve(3, 0.42, 1)} />
      <path class="line green grows" pathLength={1} d={curve(5, 0.22, 4)} />
      <path class="line blue grows" pathLength={1} d={curve(8, 0.06, 2)} />
    </Field>
  )
}
