import { logLoss } from 'shapewise/metrics'

/** How probable each case is, and whether it is one (1) or not (0). */
export interface Judgements {
  readonly probabilities: readonly number[]
  readonly truth: readonly number[]
}

/** Which part of the ill is found, which part of the healthy is left in peace, and what errors cost per case. */
export interface Rates {
  readonly sensitivity: number
  readonly specificity: number
  readonly cost: number
}

/**
 * What comes of saying yes from a probability on.
 *
 * @param missCost what a case that is missed costs, where a false alarm costs 1
 */
export function ratesAt({ probabilities, truth }: Judgements, threshold: number, missCost: number): Rates {
  let [found, ill, spared] = [0, 0, 0]
  probabilities.forEach((probability, i) => {
    const isYes = probability >= threshold
    ill += truth[i]!
    if (truth[i] === 1) found += Number(isYes)
    else spared += Number(!isYes)
  })
  const healthy = truth.length - ill
  const cost = (missCost * (ill - found) + (healthy - spared)) / truth.length
  return { sensitivity: found / ill, specificity: spared / healthy, cost }
}

/**
 * The probability from which on it is cheaper to say yes, if probabilities are what they claim to be: 1 / (1 + missCost). (Elkan, "The foundations of
 * cost-sensitive learning", 2001.)
 */
export const cheapest = (missCost: number): number => 1 / (1 + missCost)

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit))

/**
 * The number by which logits are divided so that the probabilities of cases kept aside have the least cross entropy. (Guo, Pleiss, Sun, Weinberger,
 * "On calibration of modern neural networks", 2017.)
 *
 * @param logits of yes, in favour of which sigmoid(logit) is the probability
 */
export function temperature(logits: readonly number[], truth: readonly number[]): number {
  const loss = (logTemperature: number): number =>
    logLoss(
      logits.map((logit) => sigmoid(logit / Math.exp(logTemperature))),
      [...truth],
    )
  // The loss has one valley: each step cuts a third off the side that rises.
  let [low, high] = [Math.log(0.05), Math.log(20)]
  for (let step = 0; step < 40; step++) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3]
    if (loss(left) < loss(right)) high = right
    else low = left
  }
  return Math.exp((low + high) / 2)
}
