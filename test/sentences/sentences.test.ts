// All sentences, in the order in which an engineer would tick them off: RFC 3768 state by state, version 3, keepalived.
// One test file for all of them, since starting one takes longer than all of them together. The table by section, and what
// is the kernel's to carry out, is docs/PROTOCOL.md.

import './rfc3768-timers.js';
import './rfc3768-initialize.js';
import './rfc3768-backup.js';
import './rfc3768-master.js';
import './rfc3768-receive.js';
import './rfc3768-address-list.js';
import './rfc3768-send.js';
import './version-3.js';
import './rfc5798-interval.js';
import './rfc5798-ipv6.js';
import './keepalived-unicast.js';
import './keepalived-start.js';
import './keepalived-election.js';
import './keepalived-fault.js';
import './keepalived-garp.js';
import './keepalived-track.js';
import './keepalived-script.js';
import './keepalived-file-process.js';
import './keepalived-group.js';
import './keepalived-reload.js';
import './no-outage-farewell.js';
import './no-outage-departure.js';
import './no-outage-connections.js';
import './no-outage-yield.js';
import './no-outage-announce.js';
import './no-outage-second-owner.js';
import './no-outage-thaw.js';
import './no-outage-hands.js';
import './no-outage-crash.js';
import './no-outage-version-3.js';
import './table.js';
