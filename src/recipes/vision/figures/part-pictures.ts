import { type Tensor, tensor } from 'shapewise'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import type { Picture } from '../../report.js'
import { PLACES } from './heat-maps.js'
import type { Context, Judged, PartModel } from './part-model.js'
import { bones, CELL, type Figures, joints, SIDE } from './stick-figures.js'

const ZOOM = 3
const SHOWN = 4
const RIGHT = [0, 0.62, 0.45]
const WRONG = [0.9, 0.1, 0.1]
/** What is left of each colour where heat is greatest. */
const HEAT = [0.15, 0.5, 1]

/** How often each joint is found. */
export function showJoints(context: Context, alone: readonly number[], together: readonly number[]): Promise<void> {
  const x = joints.map((_, i) => i)
  return figure(context, '1-joints-found', {
    title: 'The ends of limbs, which look all alike, gain most from the others',
    x: { names: joints.map((name) => name.replace('left', 'l.').replace('right', 'r.')) },
    y: { label: 'joints found, %', from: 0, to: 100 },
    series: [
      { name: 'network alone', kind: 'bars', x, y: alone.map((share) => 100 * share) },
      { name: 'with the spatial model', kind: 'bars', x, y: together.map((share) => 100 * share) },
    ],
  })
}

const right = (found: readonly boolean[]): number => found.filter(Boolean).length

/** Test figures of which the model repairs most, and of which it spoils something, if there is one. */
function telling(without: Judged, together: Judged): number[] {
  const gain = (i: number) => right(together.found[i]!) - right(without.found[i]!)
  const order = without.found.map((_, i) => i).sort((a, b) => gain(b) - gain(a))
  return [...order.slice(0, SHOWN - 1), order.at(-1)!]
}

/** Figures as they are found without the model, above, and with it, below. */
export async function showFigures(context: Context, test: Figures, without: Judged, together: Judged): Promise<void> {
  const shown = telling(without, together)
  const drawn = (name: string, { poses, found }: Judged) =>
    shown.map((i) => {
      const caption = `${name}: ${right(found[i]!)} of ${joints.length}`
      return skeleton(caption, test.example(i).inputs, poses[i]!, found[i]!)
    })
  await gallery(context, '2-figures-as-they-are-found', {
    title: 'Alone (above) and with the spatial model (below; last, its worst): green is right, red wrong',
    ...{ scale: 'ink', columns: SHOWN },
    pictures: [...drawn('alone', without), ...drawn('with model', together)],
  })
}

/** For one joint that is repaired: where the network sees it, what others say, and what comes of it, as blue heat on the picture. */
export async function showReasons(
  context: Context,
  test: Figures,
  model: PartModel,
  without: Judged,
  together: Judged,
): Promise<void> {
  model.eval()
  const [example] = telling(without, together)
  const joint = Math.max(
    0,
    joints.findIndex((_, k) => together.found[example!]![k] && !without.found[example!]![k]),
  )
  const { inputs } = test.example(example!)
  const logits = model.detector.forward(tensor(inputs, [1, SIDE, SIDE, 1]))
  const [seen, believed] = [placesOf(logits), placesOf(model.spatial.forward(logits))]
  const said = (await model.spatial.messages(seen).data()) as Float32Array
  const [first, last] = [await seen.data(), await believed.data()]
  const neighbours = bones.flatMap(([a, b]): number[] => (a === joint ? [b] : b === joint ? [a] : []))
  const speakers = [...new Set([...neighbours, 1, 2, 0])].filter((v) => v !== joint).slice(0, 3)
  const name = joints[joint]!
  await gallery(context, '3-what-others-say', {
    title: `Where is the ${name}? What the network sees, what other joints say, all together`,
    ...{ scale: 'ink', columns: 3 },
    pictures: [
      heated('the picture', inputs, () => 0),
      heated(`what the network sees as ${name}`, inputs, (place) => first[place * joints.length + joint]!),
      ...speakers.map((v) =>
        heated(`where the ${joints[v]} says it is`, inputs, (place) => {
          return said[(place * joints.length + v) * joints.length + joint]!
        }),
      ),
      heated('all together', inputs, (place) => last[place * joints.length + joint]!),
    ],
  })
}

/** Probabilities of places, of the same shape as the logits of one picture. */
const placesOf = (logits: Tensor): Tensor =>
  logits
    .reshape([PLACES ** 2, joints.length])
    .softmax(0)
    .reshape(logits.shape) as Tensor

/** A picture on which places are the bluer the larger the value is, compared with the largest. */
function heated(caption: string, inputs: Float32Array, at: (place: number) => number): Picture {
  const picture = enlarged(caption, inputs)
  const heat = Array.from({ length: PLACES ** 2 }, (_, place) => at(place))
  const most = Math.max(...heat) || 1
  for (let pixel = 0; pixel < picture.width * picture.height; pixel++) {
    const [column, row] = [pixel % picture.width, Math.floor(pixel / picture.width)].map((one) =>
      Math.floor(one / (CELL * ZOOM)),
    )
    const share = heat[row! * PLACES + column!]! / most
    for (const [channel, part] of HEAT.entries()) picture.values[3 * pixel + channel]! *= 1 - share * (1 - part)
  }
  return picture
}

/** A picture in grey on white, several times as large. */
function enlarged(caption: string, inputs: Float32Array): Picture & { readonly values: Float32Array } {
  const side = SIDE * ZOOM
  const values = Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    const [x, y] = [Math.floor((pixel % side) / ZOOM), Math.floor(pixel / side / ZOOM)]
    return 1 - 0.55 * Math.min(1, Math.max(0, inputs[y * SIDE + x]!))
  })
  return { caption, width: side, height: side, channels: 3, values }
}

/** A picture with the figure that is found in it: green between joints that are found, else red. */
function skeleton(caption: string, inputs: Float32Array, pose: Float32Array, found: readonly boolean[]): Picture {
  const picture = enlarged(caption, inputs)
  const dot = (x: number, y: number, radius: number, color: readonly number[]): void => {
    for (let row = Math.ceil(y - radius); row <= y + radius; row++) {
      for (let column = Math.ceil(x - radius); column <= x + radius; column++) {
        const isInside = row >= 0 && row < picture.height && column >= 0 && column < picture.width
        if (isInside && Math.hypot(row - y, column - x) <= radius)
          picture.values.set(color, 3 * (row * picture.width + column))
      }
    }
  }
  const at = (joint: number) => [pose[2 * joint]! * ZOOM, pose[2 * joint + 1]! * ZOOM] as const
  for (const [a, b] of [[0, 1] as const, ...bones]) {
    const [[x0, y0], [x1, y1]] = [at(a), at(b)]
    for (let part = 0; part <= 1; part += 1 / 128) {
      dot(x0 + part * (x1 - x0), y0 + part * (y1 - y0), 1.2, found[a] && found[b] ? RIGHT : WRONG)
    }
  }
  found.forEach((isFound, joint) => void dot(...at(joint), 4, isFound ? RIGHT : WRONG))
  return picture
}
