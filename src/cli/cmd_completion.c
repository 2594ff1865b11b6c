/* cmd_completion.c - what a shell needs to complete verbs, actions and parameters.  The names
 * come from the program itself each time, so the script never falls behind. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char BASH[] =
    "_alb_agent() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        words=$(alb-agent --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p')\n"
    "    elif [[ $verb == api && $cur != -* ]]; then\n"
    "        ((COMP_CWORD == 2)) && words=$(alb-agent api --list)\n"
    "    elif [[ $verb == api ]]; then\n"
    "        words=$(alb-agent api \"${COMP_WORDS[2]}\" --list 2>/dev/null |\n"
    "            sed 's/ .*/=/; s/\\.N/.1/g')\n"
    "        words+=$'\\n'$(alb-agent api --help | sed -n 's/^.* \\(--[a-z-]*\\) .*/\\1/p')\n"
    "        compopt -o nospace\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        words=$(alb-agent \"$verb\" --help | sed -n 's/^  .. \\(--[a-z-]*\\) .*/\\1/p')\n"
    "    else\n"
    "        compopt -o default\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
    "}\n"
    "complete -F _alb_agent alb-agent\n";

static const char ZSH[] =
    "#compdef alb-agent\n"
    "_alb_agent() {\n"
    "    local verb=${words[2]} cur=${words[CURRENT]}\n"
    "    local -a names\n"
    "    if ((CURRENT == 2)); then\n"
    "        names=(${(f)\"$(alb-agent --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p')\"})\n"
    "    elif [[ $verb == api && $cur != -* ]]; then\n"
    "        ((CURRENT == 3)) && names=(${(f)\"$(alb-agent api --list)\"})\n"
    "    elif [[ $verb == api ]]; then\n"
    "        names=(${(f)\"$(alb-agent api ${words[3]} --list 2>/dev/null |\n"
    "            sed 's/ .*/=/; s/\\.N/.1/g')\"})\n"
    "        compadd -S '' -a names\n"
    "        names=(${(f)\"$(alb-agent api --help | sed -n 's/^.* \\(--[a-z-]*\\) .*/\\1/p')\"})\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        names=(${(f)\"$(alb-agent $verb --help | sed -n 's/^  .. \\(--[a-z-]*\\) "
    ".*/\\1/p')\"})\n"
    "    else\n"
    "        _files\n"
    "        return\n"
    "    fi\n"
    "    compadd -a names\n"
    "}\n"
    "if [[ ${funcstack[1]} == _alb_agent ]]; then _alb_agent \"$@\"; else compdef _alb_agent "
    "alb-agent; fi\n";

static const char FISH[] =
    "function __alb_agent\n"
    "    set -l words (commandline -opc)\n"
    "    set -l cur (commandline -ct)\n"
    "    if test (count $words) -eq 1\n"
    "        alb-agent --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p'\n"
    "    else if test $words[2] = api; and not string match -q -- '-*' $cur\n"
    "        test (count $words) -eq 2; and alb-agent api --list\n"
    "    else if test $words[2] = api\n"
    "        alb-agent api $words[3] --list 2>/dev/null | sed 's/ .*/=/; s/\\.N/.1/g'\n"
    "        alb-agent api --help | sed -n 's/^.* \\(--[a-z-]*\\) .*/\\1/p'\n"
    "    else if string match -q -- '-*' $cur\n"
    "        alb-agent $words[2] --help | sed -n 's/^  .. \\(--[a-z-]*\\) .*/\\1/p'\n"
    "    else\n"
    "        __fish_complete_path $cur\n"
    "    end\n"
    "end\n"
    "complete -c alb-agent -f -a '(__alb_agent)'\n";

static const struct {
    const char *name, *script;
} SHELLS[] = { { "bash", BASH }, { "zsh", ZSH }, { "fish", FISH } };

static enum exit_code completion_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    const char *name = o->args.len ? o->args.items[0] : "bash";
    struct error err;
    for (size_t i = 0; o->args.len < 2 && i < COUNT(SHELLS); i++) {
        if (strcmp(SHELLS[i].name, name) != 0)
            continue;
        (void)fputs(SHELLS[i].script, stdout);
        return EXIT_DONE;
    }
    error_set(&err, ERROR_INVALID, "completion: name one shell: bash, zsh or fish");
    return cli_fail(&err);
}

const struct cmd cmd_completion = {
    .name = "completion",
    .usage = "[bash|zsh|fish]",
    .summary = "Print a script that completes names in the shell.",
    .help = "Verbs, flags, the actions of 'api' and their parameters:\n"
            "    bash: source <(alb-agent completion)\n"
            "    zsh:  source <(alb-agent completion zsh), after compinit\n"
            "    fish: alb-agent completion fish | source",
    .opts = OPT_WORDS,
    .run = completion_run,
};
