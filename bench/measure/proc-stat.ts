/** What Linux says of a process in /proc/PID/stat, in clock ticks. */
export interface ProcessTimes {
  readonly parent: number;
  /** User and system time of the process itself. */
  readonly own: number;
  /** The same of its children that have ended and were waited for. */
  readonly ended: number;
}

/** @throws Error not the text of /proc/PID/stat */
export function parseStat(text: string): ProcessTimes {
  // the name, in parentheses, may hold anything
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, endedUser, endedSystem] = [fields[1], ...fields.slice(11, 15)];
  const times = [parent, user, system, endedUser, endedSystem];
  if (!times.every((time): time is number => Number.isInteger(time))) throw new Error(`Not a process: ${text}`);
  return { parent: times[0]!, own: times[1]! + times[2]!, ended: times[3]! + times[4]! };
}
