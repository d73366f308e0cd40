// How many updates a second, now and over the last minute.

export const WINDOW = 60;

/** Counts events in one-second buckets; times are in milliseconds. */
export class Rate {
  private readonly buckets = new Array<number>(WINDOW + 1).fill(0);
  private second = 0;
  private since = 0;

  add(now: number): void {
    if (this.since === 0) this.since = now;
    this.advance(now);
    const index = this.second % this.buckets.length;
    this.buckets[index] = (this.buckets[index] ?? 0) + 1;
  }

  /** Return events per second over the last five whole seconds, or over as many as there were. */
  perSecond(now: number): number {
    const recent = this.history(now).slice(-5);
    const seconds = Math.min(5, Math.max(1, (now - this.since) / 1000));
    return this.since === 0 ? 0 : recent.reduce((sum, count) => sum + count, 0) / seconds;
  }

  /** Return the counts of the last minute's whole seconds, the oldest first. */
  history(now: number): number[] {
    this.advance(now);
    const size = this.buckets.length;
    return Array.from({ length: WINDOW }, (_, index) => this.buckets[(this.second + 1 + index) % size] ?? 0);
  }

  private advance(now: number): void {
    const second = Math.floor(now / 1000);
    const passed = Math.min(second - this.second, this.buckets.length);
    for (let step = 1; step <= passed; step += 1) this.buckets[(second - passed + step) % this.buckets.length] = 0;
    if (passed > 0) this.second = second;
  }
}
