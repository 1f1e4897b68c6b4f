#!/bin/sh
# Starts a Sentinel. It writes what it learns into its file, so the file is made only once.
set -eu

FILE="${SENTINEL_FILE:-/data/sentinel.conf}"
FIRST="${FIRST_MASTER:-redis-1:6379}"

if [ ! -f "$FILE" ]; then
  cat > "$FILE" <<EOF
port ${SENTINEL_PORT:-26379}
dir $(dirname "$FILE")
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel monitor behalf ${FIRST%:*} ${FIRST#*:} 2
sentinel auth-pass behalf $REDIS_PASSWORD
sentinel down-after-milliseconds behalf 5000
sentinel failover-timeout behalf 30000
sentinel parallel-syncs behalf 1
EOF
  chmod 600 "$FILE"
fi
exec redis-server "$FILE" --sentinel
