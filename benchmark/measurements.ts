import type { Crowd } from './areas/crowd';
import type { PeerCrowd } from './areas/crowd-of-peers';
import type { Delay, Exchange } from './areas/deployment';
import type { Handler } from './areas/handler';
import type { Size } from './areas/size';
import type { SynthTime } from './areas/synth-time';
import type { WaitingHour } from './areas/waiting';
import type { Counted } from './counted';

/** The results of one run. */
export interface Measurements {
  readonly machine: string;
  readonly minutes: number;
  /** by the peer's id, this library first */
  readonly peers: readonly { readonly id: string; readonly title: string; readonly size: Size; readonly synth: SynthTime }[];
  readonly handler: Handler;
  readonly exchanges: readonly Exchange[];
  readonly recordedDelays: readonly Delay[];
  readonly simulatedDelays: readonly Delay[];
  readonly waiting: readonly WaitingHour[];
  readonly crowds: readonly Crowd[];
  readonly peerCrowds: readonly PeerCrowd[];
  readonly counted: Counted;
}
