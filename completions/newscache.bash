# Completion of newscache for bash. Feeds are completed from the daemon when it can be reached.

_newscache_feeds() {
  # The second line on: the first holds the titles of the columns.
  newscache feeds 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_newscache() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local global="--help --json --no-pager --socket --version"
  local commands="add bundle doctor export extract feeds import list mark opml parse read refresh reload remove search set show status watch why"
  local command="" action="" word words="" i
  COMPREPLY=()

  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == --socket ]]; then
      ((i++))
    elif [[ $word != -* ]]; then
      if [[ -z $command ]]; then
        command=$word
      else
        action=$word
        break
      fi
    fi
  done

  case $previous in
    --socket | --config | --bundle)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --feed)
      [[ $command == import ]] || mapfile -t COMPREPLY < <(compgen -W "$(_newscache_feeds)" -- "$current")
      return
      ;;
    --folder | --title | --since | --before | --url | --content-type | -n | --count)
      return
      ;;
  esac

  case $command in
    "") words="$commands $global" ;;
    add) words="--folder --title --later" ;;
    remove) words="--purge $(_newscache_feeds)" ;;
    set)
      if [[ -z $action ]]; then
        words=$(_newscache_feeds)
      else
        words="title= folder= url= paused= poll_interval= budget_day= budget_month= keep_days="
        compopt -o nospace
      fi
      ;;
    list) words="--feed --folder --unread --starred --since --count -n" ;;
    read) words="--feed" ;;
    search) words="--count -n" ;;
    show) words="--history --html" ;;
    mark)
      if [[ -z $action ]]; then
        words="read unread starred unstarred"
      else
        words="--all --feed --folder --before"
      fi
      ;;
    refresh) words="--wait --force $(_newscache_feeds)" ;;
    watch) words="--feed --folder --since" ;;
    doctor) words="--bundle --config" ;;
    why) words="--count -n $(_newscache_feeds)" ;;
    opml)
      case $action in
        "") words="import export" ;;
        import) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
      esac
      ;;
    bundle)
      case $action in
        "") words="export import show" ;;
        export) words="--since --states --no-media --split --sign" ;;
        import) words="--no-states --verify" ;;
        show) words="--verify" ;;
      esac
      [[ -z $action ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    export)
      words="--feed --folder --unread --starred --since -n --count --title"
      if [[ -z $action ]]; then
        words="epub html"
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
    import)
      words="--feed"
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    extract)
      words="--url --content-type --keep --drop --width"
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    parse)
      words="--url --content-type"
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
  esac

  [[ -n $command && $current == -* ]] && words+=" $global"
  if [[ ${#COMPREPLY[@]} -eq 0 || $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}

complete -o filenames -F _newscache newscache
