// Loads a slice of the attacks, each in a frame of its own, sends home what was wrong in each, and starts over with the
// next slice in a fresh page.
'use strict';
const parallel = 12;
const settle = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

// What an attack does to the page around its frame must not stop the run.
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => {};

async function openFrame(url) {
  const frame = document.createElement('iframe');
  // No real dialogs, which would wait for someone, and no way out of the frame.
  frame.sandbox = 'allow-scripts allow-same-origin allow-forms';
  const loaded = new Promise(resolve => { frame.onload = resolve; });
  frame.src = url;
  document.body.append(frame);
  await Promise.race([loaded, settle(5000)]);
  return frame;
}

// A frame that content was put into without harm is used again, in `spare`.
async function check(job, skeleton, spare) {
  const inPage = job.how === 'document';
  const page = '/page/' + job.page + '/' + (inPage ? job.set + '/' + job.number : 'empty/0');
  const frame = (!inPage && spare.pop()) || await openFrame(page);
  let wrong;
  try {
    const probe = frame.contentWindow.probe;
    if (!inPage) probe.insert(job.how, job.html);
    await settle(10);
    probe.provoke();
    await settle(20);
    const gone = frame.contentWindow.probe !== probe || frame.contentWindow.location.pathname !== page;
    wrong = gone ? ['navigation: away from the page'] : probe.wrong(job.set === 'raw' ? null : job.html, skeleton);
  } catch (error) {
    wrong = ['navigation: the page is gone: ' + error];
  }
  if (inPage || wrong.length > 0) {
    frame.remove();
  } else {
    spare.push(frame);
  }
  return wrong;
}

const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:', 'ftp:', 'xmpp:', 'irc:', 'magnet:']);

function addressWrong(value) {
  try {
    return schemes.has(new URL(value).protocol) ? [] : ['address: ' + value];
  } catch (error) {
    return [];  // relative
  }
}

async function main() {
  const jobs = await (await fetch('/jobs')).json();
  const skeletons = new Map();
  for (const page of new Set(jobs.filter(job => job.page).map(job => job.page))) {
    const frame = await openFrame('/page/' + page + '/empty/0');
    skeletons.set(page, frame.contentWindow.probe.skeleton());
    frame.remove();
  }
  const results = [];
  let next = 0;
  const work = async () => {
    const spare = [];
    while (next < jobs.length) {
      const job = jobs[next++];
      const wrong = job.set === 'fields' ? addressWrong(job.html) : await check(job, skeletons.get(job.page), spare);
      results.push({set: job.set, how: job.how, page: job.page, number: job.number, wrong});
    }
  };
  await Promise.all(Array.from({length: parallel}, work));
  await settle(200);
  await fetch('/results', {method: 'POST', body: JSON.stringify(results)});
  location.reload();
}
main().catch(error => fetch('/results', {method: 'POST', body: JSON.stringify({failure: String(error.stack || error)})}));
