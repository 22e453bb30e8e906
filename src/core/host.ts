/** The program that runs this, and its version: Bun and Deno call themselves Node, too. */
export function hostOf(versions: Readonly<Record<string, string | undefined>>): { name: string; version: string } {
  const name = ['bun', 'deno'].find((each) => versions[each] !== undefined) ?? 'node'
  return { name, version: `v${versions[name]}` }
}
