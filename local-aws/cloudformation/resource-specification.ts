import { isDeepStrictEqual } from 'util';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, Resource, SpecDatabase } from '@aws-cdk/service-spec-types';
import type { Existing, Properties } from './resource-type';

let database: SpecDatabase | undefined;

/**
 * What AWS publishes about a resource type: its properties, their types, which of them a change replaces the resource for, and its attributes.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
export class ResourceSpecification {
  /** Undefined for a type that AWS publishes nothing about, such as `AWS::CDK::Metadata`. */
  public static of(type: string): ResourceSpecification | undefined {
    if (!type.startsWith('AWS::') || type === 'AWS::CloudFormation::CustomResource') { return undefined; } // custom resources have properties of their own
    database ??= loadAwsServiceSpecSync();
    const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', type);
    return resource && new ResourceSpecification(database, resource);
  }

  private constructor(private readonly db: SpecDatabase, private readonly resource: Resource) {}

  /** Whether a resource with the properties of after is another resource: `maybe` if that depends on more than the properties' names. */
  public replacement(before: Properties, after: Properties): 'yes' | 'maybe' | 'no' {
    const answers = Object.keys({ ...before, ...after }).filter(name => !isDeepStrictEqual(before[name], after[name]))
      .map(name => this.resource.properties[name]?.causesReplacement);
    return answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no';
  }

  /** The name that the template gives to the resource, such as the `RoleName` of an `AWS::IAM::Role`; undefined if CloudFormation makes one. */
  public customName(properties: Properties): unknown {
    const own = `${this.resource.name}Name`;
    return properties[own in this.resource.properties ? own : 'Name'];
  }

  /** What a Ref to the resource gives. The last part of the identifier may be a name that CloudFormation made: the physical ID. */
  public ref({ physicalId, properties, attributes }: Existing): string {
    const { cfnRefIdentifier, primaryIdentifier = [] } = this.resource;
    const parts = (cfnRefIdentifier ?? primaryIdentifier).map((name, index, { length }) => (
      attributes[name] ?? properties[name] ?? (index === length - 1 ? physicalId : undefined)));
    return parts.length === 0 || parts.includes(undefined) ? physicalId : parts.join('|');
  }

  public hasAttribute(name: string): boolean {
    return name in this.resource.attributes;
  }

  /** What CloudFormation would refuse the properties for, in its words; undefined if they are fine. */
  public problem(properties: Readonly<Record<string, unknown>>): string | undefined {
    return this.problemOfObject('#', properties, this.resource.properties);
  }

  private problemOfObject(path: string, value: object, known: Readonly<Record<string, Property>>): string | undefined {
    const given = value as Readonly<Record<string, unknown>>;
    const missing = Object.keys(known).find(name => known[name].required && given[name] === undefined);
    if (missing !== undefined) { return `${path}: required key [${missing}] not found`; }
    const extraneous = Object.keys(given).find(name => !(name in known));
    if (extraneous !== undefined) { return `${path}: extraneous key [${extraneous}] is not permitted`; }
    return first(Object.entries(given), ([name, member]) => this.problemOf(`${path}/${name}`, member, known[name].type));
  }

  /** Numbers and booleans may stand as strings, and the other way round: CloudFormation converts them. */
  private problemOf(path: string, value: unknown, type: PropertyType): string | undefined {
    switch (type.type) {
      case 'string':
        return isScalar(value) ? notAllowed(path, value, type.allowedValues) : mistyped(path, 'String', value);
      case 'date-time':
        return isScalar(value) ? undefined : mistyped(path, 'String', value);
      case 'boolean':
        return ['true', 'false'].includes(String(value)) ? undefined : mistyped(path, 'Boolean', value);
      case 'number':
        return isScalar(value) && isNumber(value, 'number') ? undefined : mistyped(path, 'Number', value);
      case 'integer':
        return isScalar(value) && isNumber(value, 'integer') ? notAllowed(path, value, type.allowedValues?.map(String)) : mistyped(path, 'Integer', value);
      case 'array':
        if (!Array.isArray(value)) { return mistyped(path, 'JSONArray', value); }
        return first(value.entries(), ([index, element]) => this.problemOf(`${path}/${index}`, element, type.element));
      case 'map':
        if (!isObject(value)) { return mistyped(path, 'JSONObject', value); }
        return first(Object.entries(value), ([key, element]) => this.problemOf(`${path}/${key}`, element, type.element));
      case 'tag':
        return isObject(value) ? this.problemOfObject(path, value, TAG) : mistyped(path, 'JSONObject', value);
      case 'ref':
        return isObject(value) ? this.problemOfObject(path, value, this.db.get('typeDefinition', type.reference).properties) : mistyped(path, 'JSONObject', value);
      case 'union': {
        const problems = type.types.map(alternative => this.problemOf(path, value, alternative));
        return problems.includes(undefined) ? undefined : problems[0];
      }
      case 'json':
      case 'null':
        return undefined;
    }
  }
}

const TAG: Readonly<Record<string, Property>> = {
  Key: { type: { type: 'string' }, required: true },
  Value: { type: { type: 'string' }, required: true },
};

function first<T>(values: Iterable<T>, problemOf: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const problem = problemOf(value);
    if (problem !== undefined) { return problem; }
  }
  return undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isNumber(value: string | number | boolean, type: 'number' | 'integer'): boolean {
  const number = Number(value);
  return value !== '' && typeof value !== 'boolean' && (type === 'integer' ? Number.isInteger(number) : Number.isFinite(number));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAllowed(path: string, value: string | number | boolean, allowed: readonly string[] | undefined): string | undefined {
  return allowed === undefined || allowed.includes(String(value)) ? undefined : `${path}: ${String(value)} is not a valid enum value`;
}

function mistyped(path: string, expected: string, value: unknown): string {
  const found = Array.isArray(value) ? 'JSONArray' : isObject(value) ? 'JSONObject' : typeof value === 'string' ? 'String' : typeof value === 'boolean' ? 'Boolean' : 'Number';
  return `${path}: expected type: ${expected}, found: ${found}`;
}
