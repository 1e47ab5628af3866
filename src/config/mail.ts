// Mail: notification_email, smtp_server and their sisters in global_defs. Without both of these two no mail is sent, by
// keepalived neither. keepalived.conf(5): smtp_alert.

import { seconds, type Duration } from '../time.js';
import type { Report } from './diagnostic.js';
import type { Value, Written } from './keyword.js';
import type { MailSettings } from './model.js';
import type { Word } from './tokens.js';
import { list, reportExtraWords, reportMissingValue } from './value.js';
import { numberWord } from './words.js';

const STANDARD_PORT = 25;
const portWord = numberWord(1, 65_535);

/** An address a line, or several. */
export const mailAddresses: Value<string[][]> = list({
  form: 'a mail address a line',
  isEntry: ([first]) => first?.text.includes('@') === true,
  read: ({ keyword, args }) => [keyword, ...args].map((word: Word) => word.text),
});

/** `smtp_server HOST [PORT]` */
export const mailServer: Value<MailSettings['server']> = {
  form: 'host or address [port]',
  read(statement, report: Report) {
    const [host, port] = statement.args;
    reportExtraWords(statement, { from: 2, report });
    if (host === undefined) reportMissingValue(statement, { form: 'host or address [port]', report });
    const number = port === undefined ? STANDARD_PORT : portWord(port, report);
    return host === undefined || number === undefined ? undefined : { host: host.text, port: number };
  },
};

/** What of global_defs is about mail. */
interface WrittenMail {
  readonly notificationEmail?: Written<string[][]>;
  readonly notificationEmailFrom?: Written<string>;
  readonly smtpServer?: Written<MailSettings['server']>;
  readonly smtpHeloName?: Written<string>;
  readonly smtpConnectTimeout?: Written<Duration>;
  readonly noEmailFaults?: Written<boolean>;
}

export function completeMail(written: WrittenMail): MailSettings | undefined {
  const to = (written.notificationEmail?.value ?? []).flat();
  const server = written.smtpServer?.value;
  if (to.length === 0 || server === undefined) return undefined;
  const from = written.notificationEmailFrom?.value;
  const heloName = written.smtpHeloName?.value;
  return {
    to,
    ...(from !== undefined && { from }),
    server,
    ...(heloName !== undefined && { heloName }),
    connectTimeout: written.smtpConnectTimeout?.value ?? seconds(30),
    withoutFaults: written.noEmailFaults?.value ?? false,
  };
}
