#!/bin/sh
# What scripts do, as a line each: "ok" or "refused" and the command.
try() {
    if "$@" >/dev/null 2>&1; then echo "ok $*"; else echo "refused $*"; fi
}
{
    try systemctl restart haproxy
    try killall -0 haproxy
    try ps -C haproxy
    # Of a process of another user, or one that may do more.
    try readlink /proc/1/exe
    try ip address add 10.9.9.9/32 dev lo
    try ip address del 10.9.9.9/32 dev lo
    try touch /etc/noticed /var/noticed /usr/local/noticed /tmp/noticed
    # As haproxy's own start script does.
    try mkdir -p /run/lab
    try chown nobody /run/lab
    try chmod 2775 /run/lab
    # As haproxy itself does.
    try chroot / true
    try setpriv --reuid=nobody --clear-groups true
    try runuser -u nobody -- true
    try renice -n -5 $$
    echo "-- not these"
    try mount -t tmpfs none /mnt
    try unshare --net true
    try unshare --user true
    try mknod /run/lab/null c 1 3
    try chrt --rr 1 true
    echo end
} >/run/script.log
