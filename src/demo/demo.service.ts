import { Injectable } from '@nestjs/common';
import type { DemoLogin } from './demo-data.ts';

@Injectable()
export class DemoService {
  fill(): Promise<readonly DemoLogin[]> {
    return Promise.resolve([]);
  }
}
