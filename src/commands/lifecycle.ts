import type { LifecycleHandler } from '../chat/lifecycle-event.js';
import type { Departures } from '../connections/departures.js';

/**
 * What follows when people and workspaces leave or come back: the logins of somebody who is deactivated end at once; where
 * the app was removed, after the grace, unless it is installed again before.
 */
export function lifecycleHandler(departures: Departures, graceMs: number): LifecycleHandler {
  return async (event) => {
    const { platform, tenantId } = event;
    switch (event.kind) {
      case 'person-left':
        return departures.leave(
          { platform, tenantId, userId: event.userId },
          event.why === 'deactivated' ? 0 : graceMs,
        );
      case 'person-back':
        return departures.comeBack({ platform, tenantId, userId: event.userId });
      case 'tenant-left':
        return departures.leave({ platform, tenantId }, graceMs);
      case 'tenant-back':
        return departures.comeBack({ platform, tenantId });
    }
  };
}
