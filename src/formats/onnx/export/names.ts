/** Names that are given once. */
export class Names {
  readonly #taken = new Set<string>()

  /** The name itself if nobody has it, else with a number. */
  fresh(wanted: string): string {
    let name = wanted
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}_${i}`
    this.#taken.add(name)
    return name
  }
}
