import { IResolvable, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** JSONPath and JSONata expressions on the state's input. */

/** @param output a JSONata expression, or one for each field of an object */
export function jsonataPass(scope: Construct, id: string, output: string | Record<string, string>): sfn.Pass {
  return sfn.Pass.jsonata(scope, id, { outputs: `{% ${typeof output === 'string' ? output : jsonataObject(output)} %}` });
}

/** A field whose expression has no value is left out. */
export function jsonataObject(fields: Record<string, string>): string {
  return `{${Object.entries(fields).map(([field, expression]) => `"${field}": ${expression}`).join(', ')}}`;
}

/** The reason of a failed job, which Personalize may leave out or leave empty. */
export function reasonOf(failureReason: string): string {
  return `${failureReason} ? ${failureReason} : "Personalize gave no reason"`;
}

/** The beginning of the text that an expression gives. */
export function shortened(text: string, maximum: number): string {
  const end = '... (shortened)';
  return `($text := ${text}; $length($text) > ${maximum} ? $substring($text, 0, ${maximum - end.length}) & "${end}" : $text)`;
}

/** An object in the state's input, and its fields, in JSONPath and in JSONata. */
export class ResultPath {
  private readonly names: string[];

  /** @param whole the object in JSONPath, like `$.exports.movies` */
  constructor(public readonly whole: string) {
    this.names = whole.split('.').slice(1).map(name => `\`${name}\``);
  }

  /** The object in JSONata. */
  public get query(): string {
    return ['$states.input', ...this.names].join('.');
  }

  public text(field: string): string {
    return `${this.whole}.${field}`;
  }

  public of(field: string): string {
    return sfn.JsonPath.stringAt(this.text(field));
  }

  public number(field: string): number {
    return sfn.JsonPath.numberAt(this.text(field));
  }

  public object(field: string): IResolvable {
    return sfn.JsonPath.objectAt(this.text(field));
  }

  public sum(field: string, summand: number): string {
    return sfn.JsonPath.mathAdd(this.number(field), summand);
  }

  /** The state's input with changed fields in the object, in JSONata. */
  public changed(fields: string): string {
    return `$states.input ~> |${this.names.join('.')}|${fields}|`;
  }

  /** The state's input with another object in its place, in JSONata. */
  public replaced(object: string): string {
    const last = this.names[this.names.length - 1].slice(1, -1);
    return `$states.input ~> |${this.names.slice(0, -1).join('.') || '$'}|{"${last}": ${object}}|`;
  }
}

export function resultPathProblem(resultPath: string): string | undefined {
  if (/^\$(\.[A-Za-z_][A-Za-z0-9_]*)+$/.test(resultPath)) { return undefined; }
  return `resultPath must name a field of the state's input, like $.datasetExport, got ${JSON.stringify(resultPath)}`;
}
