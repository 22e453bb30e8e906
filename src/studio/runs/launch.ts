import { spawn } from 'node:child_process'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findAutomatic } from '../../automatic/index.js'
import { fail } from '../../core/errors.js'
import { findRecipe, type Recipe } from '../../recipes/index.js'
import { type OptionDeclaration, parseOption } from '../../recipes/option.js'
import { beginningOf, livesHere, writerOf } from '../../train/store/mark.js'
import { runFolderName } from '../../train/store/run-name.js'
import type { Start, StartErrors } from '../api.js'
import { placeWithin } from './place.js'

export const LAUNCH = 'launch.json'
export const OUTPUT = 'output.log'

/** What the studio leaves in the folder of a run that it has started: the run itself may fail before it has written anything. */
export interface Launch {
  readonly recipe: string
  readonly options: Readonly<Record<string, unknown>>
  readonly seed?: number
  readonly started: string
  readonly pid: number
  /** When that process began, as numbers of processes are used anew. */
  readonly began: number
}

/** How `shapewise` is called: a program and what stands before the arguments. */
export type Command = readonly string[]

const WHOLE = { kind: 'integer', default: 0, description: '', minimum: 0 } as const

/** The values that a start means, or what is wrong with them. */
export function readStart({ recipe: name, options, seed = '0' }: Start): {
  readonly recipe: Recipe | undefined
  readonly values: Readonly<Record<string, string | number | boolean>>
  readonly seed: number
  readonly errors: StartErrors
} {
  const recipe = findRecipe(name)
  const errors: Record<string, string> = {}
  const parse = (option: string, declaration: OptionDeclaration, text: string) => {
    try {
      return parseOption(declaration, text)
    } catch (error) {
      errors[option] = error instanceof Error ? error.message : String(error)
      return declaration.default
    }
  }
  const declared = Object.entries(recipe?.options ?? {})
  const values = declared.map(([option, declaration]) => [
    option,
    options[option] === undefined ? declaration.default : parse(option, declaration, options[option]),
  ])
  for (const option of Object.keys(options)) {
    if (!declared.some(([known]) => known === option)) errors[option] = 'There is no such option.'
  }
  if (recipe === undefined) errors.recipe = `There is no recipe '${name}'.`
  return { recipe, values: Object.fromEntries(values), seed: Number(parse('seed', WHOLE, seed)), errors }
}

/** Starts a recipe in a folder of its own and gives the folder's name. It goes on when the studio has ended. @throws if something is wrong with the start */
export async function launch(root: string, command: Command, start: Start): Promise<string> {
  const { recipe, values, seed, errors } = readStart(start)
  const [wrong] = Object.entries(errors)
  if (recipe === undefined || wrong !== undefined) fail(wrong === undefined ? '' : `${wrong[0]}: ${wrong[1]}`)
  const { id, folder } = await makeFolder(root, runFolderName(recipe.name, new Date()))
  const args = [
    ...['run', recipe.name],
    ...Object.entries(recipe.options).flatMap(([name, declaration]) => argument(name, declaration, values[name])),
    ...['--seed', String(seed), '--out', folder],
  ]
  await begin(command, args, folder, { recipe: recipe.name, options: values, seed })
  return id
}

/** Goes on with an interrupted run. @throws if it is written to, or what it is cannot go on */
export async function resume(root: string, command: Command, id: string): Promise<void> {
  const folder = await placeWithin(root, [id])
  if ((await writerOf(folder)) !== undefined) fail('The run goes on already.')
  const info = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
  if (!canGoOn(info.name)) fail('This is no run of a recipe or of shapewise train.', 'Go on in code: resume: true.')
  await begin(command, ['resume', folder], folder, { recipe: info.name, options: info.options, seed: info.seed })
}

/** Whether `shapewise resume` knows what to do with runs of this name. */
export const canGoOn = (name: string): boolean => findRecipe(name) !== undefined || findAutomatic(name) !== undefined

/** Asks the process of a run to end; what it has learned is stored before. @throws if it does not run on this machine */
export async function stop(root: string, id: string): Promise<void> {
  const folder = await placeWithin(root, [id])
  const writer = await writerOf(folder)
  const launched = await readLaunch(folder)
  const pid = writer?.isHere
    ? writer.pid
    : launched !== undefined && (await livesHere(launched))
      ? launched.pid
      : undefined
  if (pid === undefined || pid === process.pid) {
    fail(writer === undefined ? 'The run has ended already.' : 'The run is on another machine: end it there.')
  }
  process.kill(pid, 'SIGTERM')
}

export async function readLaunch(folder: string): Promise<Launch | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, LAUNCH), 'utf8')) as Launch
  } catch {
    return undefined
  }
}

/** Makes a folder that was not there, whoever else makes some at the same time. */
async function makeFolder(root: string, name: string): Promise<{ readonly id: string; readonly folder: string }> {
  await mkdir(root, { recursive: true })
  for (let copy = 1; ; copy++) {
    const id = copy === 1 ? name : `${name}-${copy}`
    try {
      await mkdir(join(root, id))
      return { id, folder: join(root, id) }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

/** `learningRate: 0.1` → `--learning-rate 0.1`, a flag that is on by default → `--no-…`. */
function argument(name: string, declaration: OptionDeclaration, value: unknown): string[] {
  const kebab = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (declaration.kind !== 'flag') return [`--${kebab}=${value}`]
  return value === declaration.default ? [] : [`--${declaration.default ? 'no-' : ''}${kebab}`]
}

/** A process of its own that writes what it prints into the folder. */
async function begin(
  [program = process.execPath, ...before]: Command,
  args: readonly string[],
  folder: string,
  about: Pick<Launch, 'recipe' | 'options' | 'seed'>,
): Promise<void> {
  const output = await open(join(folder, OUTPUT), 'a')
  try {
    const child = spawn(program, [...before, ...args], {
      ...{ detached: true, stdio: ['ignore', output.fd, output.fd] },
      env: { ...process.env, NO_COLOR: '1' },
    })
    const pid = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('spawn', () => resolve(child.pid!))
    })
    child.unref()
    const launch: Launch = { ...about, started: new Date().toISOString(), pid, began: (await beginningOf(pid)) ?? -1 }
    await writeFile(join(folder, LAUNCH), `${JSON.stringify(launch)}\n`)
  } finally {
    await output.close()
  }
}
