import { CHECK_BREAKAGES } from './checks';
import { DEPENDENCY_BREAKAGES } from './dependencies';
import { FAILURE_BREAKAGES } from './failures';
import { LIFECYCLE_BREAKAGES } from './lifecycle';
import { LISTING_BREAKAGES } from './listings';
import { NAME_BREAKAGES } from './names';
import { POLICY_BREAKAGES } from './policies';
import { REGULATED_BREAKAGES } from './regulated';
import { SCHEDULE_BREAKAGES } from './schedule';
import { SETTING_BREAKAGES } from './settings';
import { STATE_MACHINE_BREAKAGES } from './state-machine';
import { TABLE_BREAKAGES } from './tables';
import { WAIT_BREAKAGES } from './waits';
import type { Breakage } from '../breakage';

export const BREAKAGES: readonly Breakage[] = [
  ...POLICY_BREAKAGES,
  ...DEPENDENCY_BREAKAGES,
  ...WAIT_BREAKAGES,
  ...LISTING_BREAKAGES,
  ...NAME_BREAKAGES,
  ...STATE_MACHINE_BREAKAGES,
  ...SCHEDULE_BREAKAGES,
  ...SETTING_BREAKAGES,
  ...REGULATED_BREAKAGES,
  ...LIFECYCLE_BREAKAGES,
  ...FAILURE_BREAKAGES,
  ...CHECK_BREAKAGES,
  ...TABLE_BREAKAGES,
];
