interface Handler {
  readonly ErrorEquals: readonly string[];
  readonly BackoffRate?: number;
  readonly JitterStrategy?: string;
  readonly ResultPath?: unknown;
}

/**
 * What is wrong with the retriers, the catchers and the result paths of a state.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
 */
export function problemOfErrors({ Retry = [], Catch = [], ResultPath }: { readonly [field: string]: unknown }): string | undefined {
  const [retriers, catchers] = [Retry, Catch] as Handler[][];
  return [
    [retriers, catchers].some(isAllMisplaced) && 'States.ALL must be alone, and in the last retrier or catcher',
    retriers.some(({ BackoffRate = 2 }) => BackoffRate < 1) && 'BackoffRate must be at least 1',
    retriers.some(({ JitterStrategy = 'NONE' }) => !['FULL', 'NONE'].includes(JitterStrategy)) && 'JitterStrategy must be FULL or NONE',
    [ResultPath, ...catchers.map(catcher => catcher.ResultPath)].some(path => String(path).startsWith('$$')) && 'ResultPath must not be in the Context Object',
  ].find(problem => problem !== false);
}

function isAllMisplaced(handlers: readonly Handler[]): boolean {
  return handlers.some(({ ErrorEquals }, index) => ErrorEquals.includes('States.ALL') && (ErrorEquals.length > 1 || index < handlers.length - 1));
}
