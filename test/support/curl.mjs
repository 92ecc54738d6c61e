#!/usr/bin/env node
// As much of curl as our printed lines use, for machines without it. Notes each answer's status in $CURL_LOG. Of a stream it
// reads the beginning.
import { appendFileSync } from 'node:fs';

const words = process.argv.slice(2);
const headers = {};
let method;
let body;
let url;
while (words.length > 0) {
  const word = words.shift();
  if (word === '-H') {
    const [name, ...value] = words.shift().split(':');
    headers[name.trim()] = value.join(':').trim();
  } else if (word === '-X') method = words.shift();
  else if (word === '-d') body = words.shift();
  else if (word === '-w') words.shift();
  else if (/^-[siN]+$/.test(word)) continue;
  else if (url === undefined && !word.startsWith('-')) url = word;
  else throw new Error(`curl here knows no ${word}`);
}
method ??= body === undefined ? 'GET' : 'POST';
const response = await fetch(url, { method, headers, body, redirect: 'manual' });
appendFileSync(process.env.CURL_LOG, `${response.status}\n`);
if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
  const { value } = await response.body.getReader().read();
  process.stdout.write(Buffer.from(value));
  process.exit();
}
process.stdout.write(`${await response.text()}\n`);
