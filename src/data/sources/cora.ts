import { type DataSource, loadPublished, type SourceOptions } from '../files/published.js'
import { damaged } from '../formats/damage.js'
import { type NpyArray, readNpz } from '../formats/npy.js'

/** A graph of papers that cite each other. */
export interface Cora {
  readonly nodes: number
  readonly featureCount: number
  /** `[nodes, featureCount]`, 1 where the paper has the word. */
  readonly features: Float32Array
  /** `[edges, 2]`: each undirected edge once, the smaller node first. */
  readonly edges: Int32Array
  /** The class of each node. */
  readonly labels: Int32Array
  readonly classes: readonly string[]
  /** The nodes whose labels are known. */
  readonly train: Int32Array
  readonly validation: Int32Array
  readonly test: Int32Array
  readonly source: DataSource
}

const classes = [
  ...['theory', 'reinforcement learning', 'genetic algorithms', 'neural networks', 'probabilistic methods'],
  ...['case based', 'rule learning'],
]

/**
 * Cora: 2,708 papers in 7 classes with 1,433 words each, 5,278 citations, and the split of Planetoid: 140 labels to learn from, 500
 * to validate, 1,000 to test on. Licence: none stated.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Sen et al., "Collective classification in network data", 2008; Yang, Cohen, Salakhutdinov, "Revisiting semi-supervised
 * learning with graph embeddings", 2016.
 *
 * ```ts
 * const { features, edges, labels, train } = await cora()
 * ```
 */
export async function cora(options: SourceOptions = {}): Promise<Cora> {
  const set = {
    ...{ name: 'Cora', folder: 'cora', licence: 'none stated' },
    paper: 'Sen et al., "Collective classification in network data", 2008',
    origin: 'The graph is in github.com/tkipf/gcn as Python objects; save it as plain arrays.',
  }
  const file = { name: 'cora.npz', sha256: ['5dd5eb4a987d7a6c237d9fd88a978ad4f70253d364f9c1281261fc9a0b489d9b'] }
  const { files, source } = await loadPublished(set, { file }, options)
  const { name, bytes } = files.file
  const arrays = await readNpz(bytes, name)
  const get = (key: string): NpyArray => arrays.get(key) ?? damaged(name, `the array ${key} is missing`)
  const [nodes, featureCount] = [get('labels').data.length, Number(get('num_features').data[0])]
  /** Numbers below a bound. */
  const indices = (key: string, bound: number): Int32Array => {
    const values = Int32Array.from(get(key).data)
    if (values.some((value) => !(value >= 0 && value < bound)))
      damaged(name, `${key} holds a number outside 0 … ${bound - 1}`)
    return values
  }
  const rows = indices('feat_indptr', get('feat_indices').data.length + 1)
  const words = indices('feat_indices', featureCount)
  if (rows.length !== nodes + 1) damaged(name, `there are ${rows.length - 1} rows of features for ${nodes} nodes`)
  const features = new Float32Array(nodes * featureCount)
  for (let node = 0; node < nodes; node++) {
    for (let i = rows[node]!; i < rows[node + 1]!; i++) features[node * featureCount + words[i]!] = 1
  }
  return {
    ...{
      nodes,
      featureCount,
      features,
      edges: indices('edges', nodes),
      labels: indices('labels', classes.length),
      classes,
    },
    ...{
      train: indices('train_idx', nodes),
      validation: indices('val_idx', nodes),
      test: indices('test_idx', nodes),
      source,
    },
  }
}
