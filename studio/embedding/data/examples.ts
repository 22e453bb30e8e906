import { RandomStream } from 'shapewise/data'
import { type Collection, type Colouring, classesOf } from './collection'

/** Vectors made to be looked at: what is known of them shows what a picture tells and what it makes up. */
export const examples = { roll, rings, clusters, chance } as const

export type ExampleName = keyof typeof examples

/** Fills vectors row by row. */
function made(
  note: string,
  count: number,
  width: number,
  fill: (random: RandomStream, i: number) => readonly number[],
  colouring: Colouring,
): Collection {
  const data = new Float32Array(count * width)
  for (let i = 0; i < count; i++) data.set(fill(new RandomStream(1, i), i), i * width)
  return { note, count, width, colourings: [colouring], vectors: { count, width, data } }
}

function roll(count: number): Collection {
  const along = Float32Array.from({ length: count }, (_, i) => i / Math.max(1, count - 1))
  return made(
    'A sheet that is rolled up, coloured along it. Principal components look at it from the side; t-SNE and UMAP try to unroll it.',
    count,
    3,
    (random, i) => {
      const angle = 1.5 * Math.PI * (1 + 2 * along[i]!)
      return [angle * Math.cos(angle), random.uniform(0, 21), angle * Math.sin(angle)]
    },
    { kind: 'values', name: 'place along the sheet', of: along },
  )
}

function rings(count: number): Collection {
  return made(
    'Two rings, each through the other. In a plane they must cross, or one is broken; in space they need not.',
    count,
    3,
    (random, i) => {
      const angle = random.uniform(0, 2 * Math.PI)
      const [x, y, z] = [Math.cos(angle), Math.sin(angle), random.normal(0, 0.03)]
      return i % 2 === 0 ? [x, y, z] : [1 + x, z, y]
    },
    classesOf(
      'ring',
      Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 'first' : 'second')),
    ),
  )
}

function clusters(count: number): Collection {
  const spreads = [0.2, 0.5, 1, 2, 4]
  const centres = spreads.map((_, k) => {
    const random = new RandomStream(2, k)
    return Array.from({ length: 50 }, () => random.normal(0, 3))
  })
  return made(
    'Five clouds, the widest twenty times as wide as the narrowest. t-SNE and UMAP draw all of them about equally large: widths in such a picture say little.',
    count,
    50,
    (random, i) => centres[i % 5]!.map((centre) => centre + random.normal(0, spreads[i % 5])),
    classesOf(
      'standard deviation',
      Array.from({ length: count }, (_, i) => String(spreads[i % 5])),
    ),
  )
}

function chance(count: number): Collection {
  return made(
    'There are no clusters here. Small perplexities draw some all the same: what is seen at one setting only should not be believed.',
    count,
    100,
    (random) => Array.from({ length: 100 }, () => random.normal()),
    {
      kind: 'values',
      name: 'the order in which they were drawn',
      of: Float32Array.from({ length: count }, (_, i) => i),
    },
  )
}
