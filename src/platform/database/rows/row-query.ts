import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import type { Tx } from '../transactions/tx.ts';

export type Parameters = Readonly<Record<string, unknown>>;
export type Direction = 'ASC' | 'DESC';

/** Text with the driver's `$1`, and the names of the parameters in that order. */
interface Compiled {
  readonly text: string;
  readonly names: readonly string[];
}

/** A statement that was compiled once is sent again as it is; their number is bounded, as texts could be made of inputs by mistake. */
const MOST_COMPILED = 500;
const compiled = new WeakMap<EntityMetadata, Map<string, Compiled>>();
const columnLists = new WeakMap<EntityMetadata, string>();

/**
 * Reads rows of one table as instances of their class, with the columns that the class declares. Conditions speak of
 * properties (`row.patientId = :patientId`); every value is a parameter, so that calls of one shape have one text, which
 * PostgreSQL parses and plans once a connection. TypeORM's own builder and hydration took the API four times as long.
 */
export class RowQuery<Row extends ObjectLiteral> {
  private readonly metadata: EntityMetadata;
  private readonly joins: string[] = [];
  private readonly conditions: string[] = [];
  private readonly orders: string[] = [];
  private readonly parameters: Record<string, unknown> = {};

  constructor(
    private readonly tx: Tx,
    private readonly entity: new () => Row,
  ) {
    this.metadata = tx.manager.dataSource.getMetadata(entity);
  }

  /** @param table what is joined, by its name in SQL, with its alias and condition */
  join(table: string): this {
    this.joins.push(table);
    return this;
  }

  /**
   * Only rows of whom these are the keys: by their id, or by another property that names one row each. A join, since
   * PostgreSQL plans anew for each array that a condition compares with, and expects so few rows of it that it read all of an
   * organization's sessions for those of a week.
   */
  withKeys(keys: readonly { readonly organizationId: string; readonly id: string }[], property = 'id'): this {
    const distinct = [...new Map(keys.map((key) => [key.organizationId + key.id, key])).values()];
    return this.join(
      `unnest(:keyOrganizations::uuid[], :keyIds::uuid[]) AS key(organization_id, id)
         ON row.organizationId = key.organization_id AND row.${property} = key.id`,
    ).with({
      keyOrganizations: distinct.map(({ organizationId }) => organizationId),
      keyIds: distinct.map(({ id }) => id),
    });
  }

  andWhere(condition: string, parameters?: Parameters): this {
    this.conditions.push(`(${condition})`);
    return this.with(parameters);
  }

  with(parameters: Parameters = {}): this {
    Object.assign(this.parameters, parameters);
    return this;
  }

  orderBy(term: string, direction: Direction = 'ASC'): this {
    this.orders.push(`${term} ${direction}`);
    return this;
  }

  async many({ limit, offset }: { limit?: number; offset?: number } = {}): Promise<Row[]> {
    let tail = this.ordered();
    if (limit !== undefined) tail += ' LIMIT :rowLimit';
    if (offset !== undefined) tail += ' OFFSET :rowOffset';
    const found = await this.with({ rowLimit: limit, rowOffset: offset }).select<Row>(this.columns, tail);
    return found.map((row) => Object.assign(new this.entity(), row));
  }

  /** All columns of the class, under the names of its properties. */
  get columns(): string {
    return columnsOf(this.metadata);
  }

  async one(): Promise<Row | null> {
    const [row] = await this.many();
    return row ?? null;
  }

  async exists(): Promise<boolean> {
    return (await this.select('1', 'LIMIT 1')).length > 0;
  }

  /** Of all rows, whatever the order. */
  async count(): Promise<number> {
    const [counted] = await this.select<{ count: number }>('count(*)::int AS count');
    return counted?.count ?? 0;
  }

  /** Anything else over the same rows. @param tail what comes behind the conditions */
  select<Found extends ObjectLiteral>(columns: string, tail = ''): Promise<Found[]> {
    const { text, names } = compile(this.metadata, this.text(columns, tail));
    return this.tx.sql<Found>(
      text,
      names.map((name) => this.parameters[name]),
    );
  }

  /** For a query within another, which has to bring the parameters along. */
  text(columns: string, tail = ''): string {
    const joins = this.joins.map((table) => ` JOIN ${table}`).join('');
    const where = this.conditions.length ? ` WHERE ${this.conditions.join(' AND ')}` : '';
    return `SELECT ${columns} FROM ${this.metadata.tableName} row${joins}${where} ${tail}`;
  }

  /** The type of the column that a property is kept in. */
  typeOf(property: string): unknown {
    return columnOf(this.metadata, property).type;
  }

  get given(): Parameters {
    return this.parameters;
  }

  private ordered(): string {
    return this.orders.length ? `ORDER BY ${this.orders.join(', ')}` : '';
  }
}

function columnsOf(metadata: EntityMetadata): string {
  const known = columnLists.get(metadata);
  if (known !== undefined) return known;
  const list = metadata.columns.map(({ propertyName }) => `row.${propertyName} AS "${propertyName}"`).join(', ');
  columnLists.set(metadata, list);
  return list;
}

/** Puts columns in place of properties, and `$n` in place of names. */
function compile(metadata: EntityMetadata, given: string): Compiled {
  const ofTable = compiled.get(metadata) ?? new Map<string, Compiled>();
  compiled.set(metadata, ofTable);
  const known = ofTable.get(given);
  if (known) return known;
  const names: string[] = [];
  const text = given
    .replace(/\brow\.(\w+)/g, (_, property: string) => `row.${columnOf(metadata, property).databaseName}`)
    .replace(/(?<!:):(\w+)/g, (_, name: string) => {
      if (!names.includes(name)) names.push(name);
      return `$${names.indexOf(name) + 1}`;
    });
  const made = { text, names };
  if (ofTable.size < MOST_COMPILED) ofTable.set(given, made);
  return made;
}

function columnOf(metadata: EntityMetadata, property: string): EntityMetadata['columns'][number] {
  const column = metadata.columns.find(({ propertyName }) => propertyName === property);
  if (!column) throw new Error(`${metadata.name} has no column for ${property}.`);
  return column;
}
