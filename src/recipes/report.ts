/** How far a training is: what the live line shows. */
export interface Progress {
  /** What is done, in recipes that do more than one thing. */
  readonly stage?: string
  /** Counted from 1; without it, the progress is that of a single pass through data. */
  readonly epoch?: number
  readonly epochs?: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  readonly batches: number
  /** Examples of this epoch that are done. */
  readonly examples: number
  /** Running averages of this epoch, such as the loss and the accuracy. */
  readonly metrics: Metrics
}

/** What one epoch came to: a line in the run's log. */
export interface EpochSummary {
  readonly stage?: string
  readonly epoch: number
  readonly epochs: number
  readonly metrics: Metrics
}

/** Numbers by name, in camelCase. */
export type Metrics = Readonly<Record<string, number>>

/** Text in a table; `tone` is how it stands out. */
export interface Cell {
  readonly text: string
  readonly tone: 'plain' | 'good' | 'bad' | 'faint'
}

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | Cell)[])[]
}

/** `width` × `height` values, row after row, or as many triples of red, green and blue. */
export interface Picture {
  readonly caption: string
  readonly width: number
  readonly height: number
  /** 3 for colours, each from 0 to 1; else 1, and the scale says what its values mean. */
  readonly channels?: 1 | 3
  readonly values: ArrayLike<number>
}

export interface Pictures {
  readonly title: string
  /** `ink`: from 0 (paper) to 1 (ink). `signed`: any numbers, of which negative, zero and positive ones are told apart. */
  readonly scale: 'ink' | 'signed'
  readonly pictures: readonly Picture[]
}

/** Which data a run learns from. */
export interface DataSource {
  /** A word or two, such as `MNIST`. */
  readonly name: string
  /** A sentence for people. */
  readonly description: string
  /** Whether these are the examples that the literature's numbers are about. */
  readonly genuine: boolean
}

/** Where a recipe tells what happens: a terminal, a page, a test. */
export interface Reporter {
  /** A line of text. */
  log(text: string): void
  /** Which data is used; stored with the run. */
  data(source: DataSource): void
  /** Moves the live line. Cheap enough for every batch. */
  progress(progress: Progress): void
  /** Ends an epoch: a line of text and one in the run's log. To be awaited, so that the user's interruptions are noticed. */
  epoch(summary: EpochSummary): Promise<void>
  /** Shows a table. */
  table(table: Table): void
  /** Shows pictures with their titles. */
  pictures(pictures: Pictures): void
}

/** A part of all as it is shown, such as 12.3 %. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
