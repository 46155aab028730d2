import { Inject, type Type } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { RowKey, TenantRow } from '../../platform/database/rows/tenant-repository.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Attachable } from '../../platform/graphql/lists/attached.ts';
import { required } from '../../platform/graphql/lists/loaders.ts';
import type { Selection } from '../../platform/graphql/lists/selection.ts';
import type { Permission } from './permission.ts';
import { belongsTo, ReadAhead } from './read-ahead.ts';
import { Requires } from './requires.decorator.ts';

/** Gives rows to those who may read them. */
export interface RowReader<Row> {
  /** One, together with all that the request asks for at that moment; null where the caller may not read it. */
  load(ctx: RequestContext, key: RowKey): Promise<Row | null>;
  /** Those of these that the caller may read. */
  many(tx: Tx, keys: readonly RowKey[], selection: Selection): Promise<Row[]>;
}

/** Where a field leads to. */
export interface RowRelation<Row extends TenantRow> {
  readonly row: Type<Row>;
  readonly type: () => Type;
  /** Such as the words in NOT_FOUND have it. */
  readonly resource: string;
  readonly permission: Permission;
  readonly reader: Type<RowReader<Row>>;
}

/**
 * Says a relation field once, beside the row that it leads to. A type whose rows have its id in `${field}Id` gets the field
 * by naming it among its module's providers: `patientOf(SessionType, Session)` is a resolver of `Session.patient`, with the
 * door, the loader for a row that stands alone, and the reading ahead for lists.
 */
export function relationTo<Field extends string, Row extends TenantRow, Property extends string = `${Field}Id`>(
  field: Field,
  to: RowRelation<Row>,
) {
  const property = `${field}Id` as Property;
  type Given = { readonly organizationId: string } & Readonly<Record<Property, string>>;

  return (type: Type, rows: Type<Given>): Type => {
    @Resolver(() => type)
    class RelationResolver {
      constructor(
        @Inject(to.reader) private readonly reader: RowReader<Row>,
        ahead: ReadAhead,
      ) {
        const { permission, row } = to;
        ahead.add(
          rows,
          field,
          belongsTo(permission, property, row, (tx, keys, selection) => reader.many(tx, keys, selection)),
        );
      }

      @Attachable()
      @ResolveField(field, to.type)
      @Requires(to.permission)
      related(@Ctx() ctx: RequestContext, @Parent() { organizationId, [property]: id }: Given): Promise<Row> {
        return required(to.resource, id, this.reader.load(ctx, { organizationId, id }));
      }
    }
    return RelationResolver;
  };
}
