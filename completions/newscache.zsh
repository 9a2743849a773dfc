#compdef newscache
# Completion of newscache for zsh. Feeds are completed from the daemon when it can be reached.

_newscache_feeds() {
  local -a feeds
  # The second line on: the first holds the titles of the columns.
  feeds=(${(f)"$(newscache --no-pager feeds 2>/dev/null | awk 'NR > 1 { id = $1; $1 = ""; gsub(/:/, "\\:"); print id ":" $0 }')"})
  _describe -t feeds 'feed' feeds
}

_newscache_articles() {
  local -a articles
  articles=(${(f)"$(newscache --no-pager list -n 50 2>/dev/null | awk 'NR > 1 { id = $1; $1 = ""; gsub(/:/, "\\:"); print id ":" $0 }')"})
  _describe -V -t articles 'article' articles
}

_newscache() {
  local context state state_descr line
  typeset -A opt_args
  local -a global commands
  global=(
    '(-h --help)'{-h,--help}'[print help and exit]'
    '--version[print the version and exit]'
    '--socket[the socket of the daemon]:socket:_files'
    "--json[print the API's own JSON]"
    '--no-pager[print long text at once]'
  )
  commands=(
    'add:subscribe to a feed, or to the only feed that a page links to'
    'remove:unsubscribe'
    'feeds:list the subscriptions'
    'set:change a subscription'
    'list:list articles, the newest first'
    'read:read in the whole terminal'
    'search:search the full text of all articles'
    'show:show an article as plain text'
    'mark:mark articles as read, unread, starred or unstarred'
    'refresh:poll feeds now'
    'watch:print what changes as it happens'
    'status:show how the daemon is'
    'doctor:look for what is wrong, and say what to do about it'
    'reload:have the daemon read its configuration again'
    'why:show why a feed was or was not polled'
    'opml:exchange subscription lists with other readers'
    'bundle:carry articles to another device'
    'export:make a book or pages of articles'
    'import:take in articles from files on disk'
    'extract:show the article of a web page as JSON'
    'parse:show a feed document as JSON Feed'
  )
  _arguments -C $global '1: :->command' '*:: :->arguments' && return
  if [[ $state == command ]]; then
    _describe -t commands 'command' commands
    return
  fi

  case $words[1] in
    add)
      _arguments $global '--folder[folder to put it in]:folder: ' '--title[title to show]:title: ' \
        '--later[do not look at the address now]' '1:URL:_urls'
      ;;
    remove) _arguments $global '--purge[delete starred articles as well]' '1:feed:_newscache_feeds' ;;
    set)
      _arguments $global '1:feed:_newscache_feeds' \
        '*:setting:compadd -S "" -- title= folder= url= paused= poll_interval= budget_day= budget_month= keep_days=' ;;
    list)
      _arguments $global '--feed[only of this feed]:feed:_newscache_feeds' '--folder[only of this folder]:folder: ' \
        '--unread[only unread ones]' '--starred[only starred ones]' '--since[only from this time on]:time: ' \
        '(-n --count)'{-n,--count}'[at most so many]:number: '
      ;;
    read) _arguments $global '--feed[begin with this feed]:feed:_newscache_feeds' ;;
    search) _arguments $global '(-n --count)'{-n,--count}'[at most so many]:number: ' '*:words: ' ;;
    show)
      _arguments $global '(--history)--html[its HTML instead]' '(--html)--history[what it said before it was edited]' \
        '1:article:_newscache_articles'
      ;;
    mark)
      _arguments $global '--all[all articles, or those that the filters choose]' \
        '--feed[with --all: only of this feed]:feed:_newscache_feeds' '--folder[with --all: only of this folder]:folder: ' \
        '--before[with --all: only what was received before]:time: ' '1:state:(read unread starred unstarred)' \
        '*:article:_newscache_articles'
      ;;
    refresh)
      _arguments $global '--wait[show progress, end when done]' '--force[also when a publisher asked for a pause]' \
        '*:feed:_newscache_feeds'
      ;;
    watch)
      _arguments $global '--since[first what happened after this revision]:revision: ' \
        '--feed[only what concerns this feed]:feed:_newscache_feeds' '--folder[only what concerns this folder]:folder: '
      ;;
    doctor)
      _arguments $global "--config[the daemon's configuration]:file:_files" '--bundle[also write a file to send to who helps]:file:_files'
      ;;
    why) _arguments $global '(-n --count)'{-n,--count}'[at most so many attempts]:number: ' '1:feed:_newscache_feeds' ;;
    opml) _arguments $global '1:action:(import export)' '2:file:_files' ;;
    bundle)
      _arguments $global '1:action:(export import show)' '--since[only what has changed after this revision]:revision: ' \
        '--states[also what is read and starred]' '--no-media[without pictures and enclosures]' \
        '--split[in parts below this size]:size: ' '--sign[sign with this key]:key:_files' \
        '--no-states[new articles are unread]' '--verify[refuse other signers]:key:_files' '*:file:_files'
      ;;
    export)
      _arguments $global '1:kind:(epub html)' '--feed[only of this feed]:feed:_newscache_feeds' \
        '--folder[only of this folder]:folder: ' '--unread[only unread ones]' '--starred[only starred ones]' \
        '--since[only from this time on]:time: ' '(-n --count)'{-n,--count}'[at most so many]:number: ' \
        '--title[of the edition]:title: ' '*:file:_files'
      ;;
    import) _arguments $global '--feed[title of the feed to put them in]:title: ' '*:file:_files' ;;
    extract)
      _arguments $global '--url[where the page came from]:URL:_urls' \
        '--content-type[Content-Type that it was served with]:type: ' '*--keep[CSS selector of the article]:selector: ' \
        '*--drop[CSS selector of what is no part of it]:selector: ' '--width[width in pixels of pictures]:pixels: ' '1:file:_files'
      ;;
    parse)
      _arguments $global '--url[where the document came from]:URL:_urls' \
        '--content-type[Content-Type that it was served with]:type: ' '1:file:_files'
      ;;
    *) _arguments $global ;;
  esac
}

_newscache "$@"
