import { CALENDARS } from '../data/plan.ts';
import { Connection, refusalOf } from '../load/connection.ts';
import { PAGE_ROWS, PAGE_TEXT, tokenOf } from './queries.ts';

const LARGEST = 200;

export interface Place {
  /** For the API. */
  readonly cursor: string;
  /** The last appointment before the page, for the floor. */
  readonly id: string;
  readonly startTime: string;
}

interface PageAnswer {
  readonly data: {
    readonly appointments: {
      readonly nodes: readonly { readonly id: string; readonly startTime: string }[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  };
}

/** Where page number so and so begins, in each of the first organizations: found by turning the pages before it. */
export async function placesOf(url: string, page: number, organizations: number): Promise<Place[]> {
  const connection = new Connection(url);
  try {
    const places: Place[] = [];
    for (let index = 0; index < organizations; index++)
      places.push(await walk(connection, tokenOf(CALENDARS.first + index), (page - 1) * PAGE_ROWS));
    return places;
  } finally {
    connection.close();
  }
}

async function walk(connection: Connection, token: string, rows: number): Promise<Place> {
  let place: Place | undefined;
  for (let passed = 0; passed < rows;) {
    const first = Math.min(LARGEST, rows - passed);
    const text = await connection.post(
      JSON.stringify({ query: PAGE_TEXT, variables: { first, after: place?.cursor } }),
      token,
    );
    if (refusalOf(text) !== undefined) throw new Error(text);
    const { nodes, pageInfo } = (JSON.parse(text) as PageAnswer).data.appointments;
    const last = nodes.at(-1);
    if (!last || nodes.length !== first || !pageInfo.hasNextPage) throw new Error('There are not so many pages.');
    place = { cursor: pageInfo.endCursor, id: last.id, startTime: last.startTime };
    passed += first;
  }
  if (!place) throw new Error('The first page begins at the start.');
  return place;
}
