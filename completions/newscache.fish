# Completion of newscache for fish. Feeds are completed from the daemon when it can be reached.

function __newscache_feeds
    # The second line on: the first holds the titles of the columns.
    newscache feeds 2>/dev/null | awk 'NR > 1 { id = $1; $1 = ""; print id "\t" substr($0, 2) }'
end

function __newscache_articles
    newscache list -n 50 2>/dev/null | awk 'NR > 1 { id = $1; $1 = ""; print id "\t" substr($0, 2) }'
end

function __newscache_first
    not __fish_seen_subcommand_from add bundle doctor export extract feeds import list mark opml parse read refresh reload remove search set show status watch why
end

function __newscache_in
    __fish_seen_subcommand_from $argv
end

complete -c newscache -f
complete -c newscache -s h -l help -d 'Print help and exit'
complete -c newscache -l version -d 'Print the version and exit'
complete -c newscache -l socket -r -F -d 'The socket of the daemon'
complete -c newscache -l json -d 'Print the API\'s own JSON'
complete -c newscache -l no-pager -d 'Print long text at once'

complete -c newscache -n __newscache_first -a add -d 'Subscribe to a feed'
complete -c newscache -n __newscache_first -a remove -d 'Unsubscribe'
complete -c newscache -n __newscache_first -a feeds -d 'List the subscriptions'
complete -c newscache -n __newscache_first -a set -d 'Change a subscription'
complete -c newscache -n __newscache_first -a list -d 'List articles'
complete -c newscache -n __newscache_first -a read -d 'Read in the whole terminal'
complete -c newscache -n __newscache_first -a search -d 'Search the full text'
complete -c newscache -n __newscache_first -a show -d 'Show an article as plain text'
complete -c newscache -n __newscache_first -a mark -d 'Mark articles'
complete -c newscache -n __newscache_first -a refresh -d 'Poll feeds now'
complete -c newscache -n __newscache_first -a watch -d 'Print what changes as it happens'
complete -c newscache -n __newscache_first -a status -d 'Show how the daemon is'
complete -c newscache -n __newscache_first -a doctor -d 'Look for what is wrong'
complete -c newscache -n __newscache_first -a reload -d 'Read the configuration again'
complete -c newscache -n __newscache_first -a why -d 'Why a feed was or was not polled'
complete -c newscache -n __newscache_first -a opml -d 'Exchange subscription lists'
complete -c newscache -n __newscache_first -a bundle -d 'Carry articles to another device'
complete -c newscache -n __newscache_first -a export -d 'Make a book or pages of articles'
complete -c newscache -n __newscache_first -a import -d 'Take in articles from files'
complete -c newscache -n __newscache_first -a extract -d 'The article of a web page as JSON'
complete -c newscache -n __newscache_first -a parse -d 'A feed document as JSON Feed'

complete -c newscache -n '__newscache_in remove refresh why' -a '(__newscache_feeds)'
complete -c newscache -n '__newscache_in show' -a '(__newscache_articles)'
complete -c newscache -n '__newscache_in list mark watch' -l feed -x -a '(__newscache_feeds)' -d 'Only of this feed'
complete -c newscache -n '__newscache_in list mark watch' -l folder -x -d 'Only of this folder'
complete -c newscache -n '__newscache_in list search why' -s n -l count -x -d 'At most so many'

complete -c newscache -n '__newscache_in read' -l feed -x -a '(__newscache_feeds)' -d 'Begin with this feed'

