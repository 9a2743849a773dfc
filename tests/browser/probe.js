// First script of every page under test: notes what runs, provokes what waits for a reader, and says what is wrong.
'use strict';
(() => {
  const elements = new Set(('a abbr audio b bdi bdo cite code del dfn em i ins kbd mark picture q rp rt ruby s samp ' +
    'small span strong sub sup time u var video address article aside blockquote dd details div dl dt figcaption ' +
    'figure footer h1 h2 h3 h4 h5 h6 header hgroup li main nav ol p pre section summary ul br hr img source track wbr ' +
    'table caption colgroup col tbody thead tfoot tr td th').split(' '));
  const attributes = new Set(('href src srcset sizes alt title lang dir cite colspan controls datetime kind label media ' +
    'open poster rel reversed rowspan scope span srclang start type value height width').split(' '));
  const addresses = new Set(['href', 'src', 'cite', 'poster']);
  const web = new Set(['http:', 'https:']);
  const links = new Set(['http:', 'https:', 'mailto:', 'tel:', 'sms:', 'smsto:', 'xmpp:', 'magnet:', 'geo:', 'ftp:',
    'ftps:', 'sftp:', 'irc:', 'ircs:', 'matrix:', 'news:', 'nntp:', 'sip:', 'sips:', 'gopher:', 'gemini:', 'webcal:',
    'callto:', 'acct:']);
  const empty = new Set('br hr img source track wbr col'.split(' '));
  const html = 'http://www.w3.org/1999/xhtml';
  const events = ['click', 'mouseover', 'focus', 'load', 'error', 'toggle'];

  const ran = [];
  let tree = '';
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => { ran.push(name); };
  window.open = () => { ran.push('open'); return null; };

  // References kept from before anything could replace them.
  const byId = document.getElementById.bind(document);
  const dispatch = EventTarget.prototype.dispatchEvent;
  const all = () => Array.from(byId('inside').querySelectorAll('*'));

  const escaped = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const written = node => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) return '<!' + node.nodeType + '>';
    const name = node.localName;
    let out = '<' + name;
    for (const attribute of node.attributes) {
      out += ' ' + attribute.name + '="' + escaped(attribute.value).replace(/"/g, '&quot;') + '"';
    }
    out += '>';
    if (empty.has(name)) return out;
    const content = Array.from(node.childNodes, written).join('');
    if (name === 'pre' && content.startsWith('\n')) out += '\n';
    return out + content + '</' + name + '>';
  };

  const isAddress = (value, schemes) => {
    try {
      return schemes.has(new URL(value, 'relative:').protocol);
    } catch (error) {
      return false;
    }
  };

  const wrongAttribute = (element, {name, value}) => {
    if (name.startsWith('on')) return 'handler';
    if (name === 'style') return 'style';
    if (!attributes.has(name)) return 'attribute ' + name;
    if (addresses.has(name) && !isAddress(value, name === 'href' ? links : web)) return 'address';
    if (name === 'srcset' && value.split(/,\s+/).some(one => !isAddress(one.split(' ')[0], web))) return 'address';
    if (name === 'rel' && value !== 'noopener noreferrer') return 'attribute rel';
    return '';
  };

  window.probe = {
    insert(how, html) {
      const inside = byId('inside');
      inside.replaceChildren();
      if (how === 'innerHTML') {
        inside.innerHTML = html;
      } else if (how === 'mutation') {
        const template = document.createElement('template');
        template.innerHTML = html;
        const parsed = new DOMParser().parseFromString('<body>' + template.innerHTML, 'text/html');
        const again = new DOMParser().parseFromString('<body><div>' + parsed.body.innerHTML + '</div>', 'text/html');
        inside.innerHTML = again.body.firstChild.innerHTML;
      } else {
        inside.append(document.createRange().createContextualFragment(html));
      }
    },

    // What a reader might do, all at once; links to the web are not followed. Notes the tree before, as <details> open.
    provoke() {
      tree = Array.from(byId('inside').childNodes, written).join('');
      document.addEventListener('click', event => {
        const link = event.target.closest && event.target.closest('a[href], area[href]');
        if (link && web.has(link.protocol)) event.preventDefault();
      }, true);
      for (const element of all().slice(0, 200)) {
        for (const type of events) {
          dispatch.call(element, new MouseEvent(type, {bubbles: type === 'click', cancelable: true}));
        }
      }
    },

    // The page without what was put into it.
    skeleton() {
      const copy = document.documentElement.cloneNode(true);
      const inside = copy.querySelector('#inside');
      if (inside) inside.replaceChildren();
      return copy.outerHTML;
    },

    // `html` is what was put in, for the promise that a browser makes of it exactly what is written there.
    wrong(html_in, skeleton) {
      const wrong = new Set(ran.map(what => 'ran: ' + what));
      if (this.skeleton() !== skeleton) wrong.add('page: not as it was around the content');
      const inside = byId('inside');
      if (!inside) return ['page: the content swallowed it'];
      for (const element of all()) {
        if (element.namespaceURI !== html || !elements.has(element.localName)) wrong.add('element: ' + element.localName);
        for (const attribute of element.attributes) {
          const what = wrongAttribute(element, attribute);
          if (what) wrong.add(what + ': ' + element.localName + ' ' + attribute.name + '=' + attribute.value.slice(0, 60));
        }
        // Browsers themselves take what stands in audio and video out of the flow, and show nothing of it.
        if (!element.closest('audio > *, video > *') && getComputedStyle(element).position !== 'static') wrong.add('style: ' + element.localName + ' is taken out of the flow');
      }
      if (html_in !== null && tree !== html_in) wrong.add('tree: ' + tree.slice(0, 300));
      return Array.from(wrong);
    },
  };
})();
