import * as fs from 'fs';
import * as path from 'path';
import { type Call, EVERYWHERE, type RecordedCalls } from './calls';
import { documentedCalls } from './documented-calls';
import { ResolvedStack } from './resolved-stack';
import { type Variant, variantsOf } from './variants';

const { [EVERYWHERE]: everywhere, ...scenarios } = JSON.parse(fs.readFileSync(path.join(__dirname, 'recorded-calls.json'), 'utf8')) as RecordedCalls;

/** What the deployments of each scenario called. */
export const RECORDED: RecordedCalls = Object.fromEntries(Object.entries(scenarios).map(([name, calls]) => [name, [...everywhere, ...calls]]));

/** The calls that must be allowed in a scenario. */
export function neededCalls(stack: ResolvedStack): Call[] {
  return [...RECORDED[stack.name], ...documentedCalls(stack)];
}

export interface Finding {
  readonly variant: Variant;
  /** the first call that the variant refuses, if any */
  readonly refused?: Call;
}

/** What needs each part of the policies, apart from conditions. */
export async function needs(stack: ResolvedStack): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const variant of variantsOf(stack)) {
    if (variant.without.part === 'condition' || variant.statement.Effect === 'Deny') { continue; }
    const actions = [variant.without.part === 'action' ? variant.without.value : variant.statement.Action].flat();
    const candidates = neededCalls(stack).filter(({ action }) => actions.includes(action));
    findings.push({ variant, refused: await firstWith(stack, variant, candidates, false) });
  }
  return findings;
}

/** The first call that the variant allows, or refuses. */
export async function firstWith(stack: ResolvedStack, variant: Variant, calls: readonly Call[], allowed: boolean): Promise<Call | undefined> {
  const restore = variant.apply();
  try {
    const iam = stack.iam();
    for (const call of calls) {
      if (await iam.allows(call) === allowed) { return call; }
    }
    return undefined;
  } finally {
    restore();
  }
}
