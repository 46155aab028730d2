/** A line that `pgbench -P` prints of the time since the line before. */
export interface Progress {
  /** Since pgbench began. */
  readonly seconds: number;
  readonly perSecond: number;
  /** In milliseconds. */
  readonly latency: number;
  readonly failed: number;
}

/** Undefined for every other line. */
export function parseProgress(line: string): Progress | undefined {
  const found = /^progress: ([\d.]+) s, ([\d.]+) tps, lat ([\d.]+|nan) ms.*?(?:, (\d+) failed)?$/i.exec(line.trim());
  if (!found) return undefined;
  const [, seconds, perSecond, latency, failed] = found;
  return {
    seconds: Number(seconds),
    perSecond: Number(perSecond),
    latency: Number(latency),
    failed: Number(failed ?? 0),
  };
}

/** How many transactions all clients have finished. @throws Error the output of a run that did not end well */
export function parseProcessed(output: string): number {
  const [, processed] = /^number of transactions actually processed: (\d+)/m.exec(output) ?? [];
  if (processed === undefined || /aborted|error/i.test(output)) throw new Error(`pgbench failed:\n${output}`);
  return Number(processed);
}
