import { describe, expect, it } from 'vitest'
import { findRecipe, recipes } from '../../src/recipes/index.js'
import { parseOption } from '../../src/recipes/option.js'

/** What the command line itself understands. */
const reserved = ['seed', 'backend', 'json', 'out', 'debug', 'help']

describe('the recipes', () => {
  it('have different names', () => {
    const names = recipes.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const recipe of recipes) expect(findRecipe(recipe.name)).toBe(recipe)
    expect(findRecipe('nothing')).toBeUndefined()
  })

  it.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s is declared properly', (name, recipe) => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(recipe.title.length).toBeLessThanOrEqual(80)
    expect(recipe.source).toMatch(/\b(19|20)\d\d\b/)
    // What trains once can be told for how long.
    if ('epochs' in recipe.options) {
      const training = ['epochs', 'batchSize', 'learningRate', 'limit']
      expect(Object.keys(recipe.options)).toEqual(expect.arrayContaining(training))
    }
    for (const [option, declaration] of Object.entries(recipe.options)) {
      expect(option).toMatch(/^[a-z][a-zA-Z]*$/)
      expect(reserved).not.toContain(option)
      expect(parseOption(declaration, String(declaration.default))).toBe(declaration.default)
    }
  })
})
