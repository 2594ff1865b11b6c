/* cmd_completion.c - what a shell needs to complete verbs, actions and parameters.  The names
 * come from the program itself each time, so the script never falls behind. */
#include <stdio.h>

#include "cli.h"

static const char SCRIPT[] =
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

static enum exit_code completion_run(const struct cmd *cmd, struct options *o)
{
    (void)cmd;
    (void)o;
    (void)fputs(SCRIPT, stdout);
    return EXIT_DONE;
}

const struct cmd cmd_completion = {
    .name = "completion",
    .usage = "",
    .summary = "Print a script that completes names in the shell.",
    .help = "Verbs, flags, the actions of 'api' and their parameters, in bash:\n"
            "    source <(alb-agent completion)",
    .run = completion_run,
};
