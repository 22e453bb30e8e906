import type { Surroundings, TextStream } from '../../src/cli/surroundings.js'

/** A stream that keeps what is written to it. */
export class CapturedStream implements TextStream {
  text = ''

  constructor(
    readonly isTTY = false,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    this.text += text
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}

/** Surroundings of which a test sees everything and sets the clock. */
export class TestSurroundings implements Surroundings {
  readonly stdout: CapturedStream
  readonly stderr: CapturedStream
  environment: Record<string, string | undefined> = {}
  milliseconds = 0
  listening = 0
  #interrupt: () => void = () => {}

  constructor({ isTTY = false, columns = 80 } = {}) {
    this.stdout = new CapturedStream(isTTY, columns)
    this.stderr = new CapturedStream(isTTY, columns)
  }

  readonly now = (): number => this.milliseconds

  readonly onInterrupt = (handle: () => void): (() => void) => {
    this.#interrupt = handle
    this.listening++
    return () => {
      this.listening--
    }
  }

  /** As if the user pressed Ctrl-C. */
  pressControlC(): void {
    this.#interrupt()
  }
}
