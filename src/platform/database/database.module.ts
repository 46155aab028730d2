import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { applicationDataSource, type ConnectionSettings } from './connection/data-source.ts';
import { Housekeeping } from './housekeeping.service.ts';
import { PoolGauges } from './pool-gauges.ts';
import { Schema } from './schema/schema.service.ts';
import { Transactions } from './transactions/transactions.ts';

/** The pool and its transactions. Everything else about PostgreSQL is hidden behind Transactions. */
@Module({})
export class DatabaseModule {
  static with(settings: ConnectionSettings, entities: readonly (new () => object)[]): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRoot({ ...applicationDataSource(settings), entities: [...entities], retryAttempts: 1 }),
      ],
      providers: [
        Housekeeping,
        PoolGauges,
        {
          provide: Schema,
          inject: [Transactions],
          useFactory: (transactions: Transactions) => new Schema(transactions, settings.pooling),
        },
        {
          provide: Transactions,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new Transactions(dataSource, settings.pooling),
        },
      ],
      exports: [Schema, Transactions],
    };
  }
}
