let cuts = 0

/** Counts a group that had no code and was cut into its members. */
export const noteCut = (): void => {
  cuts++
}

/**
 * How many groups have been cut since this was last asked. The programs run all the same, but each is a mistake of the
 * fusion: every test fails that sees one (tests/setup.ts).
 */
export function takeCuts(): number {
  const taken = cuts
  cuts = 0
  return taken
}
