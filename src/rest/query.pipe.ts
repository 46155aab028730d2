import { Injectable } from '@nestjs/common';
import { InputPipe } from '../graphql/input.pipe.ts';

/** A misspelt filter must not answer with everything: what is no parameter of the call is refused. */
@Injectable()
export class QueryPipe extends InputPipe {
  constructor() {
    super({ whitelist: true, forbidNonWhitelisted: true });
  }
}
