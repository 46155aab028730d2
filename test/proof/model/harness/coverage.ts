import type { Operation } from '../model/calls.ts';

/** What was called, and what was answered: so that it shows when the generator no longer reaches something. */
export class Coverage {
  private readonly answers = new Map<Operation, Map<string, number>>();
  sequences = 0;

  count(operation: Operation, answer: string): void {
    const known = this.answers.get(operation) ?? new Map<string, number>();
    known.set(answer, (known.get(answer) ?? 0) + 1);
    this.answers.set(operation, known);
  }

  accepted(operation: Operation): number {
    return this.of(operation).get('ACCEPTED') ?? 0;
  }

  refused(operation: Operation): number {
    return [...this.of(operation)].reduce(
      (sum, [answer, count]) => (answer.startsWith('ACCEPTED') ? sum : sum + count),
      0,
    );
  }

  /** How often each answer came, whatever was called. */
  byAnswer(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const answers of this.answers.values())
      for (const [answer, count] of answers) sums.set(answer, (sums.get(answer) ?? 0) + count);
    return sums;
  }

  get calls(): number {
    return [...this.byAnswer().values()].reduce((sum, count) => sum + count, 0);
  }

  /** A line for each operation, and one for all. */
  lines(): string[] {
    const told = (answers: ReadonlyMap<string, number>): string =>
      [...answers]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([answer, count]) => `${answer} ${count}`)
        .join(', ');
    return [
      ...[...this.answers].map(([operation, answers]) => `${operation}: ${told(answers)}`),
      `${this.sequences} sequences, ${this.calls} calls: ${told(this.byAnswer())}`,
    ];
  }

  private of(operation: Operation): ReadonlyMap<string, number> {
    return this.answers.get(operation) ?? new Map<string, number>();
  }
}
