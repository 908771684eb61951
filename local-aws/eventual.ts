import type { Clock } from './core';

/** A value whose changes take effect some time after they were made. */
export class Eventual<T> {
  /** the oldest first; the first one is in effect */
  private readonly versions: { readonly from: number; readonly value: T | undefined }[];

  /** @param initial in effect at once; default: nothing */
  constructor(private readonly clock: Clock, private readonly seconds: number, initial?: T) {
    this.versions = [{ from: -Infinity, value: initial }];
  }

  public set(value: T | undefined): void {
    this.versions.push({ from: this.clock.now() + this.seconds * 1000, value });
  }

  /** Undefined if no value has taken effect yet. */
  public get inEffect(): T | undefined {
    const now = this.clock.now();
    while (this.versions.length > 1 && this.versions[1].from <= now) { this.versions.shift(); }
    return this.versions[0].value;
  }

  /** What whoever has made the changes knows. */
  public get latest(): T | undefined {
    return this.versions.at(-1)!.value;
  }
}
