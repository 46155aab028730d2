import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { BadUserInput } from '../../../foundation/errors/domain-error.ts';

/** An id that is an argument of its own; left out or null where the argument may be. */
@Injectable()
export class UuidPipe implements PipeTransform<string | null | undefined> {
  transform(id: string | null | undefined, { data = 'id' }: ArgumentMetadata): string | null | undefined {
    if (id != null && !isUUID(id, 'all')) throw new BadUserInput({ [data]: 'must be an id (a UUID)' });
    return id?.toLowerCase() ?? id;
  }
}
