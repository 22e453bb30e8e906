import type { Tensor } from '../tensor/tensor.js'

/** A pair of numbers: a place, or the two ends of an axis. */
export type Pair = readonly [number, number]

/** A function of two numbers to be minimised, with what a picture or a race over it needs to know. */
export interface Surface {
  /** In kebab-case. */
  readonly name: string
  /** What it is, in a few words. */
  readonly title: string
  /** Heights at places: x and y of one shape → heights of that shape. */
  height(x: Tensor, y: Tensor): Tensor
  /** The part that is worth looking at. */
  readonly x: Pair
  readonly y: Pair
  readonly start: Pair
  /** Its lowest places; several are equally low. */
  readonly minima: readonly Pair[]
}

/** How many times as steep the ravine is across as along. */
export const RAVINE_CONDITION = 200
const [ALONG, ACROSS] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]

/** ½ (u² + κ v²) with u, v turned by 30°, so that no coordinate is a principal axis. */
export const ravine: Surface = {
  name: 'ravine',
  title: 'a ravine',
  height(x, y) {
    const [u, v] = [x.mul(ALONG).add(y.mul(ACROSS)), y.mul(ALONG).sub(x.mul(ACROSS))]
    return u.square().add(v.square().mul(RAVINE_CONDITION)).div(2)
  },
  ...{ x: [-1.3, 0.5], y: [-1, 0.35], start: [-1.1, -0.45], minima: [[0, 0]] },
}

/** (1 − x)² + 100 (y − x²)². (Rosenbrock, "An automatic method for finding the greatest or least value of a function", 1960.) */
export const rosenbrock: Surface = {
  name: 'rosenbrock',
  title: 'Rosenbrock’s bent valley',
  height: (x, y) => x.neg().add(1).square().add(y.sub(x.square()).square().mul(100)),
  ...{ x: [-1.6, 1.6], y: [-0.6, 1.8], start: [-1.2, 1], minima: [[1, 1]] },
}

/** Σₖ (cₖ − x (1 − yᵏ))² with c = 1.5, 2.25, 2.625: flat with steep walls. (Beale, "On an iterative method for finding a local minimum", 1958.) */
export const beale: Surface = {
  name: 'beale',
  title: 'Beale’s plateau',
  height(x, y) {
    const part = (c: number, k: number) => x.mul(y.pow(k).neg().add(1)).neg().add(c).square()
    return part(1.5, 1).add(part(2.25, 2)).add(part(2.625, 3))
  },
  ...{ x: [-0.5, 4.5], y: [-1.5, 2.25], start: [1, 1.6], minima: [[3, 0.5]] },
}

/** x² − y² / 5 + y⁴ / 10, from beside the ridge: flat where it has to be left. */
export const saddle: Surface = {
  name: 'saddle',
  title: 'a saddle',
  height: (x, y) => x.square().sub(y.square().div(5)).add(y.pow(4).div(10)),
  ...{
    x: [-1.6, 1.6],
    y: [-1.2, 1.2],
    start: [-1.4, 0.001],
    minima: [
      [0, 1],
      [0, -1],
    ],
  },
}

/** 20 + x² + y² − 10 cos 2πx − 10 cos 2πy: a minimum beside every pair of whole numbers. (Rastrigin, Systems of extremal control, 1974.) */
export const rastrigin: Surface = {
  name: 'rastrigin',
  title: 'many minima',
  height(x, y) {
    const wave = (z: Tensor) =>
      z
        .square()
        .sub(
          z
            .mul(2 * Math.PI)
            .cos()
            .mul(10),
        )
        .add(10)
    return wave(x).add(wave(y))
  },
  ...{ x: [-4, 4], y: [-3, 3], start: [-3.3, 2.3], minima: [[0, 0]] },
}

/** Functions of two numbers on which optimizers are tried, each hard in a way of its own. */
export const surfaces: readonly Surface[] = [ravine, rosenbrock, beale, saddle, rastrigin]
