import { parseArgs, type ParseArgsConfig } from 'util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Readonly<Record<string, string | boolean | undefined>>;

/** @returns the values of the command line's options, or undefined if it asked for help, which is printed */
export function argumentsOf(usage: string, options: Options): Values | undefined {
  let values: Values;
  try {
    ({ values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } }) as { values: Values });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`);
  }
  if (values.help !== true) { return values; }
  console.log(usage);
  return undefined;
}

/** Runs a program: an error of the user's is one line, without a stack trace. */
export function run(main: () => Promise<void>): void {
  main().catch(error => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
