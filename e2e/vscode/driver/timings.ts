/** Timings are the moments of a scenario. */
export class Timings {
  private readonly name: string;
  private readonly begun = performance.now();
  private last = this.begun;
  private readonly lines: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** mark records a step and returns the seconds since the previous one. */
  mark(step: string): number {
    const now = performance.now();
    const seconds = (now - this.last) / 1000;
    this.lines.push(`${seconds.toFixed(2)} s ${step}`);
    this.last = now;
    return seconds;
  }

  /** print writes them all. */
  print(): void {
    const total = ((performance.now() - this.begun) / 1000).toFixed(1);
    console.log(`timings of "${this.name}", ${total} s: ${this.lines.join("; ")}`);
  }
}
