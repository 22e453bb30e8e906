import { findRecipe, type Metrics, type Table } from 'shapewise/recipes'
import { memoryStorage, RunFolder } from 'shapewise/train'
import { defaultValues } from '../../src/recipes/option.js'

/** Runs a recipe in memory, with other options than its own: what came out, its tables, and the SVG files by name. */
export async function runInMemory(name: string, options: Readonly<Record<string, number | boolean | string>> = {}) {
  const recipe = findRecipe(name)
  if (recipe === undefined) throw new Error(`There is no recipe ${name}.`)
  const folder = await RunFolder.open(memoryStorage())
  await folder.begin({ name })
  const tables: Table[] = []
  const metrics: Metrics = await recipe.run({
    options: { ...defaultValues(recipe.options), ...options },
    report: {
      log: () => {},
      data: () => {},
      progress: () => {},
      epoch: () => Promise.resolve(),
      table: (table) => tables.push(table),
      pictures: () => {},
    },
    ...{ seed: 0, folder, resume: false, signal: new AbortController().signal },
  })
  const names = await folder.storage.list('pictures')
  const texts = names.map(async (file) => {
    const bytes = await folder.storage.read(`pictures/${file}`)
    // Pixels may spell anything, even NaN.
    return [file, new TextDecoder().decode(bytes).replaceAll(/base64,[^"]*/g, 'base64,')] as const
  })
  return { metrics, tables, pictures: Object.fromEntries(await Promise.all(texts)) }
}
