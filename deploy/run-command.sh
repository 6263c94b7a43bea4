# shellcheck shell=bash
# Sourced by the scripts beside it: `run COMMAND...` runs a command, or prints it when DRY_RUN is "yes",
# quoted so that the line can be pasted into a shell.

run() {
  if [ "$DRY_RUN" = yes ]; then
    quoted "$@"
    echo
  else
    "$@"
  fi
}

# Prints words as shell input. Not printf %q: its spelling differs between bash 3.2 (macOS) and 5.
quoted() {
  local word gap='' quote="'" escaped="'\\''"
  for word in "$@"; do
    case $word in
      '' | *[!A-Za-z0-9_@%+=:,./-]*) printf "%s'%s'" "$gap" "${word//$quote/$escaped}" ;;
      *) printf '%s%s' "$gap" "$word" ;;
    esac
    gap=' '
  done
}

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}
