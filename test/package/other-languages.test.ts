import * as fs from 'fs';
import * as path from 'path';
import { Bindings } from './bindings/bindings';
import type { NameReport } from './bindings/name-check';
import type { Language } from './bindings/naming';
import { REPOSITORY } from '../../tools/packed';

const EXAMPLES = path.join(REPOSITORY, 'examples');
const SOURCES: Record<Language, Record<string, string>> = {
  csharp: { 'quickstart': 'Program.cs', 'shared-destination': 'Program.cs' },
  go: { 'quickstart': 'main.go', 'shared-destination': 'main.go' },
  java: { 'quickstart': 'src/main/java/com/example/Quickstart.java', 'shared-destination': 'src/main/java/com/example/SharedDestination.java' },
  python: { 'quickstart': 'app.py', 'shared-destination': 'app.py' },
};
const LANGUAGES = Object.keys(SOURCES) as Language[];

/** The names of this library that each example uses: a check that overlooks one of them fails. */
const OURS: Record<Language, Record<string, string[]>> = {
  csharp: {
    'quickstart': [
      'Dataset', 'Dataset.FromDatasetArn', 'DatasetExportJob', 'DatasetExportJob.DatasetExportJobArn', 'DatasetExportJob.OutputUri',
      'DatasetExportJobProps', 'DatasetExportJobProps(Dataset)', 'DatasetExportJobProps(IngestionMode)', 'IngestionMode', 'IngestionMode.ALL',
    ],
    'shared-destination': [
      'Dataset', 'Dataset.FromDatasetArn', 'DatasetExportJob', 'DatasetExportJob.Grants', 'DatasetExportJobGrants.Read',
      'DatasetExportJobProps', 'DatasetExportJobProps(Dataset)', 'DatasetExportJobProps(Destination)', 'DatasetExportJobProps(IngestionMode)',
      'ExportDestination', 'ExportDestination.Bucket', 'ExportDestinationProps', 'ExportDestinationProps(Expiration)', 'ExportDestinationProps(Prefix)',
      'IngestionMode', 'IngestionMode.ALL',
    ],
  },
  go: {
    'quickstart': [
      'DatasetExportJob.DatasetExportJobArn', 'DatasetExportJob.OutputUri', 'DatasetExportJobProps', 'DatasetExportJobProps(Dataset)',
      'DatasetExportJobProps(IngestionMode)', 'Dataset_FromDatasetArn', 'IngestionMode_ALL', 'NewDatasetExportJob',
    ],
    'shared-destination': [
      'DatasetExportJob.Grants', 'DatasetExportJobGrants.Read', 'DatasetExportJobProps', 'DatasetExportJobProps(Dataset)', 'DatasetExportJobProps(Destination)',
      'DatasetExportJobProps(IngestionMode)', 'Dataset_FromDatasetArn', 'ExportDestination.Bucket', 'ExportDestinationProps',
      'ExportDestinationProps(Expiration)', 'ExportDestinationProps(Prefix)', 'IngestionMode_ALL', 'NewDatasetExportJob', 'NewExportDestination',
    ],
  },
  java: {
    'quickstart': [
      'Dataset', 'Dataset.fromDatasetArn', 'DatasetExportJob', 'DatasetExportJob.Builder.build', 'DatasetExportJob.Builder.create',
      'DatasetExportJob.Builder.dataset', 'DatasetExportJob.Builder.ingestionMode', 'DatasetExportJob.getDatasetExportJobArn', 'DatasetExportJob.getOutputUri',
      'IngestionMode', 'IngestionMode.ALL',
    ],
    'shared-destination': [
      'Dataset', 'Dataset.fromDatasetArn', 'DatasetExportJob', 'DatasetExportJob.Builder.build', 'DatasetExportJob.Builder.create',
      'DatasetExportJob.Builder.dataset', 'DatasetExportJob.Builder.destination', 'DatasetExportJob.Builder.ingestionMode', 'DatasetExportJob.getGrants',
      'DatasetExportJobGrants.read', 'ExportDestination', 'ExportDestination.Builder.build', 'ExportDestination.Builder.create',
      'ExportDestination.Builder.expiration', 'ExportDestination.Builder.prefix', 'ExportDestination.getBucket', 'IngestionMode', 'IngestionMode.ALL',
    ],
  },
  python: {
    'quickstart': [
      'Dataset', 'Dataset.from_dataset_arn', 'DatasetExportJob', 'DatasetExportJob(dataset)', 'DatasetExportJob(ingestion_mode)',
      'DatasetExportJob.dataset_export_job_arn', 'DatasetExportJob.output_uri', 'IngestionMode', 'IngestionMode.ALL',
    ],
    'shared-destination': [
      'Dataset', 'Dataset.from_dataset_arn', 'DatasetExportJob', 'DatasetExportJob(dataset)', 'DatasetExportJob(destination)',
      'DatasetExportJob(ingestion_mode)', 'DatasetExportJob.grants', 'DatasetExportJobGrants.read', 'ExportDestination', 'ExportDestination(expiration)',
      'ExportDestination(prefix)', 'ExportDestination.bucket', 'IngestionMode', 'IngestionMode.ALL',
    ],
  },
};

