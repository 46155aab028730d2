import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { BadUserInput } from '../../../foundation/errors/domain-error.ts';
import { textProblem } from './validation.ts';

/** A text that is an argument of its own. */
export class TextPipe implements PipeTransform<string, string> {
  constructor(private readonly max: number) {}

  transform(text: string, { data = 'text' }: ArgumentMetadata): string {
    const problem = textProblem(text, 1, this.max) ?? (text.trim() ? undefined : 'must not be blank');
    if (problem) throw new BadUserInput({ [data]: problem });
    return text;
  }
}
