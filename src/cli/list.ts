import picocolors from 'picocolors'
import type { Recipe } from '../recipes/recipe.js'
import { type Surroundings, wantsColor } from './surroundings.js'

/** Prints the recipes, one to a line. */
export function listRecipes(recipes: readonly Recipe[], { stdout, environment }: Surroundings): void {
  const colors = picocolors.createColors(wantsColor(stdout, environment))
  const width = Math.max(...recipes.map(({ name }) => name.length))
  for (const { name, title } of recipes) stdout.write(`${colors.bold(name.padEnd(width))}  ${title}\n`)
  stdout.write(
    `\n${colors.dim('Run one with: shapewise run <recipe>, see its options with: shapewise run <recipe> --help')}\n`,
  )
}
