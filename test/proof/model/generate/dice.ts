/** Numbers that decide what a command does once the world is known in which it does it. All zeros is the plainest. */
export const FACES = 10_000;

export class Dice {
  private thrown = 0;

  constructor(private readonly faces: readonly number[]) {}

  /** A fraction in [0, 1); zeros once all dice are thrown. */
  private throw(): number {
    return (this.faces[this.thrown++] ?? 0) / FACES;
  }

  /** One of them, each as likely. */
  of<T>(choices: readonly T[]): T | undefined {
    return choices[Math.floor(this.throw() * choices.length)];
  }

  /** One of them, as likely as its weight; the first is the plainest. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let rest = this.throw() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) if ((rest -= weight) < 0) return choice;
    return choices[0]![1];
  }

  /** True that often in a hundred times. */
  percent(chance: number): boolean {
    return this.throw() >= 1 - chance / 100;
  }
}
