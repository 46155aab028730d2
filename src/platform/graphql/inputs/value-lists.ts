import { applyDecorators } from '@nestjs/common';
import { ArrayMaxSize } from 'class-validator';
import { Normal } from './input-class.ts';
import { Optional } from './validation.ts';

/** Of what is sent as a list of values; nobody means more. */
export const MOST_VALUES = 100;

/** Of values in one list, whatever it is of: more are refused before each is looked at. */
export const LONGEST_LIST = 1_000;
export const TOO_LONG = `must have at most ${LONGEST_LIST} values`;

/** A filter by any of several values, each of which counts once. Longer lists are refused before anything looks at them. */
export const AnyOf = (): PropertyDecorator =>
  applyDecorators(
    Normal((sent) => (Array.isArray(sent) && sent.length <= MOST_VALUES ? [...new Set<unknown>(sent)] : sent)),
    Optional(),
    ArrayMaxSize(MOST_VALUES, { message: `must have at most ${MOST_VALUES} values` }),
  );
