import { Injectable } from '@nestjs/common';

/** The present instant. Tests stand another clock in its place. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