/** One wrong name each, in place of a right one of the quickstart, and what is said of it. */
const WRONG: Record<Language, Array<[right: string, wrong: string, problem: string]>> = {
  csharp: [
    ['new DatasetExportJob(', 'new ExportJob(', 'ExportJob is not known'],
    ['IngestionMode = IngestionMode', 'Mode = IngestionMode', 'CdkPersonalizeDatasetExport.DatasetExportJobProps takes no Mode'],
    ['IngestionMode.ALL', 'IngestionMode.All', 'CdkPersonalizeDatasetExport.IngestionMode has no All'],
    ['job.OutputUri', 'job.OutputUrl', 'CdkPersonalizeDatasetExport.DatasetExportJob has no OutputUrl'],
    ['job.OutputUri', 'job.OutputUri()', 'CdkPersonalizeDatasetExport.DatasetExportJob.OutputUri is not a method'],
    ['Dataset.FromDatasetArn(', 'Dataset.FromArn(', 'CdkPersonalizeDatasetExport.Dataset has no FromArn'],
    ['new ArnComponents', 'new ArnParts', 'ArnParts is not known'],
    ['using CdkPersonalizeDatasetExport;', 'using PersonalizeExport;', 'there is no PersonalizeExport'],
  ],
  go: [
    ['export.NewDatasetExportJob(', 'export.NewExportJob(', 'cdkpersonalizedatasetexport has no NewExportJob'],
    ['IngestionMode: export', 'Mode: export', 'cdkpersonalizedatasetexport.DatasetExportJobProps takes no Mode'],
    ['IngestionMode_ALL', 'IngestionMode_All', 'cdkpersonalizedatasetexport has no IngestionMode_All'],
    ['job.OutputUri()', 'job.OutputUrl()', 'cdkpersonalizedatasetexport.DatasetExportJob has no OutputUrl'],
    ['job.OutputUri()', 'job.OutputUri', 'cdkpersonalizedatasetexport.DatasetExportJob.OutputUri is a method and is not called'],
    ['Dataset_FromDatasetArn(', 'Dataset_FromArn(', 'cdkpersonalizedatasetexport has no Dataset_FromArn'],
    ['awscdk.NewCfnOutput(', 'awscdk.NewOutput(', 'awscdk has no NewOutput'],
    ['jsii.String("Export")', 'jsii.Text("Export")', 'jsii has no Text'],
    ['-export-go/', '-export/', 'there is no github.com/'],
  ],
  java: [
    ['DatasetExportJob.Builder', 'ExportJob.Builder', 'ExportJob is not known'],
    ['.ingestionMode(', '.mode(', 'DatasetExportJob.Builder has no mode'],
    ['IngestionMode.ALL', 'IngestionMode.All', 'IngestionMode has no All'],
    ['getOutputUri()', 'getOutputUrl()', 'DatasetExportJob has no getOutputUrl'],
    ['getOutputUri()', 'getOutputUri', 'DatasetExportJob.getOutputUri is a method and is not called'],
    ['Dataset.fromDatasetArn(', 'Dataset.fromArn(', 'Dataset has no fromArn'],
    ['.resourceName(', '.name(', 'software.amazon.awscdk.ArnComponents.Builder has no name'],
    ['import io.github.cdkpersonalizedatasetexport.Dataset;', 'import io.github.cdkpersonalize.Dataset;', 'there is no io.github.cdkpersonalize.Dataset'],
  ],
  python: [
    ['= DatasetExportJob(', '= ExportJob(', 'ExportJob is not known'],
    ['ingestion_mode=', 'ingestionMode=', 'cdk_personalize_dataset_export.DatasetExportJob takes no ingestionMode'],
    ['IngestionMode.ALL', 'IngestionMode.All', 'cdk_personalize_dataset_export.IngestionMode has no All'],
    ['job.output_uri', 'job.output_url', 'cdk_personalize_dataset_export.DatasetExportJob has no output_url'],
    ['job.output_uri', 'job.output_uri()', 'cdk_personalize_dataset_export.DatasetExportJob.output_uri is not a method'],
    ['from_dataset_arn(', 'from_arn(', 'cdk_personalize_dataset_export.Dataset has no from_arn'],
    ['resource_name=', 'name=', 'aws_cdk.Stack.format_arn takes no name'],
    ['import Dataset,', 'import Data,', 'cdk_personalize_dataset_export has no Data'],
  ],
};

jest.setTimeout(120_000);

let bindings: Bindings;
beforeAll(() => { bindings = Bindings.generate(); });
afterAll(() => bindings.remove());

