import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';
import { Role } from '../../foundation/request-context/request-context.ts';

@ObjectType('User', { description: 'An account: somebody who may sign in.' })
export class UserType {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  email: string;

  @Field(() => Role)
  role: Role;

  @Field(() => Boolean)
  isSuperAdmin: boolean;

  @Field(() => Boolean)
  active: boolean;
}

@ObjectType()
export class UserConnection extends Connection(UserType, 'User') {}
