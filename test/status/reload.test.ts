// What a reload says of an instance that changes: unicast and its peers.

import t from 'tap';
import { diffConfigs } from '../../src/config/diff.js';
import type { UnicastSettings, VrrpInstance } from '../../src/config/model.js';
import { describeReload } from '../../src/status/reload.js';
import { aConfig, anInstance, ip } from '../vrrp/host.js';

const told = (before: Partial<VrrpInstance>, after: Partial<VrrpInstance>): string[] => {
  const [old, next] = [before, after].map((changes) => aConfig({ instances: [anInstance(changes)] }));
  return old && next ? describeReload(diffConfigs(old, next)) : [];
};

const unicast: UnicastSettings = {
  peers: [{ address: ip('192.168.1.192') }, { address: ip('192.168.1.193') }],
  ttl: 255,
  checkSrc: false,
  oldChecksum: 'never',
};

t.test('unicast: peers that come and go, and each keyword', (t) => {
  t.strictSame(told({ unicast }, { unicast }), []);
  t.strictSame(told({}, { unicast }), ['VI_1: begun anew, unicast now']);
  t.strictSame(told({ unicast }, {}), ['VI_1: begun anew, multicast now']);
  const peers = [{ address: ip('192.168.1.192'), minTtl: 254 }, { address: ip('192.168.1.194') }];
  t.strictSame(told({ unicast }, { unicast: { ...unicast, peers } }), [
    'VI_1: + peer 192.168.1.192 min_ttl 254, + peer 192.168.1.194, - peer 192.168.1.192, - peer 192.168.1.193',
  ]);
  t.strictSame(told({ unicast }, { unicast: { ...unicast, ttl: 64, checkSrc: true, oldChecksum: 'always' } }), [
    'VI_1: unicast_ttl 255 -> 64, check_unicast_src false -> true, old_unicast_checksum "never" -> "always"',
  ]);
  t.end();
});

t.test('the other keywords of version 3', (t) => {
  t.strictSame(told({}, { accept: false, mcastDstIp: ip('224.0.0.77'), v3ChecksumAsV2: true }), [
    'VI_1: mcast_dst_ip "224.0.0.18" -> "224.0.0.77", v3_checksum_as_v2 false -> true, accept true -> false',
  ]);
  t.end();
});
