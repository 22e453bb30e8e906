/** Pixels along each side of a picture. */
export const SIDE = 28
export const PIXELS = SIDE * SIDE
/** Where the browser keeps the weights that LeNet-5 has learned here; of another version of the training they have another name. */
export const KEPT_READER = 'digits-reader-1'

/** What a layer makes of a picture. */
export interface Seen {
  /** As the figure of the paper calls it. */
  readonly name: string
  readonly title: string
  readonly width: number
  readonly height: number
  readonly maps: number
  /** One map after the other. */
  readonly values: Float32Array
  /** How much each map speaks for the answer: value times derivative, summed. */
  readonly evidence: Float32Array
}

/** What the network makes of a picture. */
export interface Reading {
  readonly probabilities: Float32Array
  /** How much each pixel speaks for the answer. */
  readonly evidence: Float32Array
  readonly stages: readonly Seen[]
  /** How much each answer's own logit speaks for the answer that is given. */
  readonly answers: Float32Array
  /** From the input to the first stage, from stage to stage, and to the answers; none where nobody follows them. */
  readonly links: readonly Links[]
}

/** How much of the evidence goes through each pair of maps of two layers that follow each other. */
export interface Links {
  /** Of the first of the two. */
  readonly maps: number
  /** [maps of the second, maps of the first]. */
  readonly values: Float32Array
}
