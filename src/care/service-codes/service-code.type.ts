import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';

@ObjectType('ServiceCode', {
  description: [
    'A billable service and how its minutes become units:',
    'units(m) = 0 if m < zeroBelowMinutes, else floor(m / unitMinutes) + (1 if m mod unitMinutes >= roundUpAtMinutes).',
    '15/8/8 is the CMS eight-minute rule for one code, 15/1/1 rounds every started unit up, 15/15/15 counts full units only,',
    '60/31/31 passes the CPT midpoint. An untimed service is one unit a visit, whatever its length above zero.',
  ].join('\n'),
})
export class ServiceCodeType {
  @Field(() => ID)
  id: string;

  @Field({ description: 'Billing code, such as the CPT code 97153; unique in its organization.' })
  code: string;

  @Field()
  description: string;

  @Field()
  timed: boolean;

  @Field(() => Int)
  unitMinutes: number;

  @Field(() => Int)
  roundUpAtMinutes: number;

  @Field(() => Int)
  zeroBelowMinutes: number;
}

@ObjectType()
export class ServiceCodeConnection extends Connection(ServiceCodeType, 'ServiceCode') {}
