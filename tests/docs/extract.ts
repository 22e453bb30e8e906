import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Code that stands in a docstring or a guide. */
export interface Snippet {
  /** From the top of the repository. */
  readonly file: string
  /** Where it begins, counted from 1. */
  readonly line: number
  readonly code: string
}

/** The texts after `@example`, and between fences, in the docstrings of a source file. */
export function examplesOf(file: string, text: string): Snippet[] {
  const snippets: Snippet[] = []
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment[0]
      .split('\n')
      .map((line) => line.replace(/^\s*(\/\*\*|\*\/|\* ?)/, '').replace(/\s*\*\/$/, ''))
    const above = text.slice(0, comment.index).split('\n').length
    const fences = fencesOf(file, `${lines.join('\n')}\n`)
    snippets.push(...fences.map((snippet) => ({ ...snippet, line: snippet.line + above - 1 })))
    lines.forEach((line, i) => {
      const start = /^@example ?(.*)$/.exec(line.trim())
      if (start === null) return
      const rest = lines.slice(i + 1)
      const end = rest.findIndex((each) => each.trim().startsWith('@'))
      const body = [start[1], ...(end < 0 ? rest : rest.slice(0, end))]
      snippets.push({ file, line: above + i, code: body.join('\n').trim() })
    })
  }
  return snippets
}

/** The TypeScript between the fences of a Markdown file. */
export function fencesOf(file: string, text: string): Snippet[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    code: match[1].trim(),
  }))
}

/**
 * The TypeScript of a guide as one program, since its readers go on from what stands above: each fence sees the names of those before
 * it, and may use them anew. Lines stay where they are.
 */
export function programOf(file: string, text: string): Snippet[] {
  let inside = false
  let depth = 0
  const lines = text.split('\n').map((line) => {
    if (line === '```ts') {
      inside = true
      depth++
      return '{'
    }
    if (line === '```') inside = false
    return inside ? line : ''
  })
  return depth === 0 ? [] : [{ file, line: 1, code: `${lines.join('\n')}${'}'.repeat(depth)}` }]
}

/** The pages for people, from the top of the repository; `docs/api` is made of the sources. */
export function pagesOf(root: string): string[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md') && !name.startsWith('docs/api/'))
  return ['README.md', 'CONTRIBUTING.md', ...inDocs]
}

/** All snippets of the sources and guides. */
export function allSnippets(root: string): Snippet[] {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .sort()
  return [
    ...sources.flatMap((file) => examplesOf(file, read(file))),
    ...pagesOf(root).flatMap((file) =>
      file.startsWith('docs/guide/') ? programOf(file, read(file)) : fencesOf(file, read(file)),
    ),
  ]
}
