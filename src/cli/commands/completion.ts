import type { Command } from 'commander'
import { UsageError } from '../failure.js'
import { type AddCommand, complete } from './command.js'

const shells = ['bash', 'zsh', 'fish'] as const

/** `shapewise completion`: a script that makes a shell finish what is typed. */
export const addCompletion: AddCommand = (program, { stdout }) => {
  complete(
    program
      .command('completion')
      .summary('print a script for the completion of a shell')
      .description('Prints a script with which a shell finishes commands, recipes and options.'),
  )
    .argument('<shell>', shells.join(', '))
    .addHelpText(
      'after',
      '\nExample:\n  source <(shapewise completion bash)\n  shapewise completion fish > ~/.config/fish/completions/shapewise.fish',
    )
    .action((shell: string) => {
      if (!(shells as readonly string[]).includes(shell)) {
        throw new UsageError(`completion: there is no script for '${shell}'. The shells are: ${shells.join(', ')}.`)
      }
      stdout.write(shell === 'fish' ? fishScript(program) : bashScript(program, shell === 'zsh'))
    })
}

/** The words that may come after a command: commands in it, and options. */
const wordsOf = (command: Command): string[] => [
  ...command.commands.map((inner) => inner.name()),
  ...command.options.flatMap(({ long }) => long ?? []),
  '--help',
]

/** Each command by its path, such as `run lenet-mnist`. */
const pathsOf = (command: Command, path = ''): [string, Command][] =>
  command.commands.flatMap((inner): [string, Command][] => {
    const own = path === '' ? inner.name() : `${path} ${inner.name()}`
    return [[own, inner], ...pathsOf(inner, own)]
  })

function bashScript(program: Command, isZsh: boolean): string {
  const cases = pathsOf(program).map(([path, command]) => `    '${path}') words='${wordsOf(command).join(' ')}' ;;`)
  return `${isZsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_shapewise() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ "$word" == -* ]] && break
    path="\${path:+$path }$word"
  done
  case "$path" in
    '') words='${wordsOf(program).join(' ')}' ;;
${cases.join('\n')}
    *) words='' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current"))
  return 0
}
complete -o filenames -F _shapewise shapewise
`
}

function fishScript(program: Command): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`
  const lines = pathsOf(program).flatMap(([path, command]) => {
    const parents = path.split(' ').slice(0, -1)
    const where = parents.length === 0 ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${parents.at(-1)}`
    const own = `complete -c shapewise -n ${quote(where)} -a ${quote(command.name())} -d ${quote(command.summary())}`
    const within = `__fish_seen_subcommand_from ${command.name()}`
    const options = command.options.map(
      ({ long, description }) =>
        `complete -c shapewise -n ${quote(within)} -l ${quote((long ?? '').slice(2))} -d ${quote(description)}`,
    )
    return [own, ...options]
  })
  return `${lines.join('\n')}\n`
}
