// Keywords that keepalived 2.2.7, which Debian 12 has and many pairs still run, does not know: those of later versions, and
// those that only vrrpd has. Such a peer, or the same host when one goes back to it, passes over them with a message.

import type { Report } from './diagnostic.js';
import type { Word } from './tokens.js';

const NEWER: ReadonlySet<string> = new Set([
  ...['timer_expired_backup', 'v3_checksum_as_v2', 'owner_ignore_adverts', 'vrrp_owner_ignore_adverts', 'auth_hmac'],
  ...['no_virtual_ipaddress', 'json_version', 'state_dump_file', 'stats_dump_file', 'json_dump_file'],
  ...['vrrp_delay_after_boot', 'use_symlink_paths', 'set_supplementary_groups', 'dbus_no_interface_name'],
  ...['iproute_usr_dir', 'iproute_etc_dir'],
]);

const OWN: ReadonlySet<string> = new Set(['reset_connections', 'vrrp_reset_connections']);

/** Which keepalived does not know the keyword; undefined: they all do. */
export const strangerTo = (keyword: string): 'keepalived' | 'keepalived 2.2.7' | undefined =>
  OWN.has(keyword) ? 'keepalived' : NEWER.has(keyword) ? 'keepalived 2.2.7' : undefined;

export function reportNewer(keyword: Word, report: Report): void {
  const daemon = strangerTo(keyword.text);
  if (daemon === undefined) return;
  const words = `${daemon} does not know ${keyword.text}: it passes over it with a message`;
  report.hint('newer-keyword', keyword.span, words);
}
