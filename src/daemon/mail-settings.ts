// What a mailer needs, from what global_defs says: this host and its user stand in for what is not written.
// keepalived.conf(5): router_id, notification_email_from, smtp_helo_name.

import { hostname, userInfo } from 'node:os';
import type { GlobalDefs } from '../config/model.js';
import { inMilliseconds } from '../time.js';
import type { MailSettings } from './mailer.js';

/** Undefined where no mail is sent. */
export function mailSettings({ mail, routerId }: GlobalDefs): MailSettings | undefined {
  if (mail === undefined) return undefined;
  const host = hostname();
  const { to, server, connectTimeout, withoutFaults, from = `${userName()}@${host}`, heloName = host } = mail;
  return {
    routerId: routerId ?? host,
    noEmailFaults: withoutFaults,
    server,
    heloName,
    connectTimeout: inMilliseconds(connectTimeout),
    from,
    to,
  };
}

/** In a container the number of the user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
