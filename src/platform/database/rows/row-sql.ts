import type { EntityMetadata, ObjectLiteral } from 'typeorm';

/** A statement with what stands for its parameters. */
export interface RowStatement {
  readonly text: string;
  readonly parameters: unknown[];
}

/** The columns that every statement about one row names first: $1 and $2. */
const KEY = '"organization_id" = $1 AND "id" = $2';

/**
 * SQL for single rows of an entity, from TypeORM's metadata. A text is written once and then is the same string each
 * time, so that the driver's named statement serves; TypeORM's builders write and read each call anew, which was a
 * seventh of a booking's CPU.
 */
export class RowSql<Row extends ObjectLiteral> {
  private readonly table: string;
  /** Every column, under the name of its property. */
  private readonly columns: string;
  private readonly columnOf: ReadonlyMap<string, { readonly name: string; readonly isJson: boolean }>;
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly entity: new () => Row,
    { tableName, columns }: EntityMetadata,
  ) {
    this.table = `"${tableName}"`;
    this.columns = columns.map((column) => `"${column.databaseName}" AS "${column.propertyName}"`).join(', ');
    this.columnOf = new Map(
      columns.map((column) => [column.propertyName, { name: column.databaseName, isJson: column.type === 'json' }]),
    );
  }

  find(): string {
    return this.text('find', () => `SELECT ${this.columns} FROM ${this.table} WHERE ${KEY}`);
  }

  /** FOR NO KEY UPDATE keeps others from changing the row, and lets rows that refer to it in. */
  lock(): string {
    return this.text('lock', () => `${this.find()} FOR NO KEY UPDATE`);
  }

  /** As `lock`, by another condition than the id. */
  lockWhere(condition: string): string {
    return this.text(`lock ${condition}`, () => {
      const where = `"organization_id" = $1 AND ${condition}`;
      return `SELECT ${this.columns} FROM ${this.table} WHERE ${where} FOR NO KEY UPDATE`;
    });
  }

  /** What is not among the values gets its column's default. */
  insert(values: Readonly<Record<string, unknown>>): RowStatement {
    const names = Object.keys(values).filter((name) => values[name] !== undefined);
    const text = this.text(`insert ${names.join()}`, () => {
      const places = names.map((_, index) => `$${index + 1}`).join(', ');
      return `INSERT INTO ${this.table} (${names.map((name) => this.column(name).name).join(', ')}) VALUES (${places})`;
    });
    return { text, parameters: this.parameters(names, values) };
  }

  /** Fails where it does not change exactly one row (app.require_rows): the row was locked, so that would be a bug. */
  update(organizationId: string, id: string, changes: Readonly<Record<string, unknown>>): RowStatement {
    const names = Object.keys(changes);
    const text = this.text(`update ${names.join()}`, () => {
      const places = names.map((name, index) => `${this.column(name).name} = $${index + 3}`).join(', ');
      return (
        `WITH changed AS (UPDATE ${this.table} SET ${places} WHERE ${KEY} RETURNING 1) ` +
        'SELECT app.require_rows(count(*), 1) FROM changed'
      );
    });
    return { text, parameters: [organizationId, id, ...this.parameters(names, changes)] };
  }

  rowOf(found: ObjectLiteral): Row {
    return Object.assign(new this.entity(), found);
  }

  private parameters(names: readonly string[], values: Readonly<Record<string, unknown>>): unknown[] {
    // the driver would write a JSON array as an array of SQL
    return names.map((name) =>
      this.column(name).isJson && values[name] != null ? JSON.stringify(values[name]) : values[name],
    );
  }

  private column(property: string): { readonly name: string; readonly isJson: boolean } {
    const column = this.columnOf.get(property);
    if (!column) throw new Error(`${this.table} has no column for ${property}.`);
    return column;
  }

  private text(key: string, write: () => string): string {
    const known = this.texts.get(key);
    if (known !== undefined) return known;
    const text = write();
    this.texts.set(key, text);
    return text;
  }
}
