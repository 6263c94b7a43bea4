# shellcheck shell=bash
# Sourced by the scripts beside it: `run COMMAND...` runs a command, or prints it when DRY_RUN is "yes",
# quoted so that the line can be pasted into a shell; `keep NAME COMMAND...` puts what a command prints into a variable.

# Begins the value of a variable that only the shell which reads a dry run's lines will have.
readonly KEPT=$'\001'

run() {
  if [ "$DRY_RUN" = yes ]; then
    quoted "$@"
    echo
  else
    "$@"
  fi
}

keep() {
  local kept_name=$1 kept_value
  shift
  if [ "$DRY_RUN" = yes ]; then
    echo "$kept_name=\$($(quoted "$@"))"
    kept_value=$KEPT$kept_name
  else
    kept_value=$("$@")
  fi
  printf -v "$kept_name" %s "$kept_value"
}

# Prints words as shell input. Not printf %q: its spelling differs between bash 3.2 (macOS) and 5.
quoted() {
  local word gap='' dollar='$' quote="'" escaped="'\\''"
  for word in "$@"; do
    case $word in
      *"$KEPT"*) printf '%s"%s"' "$gap" "${word/$KEPT/$dollar}" ;;
      '' | *[!A-Za-z0-9_@%+=:,./-]*) printf "%s'%s'" "$gap" "${word//$quote/$escaped}" ;;
      *) printf '%s%s' "$gap" "$word" ;;
    esac
    gap=' '
  done
}

# Services name locations in capitals, and take them in small letters only.
lower() {
  printf %s "$1" | tr '[:upper:]' '[:lower:]'
}

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}
