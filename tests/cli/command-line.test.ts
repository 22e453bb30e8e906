import { describe, expect, it } from 'vitest'
import { runCommandLine } from '../../src/cli/command-line.js'
import { recipes } from '../../src/recipes/index.js'
import { TestSurroundings } from './capture.js'

async function shapewise(...args: string[]) {
  const surroundings = new TestSurroundings()
  const code = await runCommandLine(args, surroundings)
  return { code, stdout: surroundings.stdout.text, stderr: surroundings.stderr.text }
}

describe('shapewise', () => {
  it.each([[[]], [['--help']], [['run', '--help']], [['list', '--help']], [['doctor', '--help']]])(
    '%j shows help',
    async (args) => {
      const { code, stdout, stderr } = await shapewise(...args)
      expect(code).toBe(0)
      expect(stdout).toContain('Usage: shapewise')
      expect(stderr).toBe('')
    },
  )

  it('says its version', async () => {
    const { code, stdout } = await shapewise('--version')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('lists each recipe on a line of its own', async () => {
    const { code, stdout } = await shapewise('list')
    expect(code).toBe(0)
    const lines = stdout.split('\n').map((line) => line.replace(/ +/, ' '))
    for (const { name, title } of recipes) expect(lines).toContain(`${name} ${title}`)
  })

  it('shows the options of a recipe with their defaults, and what is published', async () => {
    for (const recipe of recipes) {
      const { code, stdout } = await shapewise('run', recipe.name, '--help')
      expect(code).toBe(0)
      const words = stdout.replaceAll(/\s+/g, ' ')
      expect(words).toContain(recipe.title)
      for (const [option, { description, default: value }] of Object.entries(recipe.options)) {
        const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
        const text = description.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        const shown = value === false ? text : `<\\w+> ${text}.* \\(.*default: "?${value}`
        expect(words).toMatch(new RegExp(`--${name} ${shown}`))
      }
      for (const option of ['--seed', '--backend', '--json', '--out', '--debug']) expect(words).toContain(option)
      for (const { source } of Object.values(recipe.literature)) expect(words).toContain(source)
    }
  })
})

describe('bad input', () => {
  it.each([
    [['lsit'], /There is no command 'lsit'.*Did you mean 'list'\?/],
    [['perceptron'], /Did you mean 'run perceptron'\?/],
    [['run'], /a recipe is missing.*perceptron/],
    [['run', 'perceptrom'], /there is no recipe 'perceptrom'.*Did you mean 'perceptron'\?/],
    [['run', 'xyz', '--epochs', '3'], /there is no recipe 'xyz'.*The recipes are: /],
    [['run', '--epochs', '3', 'perceptron'], /the recipe comes first.*shapewise run perceptron --epochs/],
    [['run', 'perceptron', '--epoch', '3'], /unknown option '--epoch'.*Did you mean --epochs\?/],
    [['run', 'perceptron', '--epochs', 'many'], /--epochs.*'many' is not a whole number of at least 1/],
    [['run', 'perceptron', '--epochs', '0'], /'0' is not a whole number of at least 1/],
    [['run', 'perceptron', '--epochs', '1.5'], /'1.5' is not a whole number/],
    [['run', 'perceptron', '--learning-rate', '-1'], /'-1' is not a number greater than 0/],
    [['run', 'perceptron', '--learning-rate', ''], /'' is not a number greater than 0/],
    [['run', 'perceptron', '--limit', '-1'], /'-1' is not a whole number of at least 0/],
    [['run', 'perceptron', '--seed', '-1'], /'-1' is not a whole number of at least 0/],
    [['run', 'perceptron', '--seed'], /--seed.*argument missing/],
    [['run', 'perceptron', 'more'], /too many arguments/],
    [['run', 'perceptron', '--backend', 'abacus'], /there is no 'abacus' here.*reference/],
    [['run', 'perceptron', '--out', '/proc/run'], /\/proc\/run: the run cannot be stored/],
  ])('%j is refused in one paragraph with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await shapewise(...args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(stderr).toMatch(/^error: /)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('shows the stack only with --debug', async () => {
    const { code, stderr } = await shapewise('run', 'perceptron', '--backend', 'abacus', '--debug')
    expect(code).toBe(2)
    expect(stderr).toMatch(/\n\s+at /)
  })
})
