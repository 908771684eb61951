/** A small change that breaks the library. */
export interface Breakage {
  readonly id: string;
  /** What goes wrong for the user. */
  readonly breaks: string;
  /** From the repository's root, with `/`. */
  readonly file: string;
  /** A text that the file contains exactly once, and what takes its place. */
  readonly from: string;
  readonly to: string;
  /** The test files that should notice, the first of them first. */
  readonly tests: readonly string[];
}

/** The part of a breakage that is its own. */
type Change = Pick<Breakage, 'breaks' | 'from' | 'to'> & Partial<Pick<Breakage, 'tests'>>;

/**
 * Breakages of one file.
 *
 * @param tests for all that name no others
 */
export function breakagesOf(file: string, tests: readonly string[], changes: Readonly<Record<string, Change>>): Breakage[] {
  return Object.entries(changes).map(([id, change]) => ({ id, file, tests, ...change }));
}

/**
 * Whether a test file asks for the judgement of something that does not know what the library should do: local AWS, its IAM decisions, its
 * Step Functions and CloudFormation, or the CDK's Provider framework. The other tests compare with what we expect.
 */
export function isJudge(test: string): boolean {
  return /^test\/(e2e|security|src\/private\/workflow)\/|^test\/src\/private\/outcome-observer|^test\/src\/(removal|iam-quotas)|^test\/lambda\/framework/.test(test);
}

/** @returns what is wrong with the list itself: breakages that no longer apply */
export function listProblems(breakages: readonly Breakage[], read: (file: string) => string | undefined): string[] {
  return breakages.flatMap(({ id, file, from, to, tests }, index) => {
    const count = (read(file)?.split(from).length ?? 0) - 1;
    return [
      ...breakages.findIndex(other => other.id === id) < index ? [`${id}: there is another breakage with this id`] : [],
      ...count === 1 ? [] : [`${id}: ${file} ${count < 0 ? 'does not exist' : `contains ${JSON.stringify(from)} ${count} times`}`],
      ...from === to ? [`${id}: changes nothing`] : [],
      ...tests.filter(test => read(test) === undefined).map(test => `${id}: ${test} does not exist`),
    ];
  });
}
