import { Component, javascript, awscdk } from 'projen';

/** lambda/index.ts -> assets/lambda/index/index.js, which ships in the package, so that synthesis does not need esbuild. */
export class LambdaBundle extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    const tsconfig = new javascript.TypescriptConfig(project, {
      fileName: 'lambda/tsconfig.json',
      include: ['**/*.ts'],
      exclude: ['node_modules'],
      compilerOptions: {
        rootDir: '..',
        noEmit: true,
        target: 'ES2023',
        lib: ['es2023'],
        module: 'esnext',
        moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
        types: ['node'],
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        noImplicitOverride: true,
        noImplicitReturns: true,
        noFallthroughCasesInSwitch: true,
        noUnusedLocals: true,
        noUnusedParameters: true,
        verbatimModuleSyntax: true,
        isolatedModules: true,
        skipLibCheck: true,
        esModuleInterop: true,
      },
    });

    const typecheck = project.addTask('lambda:typecheck', {
      description: 'Type checks the Lambda handler, strictly',
      exec: `tsc --project ${tsconfig.fileName}`,
    });
    project.preCompileTask.spawn(typecheck);

    project.bundler.addBundle('lambda/index.ts', {
      platform: 'node',
      target: 'node22',
      format: 'cjs',
      minify: true,
      mainFields: ['module', 'main'],
      tsconfigPath: tsconfig.fileName,
      watchTask: false,
      metafile: false,
      // The Lambda runtime has them, and the CDK takes them from there, too. Bundled, the client of S3 would more than double the handler's size;
      // it is loaded only when an export ends, and that of Step Functions only with events.
      externals: ['@aws-sdk/client-s3', '@aws-sdk/client-sfn'],
      esbuildArgs: {
        '--legal-comments': 'none',
        // the runtime's modules are found by require() only
        '--supported:dynamic-import': 'false',
        // removes the warning about Node.js versions that Lambda does not have
        '--define:process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
      },
    });
    // always bundles first, so that `npx projen test` works in a fresh clone
    project.testTask.prependSpawn(project.bundler.bundleTask);
  }
}
