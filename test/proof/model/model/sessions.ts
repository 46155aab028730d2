import { iso } from './appointments.ts';
import { minutesBetween } from './units.ts';
import type { Session } from './world.ts';

export function sessionView({ name, start, end, used, unauthorized }: Session): object {
  return {
    id: name,
    startTime: iso(start),
    endTime: iso(end),
    durationMinutes: minutesBetween(start, end),
    unitsUsed: used,
    unitsUnauthorized: unauthorized,
    status: unauthorized > 0 ? 'REQUIRES_REVIEW' : 'COMPLETED',
  };
}
