import type { Type } from '@nestjs/common';
import { Extensions, Field, Int, ObjectType } from '@nestjs/graphql';
import { LATER } from './projection.ts';

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage: boolean;

  @Field(() => String, { nullable: true, description: 'Pass it as `after` for the next page; null for an empty page.' })
  endCursor: string | null;
}

export interface ConnectionType<Node> {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: PageInfo;
}

/**
 * The edge and connection types of a node. Keyset cursors: a page neither repeats nor skips a row when others are
 * inserted. `totalCount` is counted only where it is selected.
 */
export function Connection<Node>(node: Type<Node>, name: string): Type<ConnectionType<Node>> {
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field()
    cursor: string;

    @Field(() => node)
    node: Node;
  }

  @ObjectType(`${name}Connection`, { isAbstract: true })
  abstract class ConnectionOf {
    @Field(() => [Edge])
    edges: Edge[];

    @Field(() => [node])
    nodes: Node[];

    @Field()
    pageInfo: PageInfo;

    @Field(() => Int, { description: 'Rows of the whole list. Counted only when it is asked for.' })
    @Extensions({ [LATER]: true })
    totalCount: Promise<number>;
  }
  return ConnectionOf as unknown as Type<ConnectionType<Node>>;
}
