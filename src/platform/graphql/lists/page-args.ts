import { ArgsType, Field, Int } from '@nestjs/graphql';
import { Max, Min } from 'class-validator';
import { IsLine, Optional } from '../inputs/validation.ts';
import { LONGEST_CURSOR } from './cursor.ts';

export const LARGEST_PAGE = 200;

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: 50, description: `Rows of this page: 1 to ${LARGEST_PAGE}.` })
  @Optional()
  @Min(1)
  @Max(LARGEST_PAGE)
  first?: number | null = 50;

  @Field(() => String, { nullable: true, description: 'The endCursor of the page before.' })
  @Optional()
  @IsLine({ max: LONGEST_CURSOR })
  after?: string | null;
}
