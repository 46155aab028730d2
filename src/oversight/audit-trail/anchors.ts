import { appendFile, readFile } from 'node:fs/promises';

/** The newest seal of a chain, as it was once: kept where the database's owner cannot reach it, it proves a rewritten chain. */
export interface Anchor {
  /** Null: the chain of events that belong to no organization. */
  readonly organizationId: string | null;
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** One JSON object a line. @throws Error the file cannot be read, or a line is no anchor */
export async function readAnchors(file: string): Promise<Anchor[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (!line.trim()) return [];
    const anchor = parse(line);
    if (!isAnchor(anchor)) throw new Error(`Line ${index + 1} of ${file} is no anchor.`);
    return [anchor];
  });
}

/** Adds to the file: older anchors stay and are checked, too. */
export async function writeAnchors(file: string, anchors: readonly Anchor[], now: Date): Promise<void> {
  const writtenAt = now.toISOString();
  await appendFile(file, anchors.map((anchor) => `${JSON.stringify({ writtenAt, ...anchor })}\n`).join(''));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isAnchor(value: unknown): value is Anchor {
  const { organizationId, seq, hash } = (value ?? {}) as Record<string, unknown>;
  const named =
    organizationId === null || (typeof organizationId === 'string' && /^[0-9a-f-]{36}$/.test(organizationId));
  return named && Number.isInteger(seq) && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash);
}
