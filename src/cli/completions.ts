/**
 * `sidewinder completions SHELL`
 *
 * @module
 */
import { type Command, parse, UsageError } from "./command.ts";

/** What a shell can complete: commands, what they do, and their options. */
interface Word {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
}

/** A script for each shell. */
const SHELLS: Readonly<Record<string, (words: readonly Word[]) => string>> = {
  bash: (words) =>
    `_sidewinder() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  case \${COMP_WORDS[1]} in
${words.map(({ name, options }) => `    ${name}) words="${options.join(" ")}" ;;`).join("\n")}
  esac
  [[ $COMP_CWORD == 1 ]] && words="${words.map(({ name }) => name).join(" ")} --help --version"
  [[ $COMP_CWORD == 1 || $word == -* ]] && COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _sidewinder sidewinder`,
  zsh: (words) =>
    `#compdef sidewinder
_sidewinder() {
  local -a commands options
  commands=(${words.map(({ name, summary }) => `'${name}:${summary.replaceAll("'", "'\\''")}'`).join(" ")})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case $words[2] in
${words.map(({ name, options }) => `    ${name}) options=(${options.join(" ")}) ;;`).join("\n")}
  esac
  if [[ $PREFIX == -* ]]; then compadd -- $options; else _files; fi
}
compdef _sidewinder sidewinder`,
  fish: (words) =>
    words.flatMap(({ name, summary, options }) => [
      `complete -c sidewinder -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
      ...options.map((option) =>
        `complete -c sidewinder -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`
      ),
    ]).join("\n"),
};

const HELP = `Usage: sidewinder completions bash|zsh|fish

Prints a script that completes commands, options and files:

  bash  source <(sidewinder completions bash)     in ~/.bashrc
  zsh   source <(sidewinder completions zsh)      in ~/.zshrc
  fish  sidewinder completions fish | source      in ~/.config/fish/config.fish`;

/** Options that a help text names. */
const optionsIn = (help: string): string[] => [...help.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option);

/** `completions`, of these commands and itself. */
export function completionsOf(commands: Readonly<Record<string, Command>>): Command {
  return {
    summary: "print a script that completes commands and options",
    help: HELP,
    needs: [],
    run(args, terminal) {
      const { positionals: [shell = "", ...more] } = parse(args, {});
      const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
      if (!script || more.length > 0) {
        throw new UsageError(
          `Cannot complete as one shell must be given, ${Object.keys(SHELLS).join(", ")}: it is ${
            args.join(" ") || "none"
          }`,
        );
      }
      const words = Object.entries(commands).map(([name, { summary, help }]) => ({
        name,
        summary,
        options: [...new Set([...optionsIn(help), "--help"])],
      }));
      terminal.print(script([...words, { name: "completions", summary: this.summary, options: ["--help"] }]));
      return Promise.resolve(0);
    },
  };
}
