// An interface as its kernel has it: addresses, and who answers ARP requests.

import t from 'tap';
import { parseMac, type MacAddress } from '../../src/address.js';
import { decodeArp, encodeArp } from '../../src/packet/arp.js';
import { BROADCAST_MAC } from '../../src/packet/ethernet.js';
import type { Port } from '../../src/sim/segment.js';
import { seconds } from '../../src/time.js';
import { ip, Pair, VIRTUAL } from './pair.js';

const OURS = '02:00:00:00:00:77' as MacAddress;
const WHO = { mac: OURS, address: ip('10.0.0.77') };

/** A pair whose lb1 is switched on without a daemon and has the virtual address, and somebody who asks for it. */
function asking() {
  const pair = new Pair();
  const lb1 = pair.host('lb1');
  lb1.isOn = true;
  lb1.addAddress('eth0', { address: VIRTUAL, length: 24 });
  const answers: string[] = [];
  const asker: Port = {
    owner: 'asker',
    receive: (frame) => {
      const arp = decodeArp(frame);
      if (arp.kind === 'arp' && arp.operation === 2 && arp.target.address === WHO.address)
        answers.push(`${arp.sender.address} is at ${arp.sender.mac}, told ${arp.target.mac}`);
    },
  };
  const segment = pair.network.segments.get('eth0');
  segment?.attach(asker);
  const ask = (address = VIRTUAL): string[] => {
    answers.length = 0;
    const target = { mac: BROADCAST_MAC, address };
    segment?.send(asker, encodeArp({ operation: 1, sender: WHO, target }));
    pair.network.run(seconds(0.01));
    return [...answers];
  };
  return { pair, lb1, ask };
}

t.test('the kernel answers for each address that it has, and for no other', (t) => {
  const { lb1, ask } = asking();
  const mac = lb1.interfaces.get('eth0')?.plan.mac ?? '';
  t.ok(parseMac(mac));
  t.strictSame(ask(), [`10.0.0.100 is at ${mac}, told ${OURS}`]);
  t.strictSame(ask(ip('10.0.0.1')), [`10.0.0.1 is at ${mac}, told ${OURS}`], 'its own address too');
  t.strictSame(ask(ip('10.0.0.101')), []);
  lb1.deleteAddress(VIRTUAL);
  t.strictSame(ask(), [], 'not for one that was deleted');
  t.end();
});

t.test('it is silent while the machine stands still, is off, or its cable is pulled', (t) => {
  const { lb1, ask } = asking();
  lb1.freeze(true);
  t.strictSame(ask(), [], 'frozen');
  lb1.freeze(false);
  t.equal(ask().length, 1);
  lb1.setLink('eth0', false);
  t.strictSame(ask(), [], 'pulled');
  lb1.setLink('eth0', true);
  t.equal(ask().length, 1);
  lb1.crash();
  t.strictSame(ask(), [], 'off');
  lb1.isOn = true;
  t.strictSame(ask(), [], 'on again, but an added address does not survive that');
  t.equal(ask(ip('10.0.0.1')).length, 1, 'its own one does');
  t.end();
});

t.test('a daemon that stands still does not keep the kernel from answering', (t) => {
  const pair = new Pair();
  pair.host('lb1').start();
  pair.network.run(seconds(5));
  pair.host('lb1').stall(true);
  t.equal(pair.client.answeredBy(VIRTUAL)?.name, 'lb1');
  t.equal(pair.host('lb1').answers, true);
  t.end();
});

t.test('a gratuitous ARP is no question: nobody answers it', (t) => {
  const { pair, lb1 } = asking();
  pair.network.run(seconds(2));
  const before = pair.frames.length;
  lb1.interfaces.get('eth0')?.announce(VIRTUAL);
  pair.network.run(seconds(0.01));
  t.equal(pair.frames.length, before + 1);
  t.end();
});

t.test('adding and removing tell whether something changed', (t) => {
  const { lb1 } = asking();
  const eth0 = lb1.interfaces.get('eth0');
  t.equal(eth0?.add({ address: VIRTUAL, length: 24 }), false, 'it is there');
  t.equal(eth0?.add({ address: VIRTUAL, length: 32 }), true, 'another length is another address');
  t.equal(eth0?.remove(VIRTUAL), true);
  t.equal(eth0?.remove(VIRTUAL), false, 'it is gone');
  t.match(eth0?.link, { up: true, index: 1, mtu: 1500, addresses: [{ address: '10.0.0.1', length: 24 }] });
  t.end();
});
