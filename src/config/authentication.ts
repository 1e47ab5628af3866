// `authentication { }` of an instance: none or a password of at most 8 octets (RFC 2338 § 5.3.6, which version 2 of
// RFC 3768 keeps for those who use it; version 3 has none, RFC 5798 § 9). The password appears in no message.

import type { Report } from './diagnostic.js';
import { actedUpon, refused, Table, type Draft, type Written } from './keyword.js';
import type { Authentication } from './model.js';
import { endsAtComment } from './tokens.js';
import { block, choice, single } from './value.js';

const keywords = {
  auth_type: actedUpon(choice('PASS', 'AH'), 'required'),
  auth_pass: actedUpon(
    single('password of up to 8 octets', (word) => word),
    'required',
  ),
  auth_hmac: refused('this authentication is not supported yet'),
};
export const authenticationTable = new Table('authentication', keywords);
export const authentication = block(authenticationTable);

const MOST_OCTETS = 8;

export function completeAuthentication(
  written: Written<Draft<typeof keywords>> | undefined,
  { version, report }: { version: 2 | 3; report: Report },
): Authentication {
  const { authType, authPass } = written?.value ?? {};
  if (version === 3) {
    const words = 'version 3 has no authentication: it is not used, in keepalived neither';
    if (written !== undefined) report.warning('authentication-dropped', written.statement.keyword.span, words);
    return { type: 'none' };
  }
  if (authType?.value === 'AH') {
    const [word] = authType.statement.args;
    report.error('refused', word?.span ?? authType.statement.keyword.span, 'AH is not supported; use PASS');
  }
  const word = authPass?.value;
  if (authType?.value !== 'PASS' || word === undefined) return { type: 'none' };
  if (endsAtComment(word)) {
    const note = 'put double quotes around the password';
    report.warning('comment-cuts-value', word.span, 'a comment cuts the password', { note });
  }
  if (!word.quoted && /\\[!#]/.test(word.span.source ?? '') && /[!#]/.test(word.text)) {
    const note = 'double quotes around the password mean the same everywhere';
    report.warning('comment-cuts-value', word.span, 'in keepalived 2.2 the backslash cuts the password', { note });
  }
  if (word.text.includes('\ufffd')) report.error('bad-value', word.span, 'the password is not UTF-8 text');
  const octets = new TextEncoder().encode(word.text);
  if (octets.length > MOST_OCTETS) {
    const words = `the password has ${octets.length} octets; only the first ${MOST_OCTETS} are sent and compared`;
    report.warning('password-cut', word.span, words);
  }
  return { type: 'PASS', password: String.fromCharCode(...octets.subarray(0, MOST_OCTETS)) };
}
