// Sync groups of a pair: the members' priorities must be in the same order on both hosts, or the two take the addresses
// from each other again and again; and a group keeps in step only what is in it on both. It plays nothing.
// keepalived.conf(5): VRRP synchronization group(s).

import type { Config, SyncGroup } from '../config/model.js';
import { groupsByMember } from '../config/tracks.js';
import type { Finding } from './finding.js';
import type { PairedInstance } from './pair.js';

export function judgeGroups(configs: readonly [Config, Config], paired: readonly PairedInstance[]): Finding[] {
  const groups = [groupsByMember(configs[0]), groupsByMember(configs[1])] as const;
  const groupOf = (host: 0 | 1, { instances }: PairedInstance): SyncGroup | undefined =>
    groups[host].get(instances[host].name);
  const alone = paired.flatMap((pair): Finding[] => {
    const [one, other] = [groupOf(0, pair), groupOf(1, pair)];
    const group = one ?? other;
    if (group === undefined || (one && other)) return [];
    const words = `${pair.instances[one ? 0 : 1].name} is in the sync group ${group.name} in one file only`;
    return [warning(words, [group])];
  });
  const crossed = configs[0].syncGroups.flatMap((group): Finding[] => {
    const members = paired.filter((pair) => groupOf(0, pair) === group && groupOf(1, pair));
    const better = (host: 0 | 1): string | undefined =>
      members.find(({ instances }) => instances[host].priority > instances[host === 0 ? 1 : 0].priority)?.instances[0]
        .name;
    const [first, second] = [better(0), better(1)];
    const partner = members.map((pair) => groupOf(1, pair)).find((one) => one !== undefined);
    if (first === undefined || second === undefined || !partner) return [];
    const words =
      `in the sync group ${group.name} one host is better for ${first} and the other for ${second}: ` +
      'they take the addresses from each other again and again';
    return [warning(words, [group, partner])];
  });
  return [...alone, ...crossed];
}

const warning = (words: string, groups: readonly SyncGroup[]): Finding => ({
  severity: 'warning',
  code: 'pair-group',
  words,
  places: groups.map(({ place }) => place),
});
