import type { OptionDeclarations, PublishedFigure } from '../recipes/index.js'
import type { RunEnvironment, RunStatus } from '../train/store/run-info.js'

// What the server and the pages say to each other. The pages know it by type alone.

/** How a run stands: as it says itself; `starting` and `lost` (its process is gone without a word) are what the server sees. */
export type RunState = RunStatus | 'starting' | 'lost'

/** A run in the list. */
export interface RunEntry {
  /** The name of its folder, which never changes. */
  readonly id: string
  /** What ran: a recipe, or a script. */
  readonly name: string
  readonly title?: string
  /** What somebody has called it, and written about it. */
  readonly label?: string
  readonly note?: string
  readonly state: RunState
  readonly reason?: string
  readonly started: string
  readonly updated: string
  readonly seconds?: number
  readonly resumed: number
  readonly seed?: number
  readonly options: Readonly<Record<string, unknown>>
  readonly environment?: RunEnvironment
  /** What came out, or what the last epoch has measured. */
  readonly results: Readonly<Record<string, number>>
  /** How far it is, in epochs. */
  readonly epoch?: number
  readonly epochs?: number
}

/** A file of a run that may be had. */
export interface RunFile {
  readonly path: string
  readonly bytes: number
  /** When it was written, in milliseconds since 1970. */
  readonly time: number
}

/** All about one run but its metrics. */
export interface RunDetails extends RunEntry {
  readonly literature: Readonly<Record<string, PublishedFigure>>
  readonly data: Readonly<Record<string, unknown>>
  /** Folders of trainings that are parts of it, with metrics of their own. */
  readonly parts: readonly string[]
  readonly files: readonly RunFile[]
  /** The end of what it printed, if the studio started it. */
  readonly output?: string
  readonly canStop: boolean
  readonly canResume: boolean
}

export interface RunList {
  /** Where they lie. */
  readonly folder: string
  readonly runs: readonly RunEntry[]
}

export interface RecipeEntry {
  readonly name: string
  readonly title: string
  readonly source: string
  readonly literature: Readonly<Record<string, PublishedFigure>>
  readonly options: OptionDeclarations
}

/** What a run is to be started with: texts, as somebody typed them; what is left out has its default. */
export interface Start {
  readonly recipe: string
  readonly options: Readonly<Record<string, string>>
  readonly seed?: string
}

/** What is wrong with a start, by option. */
export type StartErrors = Readonly<Record<string, string>>

/** Whatever was refused, and why. */
export interface Refusal {
  readonly error: string
}

/** Up to where a file has been read: which file, and how many bytes of it. '' before the beginning. */
export type Cursor = string

/** What the page says through the socket. */
export type PageMessage =
  /** The runs whose metrics are wanted, with those of their parts (`id/part`), each behind a cursor; it replaces what was said before. */
  { readonly type: 'follow'; readonly runs: Readonly<Record<string, Cursor>> }

/** What the server says through the socket. */
export type ServerMessage =
  /** Runs that are new or have changed, and those that are gone; at first all. */
  | { readonly type: 'runs'; readonly changed: readonly RunEntry[]; readonly gone: readonly string[] }
  /** Lines of metrics behind the last cursor; with `anew` they are the first ones, and those before count no more. */
  | {
      readonly type: 'lines'
      readonly id: string
      readonly cursor: Cursor
      readonly anew: boolean
      readonly text: string
    }
