import { compile, Parameter, random, stack, type Tensor, vmap } from 'shapewise'
import { type augment, batches, type DigitDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { cosineDecay, sgd } from 'shapewise/optim'

const BATCH = 100
const TEST_BATCH = 1000

/** How networks of one kind are made and trained. */
export interface Training {
  readonly network: () => nn.Layer
  readonly augment?: augment.Augmentation
  readonly labelSmoothing?: number
  /** Of each parameter, added to the loss. */
  readonly penalty?: (weights: Tensor) => Tensor
}

/** One accuracy for each of the networks. */
export type Accuracies = readonly number[]

export interface Measured {
  /** Passes through the training digits so far. */
  readonly pass: number
  /** On the digits that each network has learned from. */
  readonly seen: Accuracies
  /** On each set of others. */
  readonly unseen: readonly Accuracies[]
}

/**
 * Trains networks of one kind in the same steps, each on digits of its own, as many for each: their parameters lie behind one another, and vmap
 * makes one program of all. They are measured after 1, 2, 4, 8 … passes, and at the end.
 */
export async function trainSideBySide(
  samples: readonly DigitDataset[],
  { network, augment, labelSmoothing, penalty }: Training,
  options: {
    readonly passes: number
    readonly others: readonly DigitDataset[]
    readonly onPass: (pass: number) => void
  },
): Promise<Measured[]> {
  const { passes, others, onPass } = options
  const [model, ...twins] = samples.map(network) as [nn.Layer, ...nn.Layer[]]
  const firsts = [model, ...twins].map((each) => nn.parametersOf(each))
  const parameters = Object.keys(firsts[0]!).map((path) => new Parameter(stack(firsts.map((one) => one[path]!)), path))
  const weights = () => Object.fromEntries(parameters.map(({ name, value }) => [name, value as Tensor]))
  const wholes = samples.map((sample) =>
    sample.gather(Uint32Array.from({ length: sample.length }, (_, i) => i)).tensors(),
  )
  const [inputs, labels] = [stack(wholes.map((one) => one.inputs)), stack(wholes.map((one) => one.labels))] as const
  const count = samples[0]!.length
  const perPass = Math.ceil(count / BATCH)
  const learningRate = cosineDecay(0.05, { steps: passes * perPass })
  const optimizer = sgd(parameters, { learningRate, momentum: 0.9, nesterov: true })

  const lossOf = (own: nn.ValuesByPath, x: Tensor, y: Tensor): Tensor => {
    const changed = augment?.(x, y) ?? { inputs: x, targets: y }
    const loss = nn.crossEntropy(nn.functionalCall(model, own, changed.inputs), changed.targets, { labelSmoothing })
    return Object.values(own).reduce((sum, each) => (penalty ? sum.add(penalty(each)) : sum), loss as Tensor)
  }
  const learn = compile((chosen: Tensor) => {
    const losses = vmap(lossOf)(weights(), inputs.take(chosen, 1), labels.take(chosen, 1))
    optimizer.minimize(losses.sum())
  })
  const right = (own: nn.ValuesByPath, x: Tensor, y: Tensor) =>
    nn.functionalCall(model, own, x).argMax(-1).equal(y).cast('float32').sum()
  const ofOwn = compile(() => vmap(right)(weights(), inputs as Tensor, labels as Tensor))
  const ofAll = compile((x: Tensor, y: Tensor) => vmap(right, { inAxes: [0, null, null] })(weights(), x, y))
  const measure = async (pass: number): Promise<Measured> => {
    model.eval()
    const seen = Array.from(await ofOwn().data(), (sum) => sum / count)
    const unseen: number[][] = []
    for (const other of others) {
      let sums = samples.map(() => 0)
      for (const batch of batches(other, { batchSize: TEST_BATCH })) {
        const { inputs, labels } = batch.tensors()
        const some = await ofAll(inputs, labels).data()
        sums = sums.map((sum, i) => sum + some[i]!)
      }
      unseen.push(sums.map((sum) => sum / other.length))
    }
    model.train()
    return { pass, seen, unseen }
  }

  const measured: Measured[] = []
  model.train()
  for (let pass = 1; pass <= passes; pass++) {
    const order = random.permutation(count)
    for (let from = 0; from < count; from += BATCH) learn(order.slice([from, Math.min(from + BATCH, count)]))
    if (pass === passes || Number.isInteger(Math.log2(pass))) measured.push(await measure(pass))
    onPass(pass)
  }
  return measured
}
