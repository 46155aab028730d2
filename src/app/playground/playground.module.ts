import { fileURLToPath } from 'node:url';
import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Environment } from '../../platform/config/environment.ts';
import { servePlayground } from './serve-playground.ts';

/** dist/playground, where `npm run build` puts the page of web/playground. */
const BUILT = fileURLToPath(new URL('../../../playground/', import.meta.url));

/** The page is no business of Nest's: no guard, no filter and no resolver ever sees a request for it. */
@Module({})
export class PlaygroundModule implements OnModuleInit {
  constructor(
    private readonly environment: Environment,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
  ) {}

  onModuleInit(): void {
    // a command serves nobody
    const adapter = this.host.httpAdapter as FastifyAdapter | null;
    if (this.environment.playground && adapter) servePlayground(adapter.getInstance(), BUILT);
  }
}
