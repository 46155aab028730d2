import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../rules/access/requires.decorator.ts';
import { Readiness } from './readiness.service.ts';

interface Health {
  /** No more: whoever may ask learns nothing of what is behind. */
  readonly status: 'ok' | 'unavailable';
}

/** For probes, without a login. No part of the API, so not in its description. */
@ApiExcludeController()
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs and answers. Where this fails, only a restart helps. */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): Health {
    return { status: 'ok' };
  }

  /** Requests may be sent here. Where this fails, they go elsewhere for now. */
  @Get('ready')
  @Header('cache-control', 'no-store')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    if (await this.readiness.isReady()) return { status: 'ok' };
    // not thrown: it is an expected answer, and the edge would take it for an error of the API
    void reply.status(503);
    return { status: 'unavailable' };
  }
}