const read = (...parts: string[]) => fs.readFileSync(path.join(EXAMPLES, ...parts), 'utf8');
const generated = (...parts: string[]) => fs.readFileSync(path.join(bindings.folder, ...parts), 'utf8');

/** The names of this library, without their namespace, and how many there are of what it depends on. */
function names(language: Language, { found }: NameReport): { ours: string[]; others: number } {
  const { dotnet, java, python } = bindings.targets;
  const prefix = { csharp: dotnet.namespace, go: bindings.go.packageName, java: java.package, python: python.module }[language];
  const ours = found.filter(name => name.startsWith(`${prefix}.`)).map(name => name.slice(prefix.length + 1));
  return { ours, others: found.length - ours.length };
}

describe.each(LANGUAGES)('%s', language => {
  test('has these examples, and examples/README.md links to them', () => {
    expect(fs.readdirSync(path.join(EXAMPLES, language)).sort()).toEqual(Object.keys(SOURCES[language]));
    for (const [name, source] of Object.entries(SOURCES[language])) {
      expect(read('README.md')).toContain(`(${language}/${name}/${source})`);
    }
  });

  test.each(Object.entries(SOURCES[language]))('%s uses only names that the bindings have', (name, source) => {
    const report = bindings.check(language, read(language, name, source)).run();
    expect(report.problems).toEqual([]);
    const { ours, others } = names(language, report);
    expect(ours).toEqual(OURS[language][name]);
    expect(others).toBeGreaterThanOrEqual(9);
  });

  test.each(WRONG[language])('with %j as %j the check fails', (right, wrong, problem) => {
    const source = read(language, 'quickstart', SOURCES[language].quickstart).replace(/(\w+):\s+export/, '$1: export');
    expect(source).toContain(right);
    const { problems } = bindings.check(language, source.replace(right, wrong)).run();
    expect(problems.join('\n')).toContain(problem);
  });
});

/** Whoever copies the folder of an example gets the packages and versions that the bindings ask for. */
describe.each(Object.keys(SOURCES.python))('the project files of %s', name => {
  test('Python', () => {
    const [, required] = /"install_requires": \[([^\]]*)\]/.exec(generated('python', 'setup.py'))!;
    const cdk = [...required.matchAll(/"((?:aws-cdk-lib|constructs).*)"/g)].map(([, text]) => text.replace(', ', ','));
    expect(cdk).toHaveLength(2);
    expect(read('python', name, 'requirements.txt').trim().split('\n').sort()).toEqual([...cdk, bindings.targets.python.distName].sort());
    expect(read('python', name, 'cdk.json')).toContain(`"python3 ${SOURCES.python[name]}"`);
  });

  test('Java', () => {
    const { maven, package: javaPackage } = bindings.targets.java;
    const dependencies = (pom: string) => [...pom.matchAll(/<dependency>\s*<groupId>(.*)<\/groupId>\s*<artifactId>(.*)<\/artifactId>\s*<version>(.*)<\/version>/g)]
      .map(([, ...parts]) => parts.join(' '));
    const cdk = dependencies(generated('java', 'pom.xml')).filter(dependency => /^software\.(amazon\.awscdk|constructs) /.test(dependency));
    expect(cdk).toHaveLength(2);
    const pom = read('java', name, 'pom.xml');
    expect(dependencies(pom)).toEqual([...cdk, `${maven.groupId} ${maven.artifactId} [0,)`]);
    const [, mainClass] = /<exec\.mainClass>(.*)<\/exec\.mainClass>/.exec(pom)!;
    expect(SOURCES.java[name]).toBe(`src/main/java/${mainClass.replaceAll('.', '/')}.java`);
    expect(read('java', name, SOURCES.java[name])).toContain(`import ${javaPackage}.`);
  });

  test('C#', () => {
    const { packageId } = bindings.targets.dotnet;
    const references = (project: string) => [...project.matchAll(/<PackageReference Include="(.*)" Version="(.*)" \/>/g)].map(([, ...parts]) => parts.join(' '));
    const cdk = references(generated('dotnet', packageId, `${packageId}.csproj`)).filter(reference => /^(Amazon\.CDK\.Lib|Constructs) /.test(reference));
    expect(cdk).toHaveLength(2);
    const [project, ...others] = fs.readdirSync(path.join(EXAMPLES, 'csharp', name)).filter(file => file.endsWith('.csproj'));
    expect(others).toEqual([]);
    expect(references(read('csharp', name, project))).toEqual([...cdk, `${packageId} *`]);
  });

  test('Go', () => {
    const required = (text: string) => [...text.matchAll(/^\t(\S+ v\S+)$/gm)].map(([, module]) => module).sort();
    const theirs = required(generated('go', bindings.go.packageName, 'go.mod'));
    expect(theirs).toHaveLength(3);
    expect(required(read('go', name, 'go.mod'))).toEqual(theirs);
  });
});
