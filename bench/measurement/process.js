import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A contender at work: a process of its own that is asked on stdin and answers on stdout, one JSON object a line. */
export class ContenderProcess {
  #child
  #lines
  #errors = ''
  #failure

  /** @param unset environment variables that it does not get to see */
  constructor({ command, args, unset = [] }) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unset.includes(name)))
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env })
    this.#child.on('error', (error) => {
      this.#failure = { error: error.message, absent: error.code === 'ENOENT' }
    })
    // Writing to a process that has gone shows in its missing answer.
    this.#child.stdin.on('error', () => {})
    this.#child.stderr.on('data', (text) => {
      this.#errors = `${this.#errors}${text}`.slice(-4000)
    })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** The next answer, or `{ error }`; a process that takes too long is ended. */
  async answer(milliseconds) {
    let timer
    const timeout = new Promise((resolve) => {
      timer = setTimeout(
        () => resolve({ error: `no answer within ${milliseconds / 1000} s`, tooSlow: true }),
        milliseconds,
      )
    })
    const answer = await Promise.race([this.#next(), timeout])
    clearTimeout(timer)
    if (answer.tooSlow) this.#child.kill('SIGKILL')
    return answer
  }

  ask(request, milliseconds) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    return this.answer(milliseconds)
  }

  async #next() {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) {
        const lastLine = this.#errors.trim().split('\n').at(-1)
        return this.#failure ?? { error: lastLine || 'the process has ended' }
      }
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }

  /** Resident memory now and at its highest in bytes, where the system tells (Linux). */
  memory() {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
      const field = (name) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
      return { now: field('VmRSS'), peak: field('VmHWM') }
    } catch {
      return undefined
    }
  }

  /** Lets the process end by itself, or ends it. */
  stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve()
    const ended = new Promise((resolve) => this.#child.once('close', resolve))
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000)
    this.#child.stdin.end()
    return ended.then(() => clearTimeout(timer))
  }
}
