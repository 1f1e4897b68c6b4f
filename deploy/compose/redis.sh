#!/bin/sh
# Starts a Redis that joins the others: as a replica of the master that the Sentinels know, at the very first start of redis-1.
# Arguments are passed on to redis-server.
set -eu

PORT="${REDIS_PORT:-6379}"
SENTINELS="${SENTINELS:-sentinel-1:26379 sentinel-2:26379 sentinel-3:26379}"
FIRST="${FIRST_MASTER:-redis-1:6379}"

master=""
for sentinel in $SENTINELS; do
  answer="$(timeout 2 redis-cli -h "${sentinel%:*}" -p "${sentinel#*:}" sentinel get-master-addr-by-name behalf 2>/dev/null || true)"
  # Two lines: host and port. Anything else is a Sentinel that is not up yet.
  if [ "$(printf '%s\n' "$answer" | wc -l)" -eq 2 ]; then
    master="$(printf '%s' "$answer" | tr '\n' ':')"
    break
  fi
done
master="${master:-$FIRST}"

set -- --port "$PORT" --appendonly yes --maxmemory-policy noeviction \
  --requirepass "$REDIS_PASSWORD" --masterauth "$REDIS_PASSWORD" \
  --min-replicas-to-write 1 --min-replicas-max-lag 10 \
  --replica-announce-ip "$SELF" --replica-announce-port "$PORT" "$@"
if [ "$master" != "$SELF:$PORT" ]; then
  set -- "$@" --replicaof "${master%:*}" "${master#*:}"
fi
exec redis-server "$@"
