import * as fs from 'fs';
import * as path from 'path';
import { Component, JsonFile, awscdk } from 'projen';

/** How the CLI starts an example in a language other than TypeScript. */
const APPS: Record<string, string> = {
  csharp: 'dotnet run',
  go: 'go mod tidy && go run .',
  java: 'mvn -e -q compile exec:java',
  python: 'python3 app.py',
};

/** The cdk.json of each example, with the feature flags that `cdk init` writes: a copied example is like a new app. */
export class ExampleCdkJson extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const flags = JSON.parse(fs.readFileSync(path.join('node_modules', 'aws-cdk-lib-newest', 'recommended-feature-flags.json'), 'utf8'));
    const context = Object.fromEntries(Object.entries(flags).sort(([a], [b]) => a < b ? -1 : 1));

    for (const name of folders('examples')) {
      const apps = name in APPS
        ? folders(path.join('examples', name)).map(example => [path.join(name, example), APPS[name]])
        : [[name, `npx tsx ${name}.ts`]];
      for (const [folder, app] of apps) {
        // users copy and change it
        new JsonFile(project, path.join('examples', folder, 'cdk.json'), { obj: { app, context }, marker: false, readonly: false });
      }
    }
  }
}

function folders(parent: string): string[] {
  return fs.readdirSync(parent, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name).sort();
}
