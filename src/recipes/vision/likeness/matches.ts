import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import { SIDE } from './characters.js'
import type { Trial } from './trials.js'

/** Each pixel becomes so many in both directions. */
const ZOOM = 2

/**
 * Each drawing of a trial, and behind it what each method takes for the same character: red where it is another one.
 *
 * @param places of each method by name: for each drawing the place of what it is taken for
 */
export async function showMatches(
  context: Pick<RecipeContext, 'folder' | 'report'>,
  { train, test, answers }: Trial,
  places: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const methods = Object.values(places)
  const [width, height] = [ZOOM * SIDE * (methods.length + 1), ZOOM * SIDE]
  const pictures = test.map((drawing, i) => {
    const isRight = methods.map((place) => place[i] === answers[i])
    const taken = methods.map((place, k) => train[place[i]!]!.map((ink) => (isRight[k] ? ink : -ink)))
    const panels = [drawing, ...taken]
    const values = Array.from({ length: width * height }, (_, at) => {
      const [row, column] = [Math.floor(at / width / ZOOM), Math.floor((at % width) / ZOOM)]
      return panels[Math.floor(column / SIDE)]![SIDE * row + (column % SIDE)]!
    })
    return { caption: `${isRight.filter(Boolean).length} of ${methods.length} right`, width, height, values }
  })
  const title = `A drawing, and what it is taken for by ${Object.keys(places).join(', ')}; red is wrong`
  await gallery(context, '3-one-run', { title, scale: 'signed', columns: 3, pictures })
}
