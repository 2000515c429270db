# Completion of coordbench's command line in bash and zsh, behind mpirun too. In ~/.bashrc or ~/.zshrc:
#
#   source CHECKOUT/jobs/completion.sh
#
# The words come from the program: commands, options and values from its --help, kernels and groups from its `list`.
# shellcheck shell=bash

if [[ -n ${ZSH_VERSION-} ]]; then
  autoload -U +X compinit bashcompinit
  typeset -f compdef >/dev/null || compinit
  bashcompinit
fi

_coordbench_kernels() { "$1" list | awk '$2 ~ /^L[0-9]$/ { print $1; if (!seen[$3]++) print $3 }'; }

# _coordbench_values PROGRAM COMMAND OPTION: where --help shows a choice such as `--sync round-time|barrier|none`, its words.
_coordbench_values() {
  "$1" "$2" --help | awk -v option="$3" '
    $1 == option { count = split($2, words, /[|,]/); for (i = 1; i <= count; ++i) if (words[i] ~ /^[a-z][a-z0-9-]*$/) print words[i] }'
}

_coordbench_options() { "$1" "$2" --help | grep -o -- '--[a-z][a-z-]*' | sort -u; }

# _coordbench_words PROGRAM COMMAND PREVIOUS WORD: what WORD, behind PREVIOUS, may become.
_coordbench_words() {
  if [[ -z $2 ]]; then
    "$1" --help | awk '/^Subcommands:/ { inside = 1; next } inside && !NF { exit } inside { print $1 }'
    printf '%s\n' --help --version
  elif [[ $4 == -* ]]; then
    _coordbench_options "$1" "$2"
  elif [[ $2 == list || $3 == --kernels ]]; then
    _coordbench_kernels "$1"
  elif [[ $3 == --* ]]; then
    _coordbench_values "$1" "$2" "$3"
  fi
}

# Looks at the line itself: what the shell makes of it is parted at =, @ and : in bash, but not in zsh.
_coordbench() {
  local line=${COMP_LINE:0:$COMP_POINT} program='' command='' previous='' word
  COMPREPLY=()
  while [[ $line == *' '* ]]; do
    word=${line%% *} line=${line#* }
    if [[ -n $program && -z $command ]]; then command=$word; fi
    if [[ -z $program && ${word##*/} == coordbench ]]; then program=$word; fi
    [[ -z $word ]] || previous=$word
  done
  [[ -n $program ]] || return 0
  local before=''  # of the word at the cursor, what stays: --option=, a quote, items of a list, the ! of an exclusion
  if [[ $line == --*=* ]]; then previous=${line%%=*} before=${line%%=*}= line=${line#*=}; fi
  if [[ $line == [\'\"]* ]]; then before+=${line:0:1} line=${line:1}; fi
  if [[ $line == *,* ]]; then before+=${line%,*}, line=${line##*,}; fi
  if [[ $line == !* ]]; then before+=! line=${line:1}; fi
  local given=$before$line kept=''  # bash leaves in place what stands before the last of its breaks
  [[ -n ${ZSH_VERSION-} ]] || kept=${given%"${given##*[$COMP_WORDBREAKS]}"}
  for word in $(_coordbench_words "$program" "$command" "$previous" "$line" 2>/dev/null); do
    [[ $word == "$line"* ]] || continue
    word=$before$word
    COMPREPLY+=("${word#"$kept"}")
  done
}

complete -o default -F _coordbench coordbench mpirun mpiexec srun
