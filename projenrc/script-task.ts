import { Task, awscdk } from 'projen';

export interface ScriptTaskProps {
  readonly description: string;
  /** A TypeScript file and its arguments. */
  readonly script: string;
  /** Tasks to run first. */
  readonly after: string[];
  readonly receiveArgs?: boolean;
  /** @default - test/tsconfig.json */
  readonly tsconfig?: string;
  readonly env?: Record<string, string>;
}

/** A task that runs a TypeScript file of the repository. */
export function addScriptTask(project: awscdk.AwsCdkConstructLibrary, name: string, props: ScriptTaskProps): Task {
  return project.addTask(name, {
    description: props.description,
    steps: [
      ...props.after.map(spawn => ({ spawn })),
      { exec: `node --import tsx ${props.script}`, receiveArgs: props.receiveArgs },
    ],
    env: { TSX_TSCONFIG_PATH: props.tsconfig ?? 'test/tsconfig.json', NODE_NO_WARNINGS: '1', ...props.env },
  });
}
