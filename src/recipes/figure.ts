import { type ChartOptions, chart, chartText } from 'shapewise/plot'
import type { RecipeContext } from './recipe.js'

/**
 * Keeps a chart as `pictures/NAME.svg`, where the page of the run shows it, and draws its curves in the terminal.
 *
 * @param name in kebab-case; its words are the caption on the page
 */
export async function figure(
  { folder, report }: Pick<RecipeContext, 'folder' | 'report'>,
  name: string,
  options: ChartOptions,
): Promise<void> {
  await folder.storage.write(`pictures/${name}.svg`, chart(options))
  report.log(`\n${chartText({ ...options, title: options.title ?? name.replaceAll('-', ' ') })}\n`)
}
