import type { ServerResponse } from 'node:http';
import type { Message } from './messages.js';

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8884; vertical-align: top }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
iframe { width: 100%; height: 32rem; border: 1px solid #8884; background: #fff }
</style>
</head>
<body>
${body}
</body>
</html>
`;

const rowOf = ({ id, receivedAt, to, subject }: Message): string =>
  `<tr><td>${escape(receivedAt.slice(11, 19))}</td><td>${escape(to.join(', '))}</td><td><a href="/messages/${id}">${escape(subject)}</a></td></tr>`;

export const listPage = (messages: readonly Message[]): string =>
  page(
    'Mailbox',
    `<h1>Mailbox</h1>
<p>Every mail and SMS that the platform sends on this machine. Nothing leaves it.</p>
${
  messages.length === 0
    ? '<p>Nothing has come yet.</p>'
    : `<table><thead><tr><th>Time (UTC)</th><th>To</th><th>Subject</th></tr></thead><tbody>${messages.map(rowOf).join('')}</tbody></table>`
}`,
  );

/** The mail's own HTML stands in a frame that may run nothing; its links open beside it. */
export const messagePage = ({ subject, from, to, text, html }: Message): string =>
  page(
    subject,
    `<p><a href="/">All mails</a></p>
<h1>${escape(subject)}</h1>
<p>From ${escape(from)}<br>To ${escape(to.join(', '))}</p>
<h2>As text</h2>
<pre>${escape(text)}</pre>
${html === null ? '' : `<h2>As HTML</h2><iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escape(html)}"></iframe>`}`,
  );

export function sendHtml(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'",
      'x-content-type-options': 'nosniff',
    })
    .end(body);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .end(JSON.stringify(body));
}