complete -c newscache -n '__newscache_in add' -l folder -x -d 'Folder to put it in'
complete -c newscache -n '__newscache_in add' -l title -x -d 'Title to show'
complete -c newscache -n '__newscache_in add' -l later -d 'Do not look at the address now'
complete -c newscache -n '__newscache_in remove' -l purge -d 'Delete starred articles as well'
complete -c newscache -n '__newscache_in set; and test (count (commandline -opc)) -eq 2' -a '(__newscache_feeds)'
complete -c newscache -n '__newscache_in set; and test (count (commandline -opc)) -gt 2' -a 'title= folder= url= paused= poll_interval= budget_day= budget_month= keep_days='
complete -c newscache -n '__newscache_in list' -l unread -d 'Only unread ones'
complete -c newscache -n '__newscache_in list' -l starred -d 'Only starred ones'
complete -c newscache -n '__newscache_in list' -l since -x -d 'Only from this time on'
complete -c newscache -n '__newscache_in show' -l html -d 'Its HTML instead'
complete -c newscache -n '__newscache_in show' -l history -d 'What it said before it was edited'
complete -c newscache -n '__newscache_in mark; and not __newscache_in read unread starred unstarred' -a 'read unread starred unstarred'
complete -c newscache -n '__newscache_in mark; and __newscache_in read unread starred unstarred' -a '(__newscache_articles)'
complete -c newscache -n '__newscache_in mark' -l all -d 'All articles, or those that the filters choose'
complete -c newscache -n '__newscache_in mark' -l before -x -d 'Only what was received before'
complete -c newscache -n '__newscache_in refresh' -l wait -d 'Show progress, end when done'
complete -c newscache -n '__newscache_in refresh' -l force -d 'Also when a publisher asked for a pause'
complete -c newscache -n '__newscache_in watch' -l since -x -d 'First what happened after this revision'
complete -c newscache -n '__newscache_in doctor' -l bundle -r -F -d 'Also write a file to send to who helps'
complete -c newscache -n '__newscache_in doctor' -l config -r -F -d 'The daemon\'s configuration'
complete -c newscache -n '__newscache_in opml; and not __newscache_in import export' -a 'import export'
complete -c newscache -n '__newscache_in bundle; and not __newscache_in export import show' -a 'export import show'
complete -c newscache -n '__newscache_in bundle; and __newscache_in export import show' -F
complete -c newscache -n '__newscache_in bundle; and __newscache_in export' -l since -x -d 'Only what has changed after this revision'
complete -c newscache -n '__newscache_in bundle; and __newscache_in export' -l states -d 'Also what is read and starred'
complete -c newscache -n '__newscache_in bundle; and __newscache_in export' -l no-media -d 'Without pictures and enclosures'
complete -c newscache -n '__newscache_in bundle; and __newscache_in export' -l split -x -d 'In parts below this size'
complete -c newscache -n '__newscache_in bundle; and __newscache_in export' -l sign -r -F -d 'Sign with this key'
complete -c newscache -n '__newscache_in bundle; and __newscache_in import' -l no-states -d 'New articles are unread'
complete -c newscache -n '__newscache_in bundle; and __newscache_in import show' -l verify -r -F -d 'Refuse other signers'
complete -c newscache -n '__newscache_in export; and not __newscache_in epub html bundle' -a 'epub html'
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -F
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -l feed -x -a '(__newscache_feeds)' -d 'Only of this feed'
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -l folder -x -d 'Only of this folder'
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -l unread -d 'Only unread ones'
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -l starred -d 'Only starred ones'
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -l since -x -d 'Only from this time on'
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -s n -l count -x -d 'At most so many'
complete -c newscache -n '__newscache_in export; and __newscache_in epub html' -l title -x -d 'Of the edition'
complete -c newscache -n '__newscache_in import extract parse' -F
complete -c newscache -n '__newscache_in import; and not __newscache_in opml bundle' -l feed -x -d 'Title of the feed to put them in'
complete -c newscache -n '__newscache_in extract' -l url -x -d 'Where the page came from'
complete -c newscache -n '__newscache_in extract' -l content-type -x -d 'Content-Type that it was served with'
complete -c newscache -n '__newscache_in extract' -l keep -x -d 'CSS selector of the article'
complete -c newscache -n '__newscache_in extract' -l drop -x -d 'CSS selector of what is no part of it'
complete -c newscache -n '__newscache_in extract' -l width -x -d 'Width in pixels of pictures'
complete -c newscache -n '__newscache_in parse' -l url -x -d 'Where the document came from'
complete -c newscache -n '__newscache_in parse' -l content-type -x -d 'Content-Type that it was served with'
