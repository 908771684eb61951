/** Time that passes only when a test says so. */
export class FakeClock {
  public time = Date.parse('2026-11-02T08:00:00Z');

  public readonly now = (): number => this.time;

  public advance(seconds: number): void {
    this.time += seconds * 1000;
  }
}
