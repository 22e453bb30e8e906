import type { TensorFile } from 'shapewise/formats'
import { builders } from './builders'
import { type BuiltIn, builtIn } from './built-in'
import { moduleSource } from './of-module'
import type { Source } from './source'

/** More tensors than any of the library's models has are not looked through. */
const MOST = 3000

/** The model of the library whose weights are in a file, by their names and shapes, with these weights; undefined if there is none. */
export async function recognised(file: TensorFile<string, unknown>): Promise<Source | undefined> {
  if (file.names.length > MOST) return undefined
  const count = file.names.reduce((sum, one) => sum + file.info(one).shape.reduce((a, b) => a * b, 1), 0)
  for (const name of Object.keys(builders) as BuiltIn[]) {
    const { make, inputs, parameters } = builders[name]
    // Beside parameters there are statistics at most: what cannot be is not made.
    if (parameters !== undefined && (parameters > count || 1.1 * parameters < count)) continue
    const model = make()
    const variables = model.variables()
    if (variables.size !== file.names.length) continue
    const fits = [...variables].every(
      ([path, { shape }]) => file.has(path) && file.info(path).shape.join() === shape.join(),
    )
    if (!fits) continue
    model.loadState(await file.state())
    return moduleSource(file.name, model, inputs, [`Weights of ${builtIn[name]}, as their names and shapes say.`])
  }
  return undefined
}
