import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { gauge } from '../observability/metrics.ts';
import { Transactions } from './transactions/transactions.ts';

/** Tells /metrics how the pool is used. */
@Injectable()
export class PoolGauges {
  constructor(dataSource: DataSource, transactions: Transactions) {
    // asked for anew each time: the pool is made when the data source connects
    const pool = (): Pool => (dataSource.driver as unknown as { master: Pool }).master;
    gauge('therapy_pool_size', 'Connections of this process, at most', () => pool().options.max);
    gauge('therapy_pool_connections', 'Connections that are open', () => pool().totalCount);
    gauge('therapy_pool_idle', 'Connections that nobody uses', () => pool().idleCount);
    gauge('therapy_pool_waiting', 'Transactions that wait for a connection', () => transactions.waiting);
  }
}
