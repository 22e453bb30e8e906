import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { type DataSource, loadPublished, type SourceOptions, sourceOptionNames } from '../files/published.js'
import { damaged, decodeUtf8 } from '../formats/damage.js'
import { parseTar } from '../formats/tar.js'
import { joinedMembers } from './archive-members.js'

/** A question about a story. */
export interface BabiQuestion {
  /** 1 … 20. */
  readonly task: number
  /** The sentences before the question, earlier questions left out. */
  readonly story: readonly string[]
  readonly question: string
  /** A word, or some with commas between. */
  readonly answer: string
  /** Which sentences of the story the answer follows from. */
  readonly supporting: readonly number[]
}

export interface BabiOptions extends SourceOptions {
  /** Which tasks, of 1 … 20. By default all. */
  readonly tasks?: readonly number[]
}

export interface Babi {
  readonly train: readonly BabiQuestion[]
  readonly test: readonly BabiQuestion[]
  readonly source: DataSource
}

/**
 * The bAbI tasks, version 1.2 in English: 20 tasks of reasoning about little stories, 1,000 questions each to learn from and to test on.
 * Licence: Creative Commons Attribution 3.0.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Weston et al., "Towards AI-complete question answering: a set of prerequisite toy tasks", 2015.
 *
 * ```ts
 * const { train } = await babi({ tasks: [1] })
 * console.log(train[0]?.question) // Where is Mary?
 * ```
 */
export async function babi(options: BabiOptions = {}): Promise<Babi> {
  checkOptions<BabiOptions>('babi', options, { ...sourceOptionNames, tasks: true })
  const { tasks = Array.from({ length: 20 }, (_, i) => i + 1), ...where } = options
  const unknown = tasks.find((task) => !(Number.isInteger(task) && task >= 1 && task <= 20))
  if (unknown !== undefined) fail(`babi: there is no task ${unknown}.`, 'Tasks are numbered 1 … 20.')
  const set = {
    ...{ name: 'bAbI', folder: 'babi', licence: 'CC BY 3.0' },
    paper: 'Weston et al., "Towards AI-complete question answering", 2015',
  }
  const file = {
    name: 'tasks_1-20_v1-2_en.tar.gz',
    aliases: ['babi_tasks_1-20_v1-2.tar.gz', 'tasks_1-20_v1-2.tar.gz'],
    urls: ['https://s3.amazonaws.com/text-datasets/babi_tasks_1-20_v1-2.tar.gz'],
    sha256: ['8e790dd2c13bf05e71b00d17df28ad2ce798095f31cc162ef93f13585bd4d0f9'],
    checked: joinedMembers(/\/en\/qa[^/]*\.txt$/),
  }
  const { files, source } = await loadPublished(set, { file }, where)
  const { name, bytes } = files.file
  const members = parseTar(bytes, name)
  const read = (part: string) =>
    tasks.flatMap((task) => {
      const path = new RegExp(`/en/qa${task}_[^/]*_${part}\\.txt$`)
      const member = members.find((each) => path.test(each.path)) ?? damaged(name, `task ${task} is missing`)
      return parseBabi(decodeUtf8(member.bytes, name), task, `${name}: ${member.path}`)
    })
  return { train: read('train'), test: read('test'), source }
}

/** Lines `number sentence` and `number question<TAB>answer<TAB>numbers of lines`; number 1 begins a story. */
export function parseBabi(text: string, task: number, name: string): BabiQuestion[] {
  const questions: BabiQuestion[] = []
  let story: string[] = []
  /** Of each sentence of the story, by the number of its line. */
  let places = new Map<number, number>()
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, digits, rest = ''] = /^(\d+) (.*)$/.exec(line.trimEnd()) ?? damaged(name, `line ${i + 1} has no number`)
    const number = Number(digits)
    if (number === 1) {
      story = []
      places = new Map()
    }
    const [sentence = '', answer, facts = ''] = rest.split('\t')
    if (answer === undefined) {
      places.set(number, story.length)
      story.push(sentence)
      continue
    }
    const supporting = facts
      .split(' ')
      .filter((fact) => fact !== '')
      .map(
        (fact) =>
          places.get(Number(fact)) ?? damaged(name, `line ${i + 1} refers to line ${fact}, which is none of the story`),
      )
    questions.push({ task, story: [...story], question: sentence.trim(), answer, supporting })
  }
  return questions
}
