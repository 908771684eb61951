import type { Correspondence } from './correspondence';
import type { CustomResourceRequest } from './exchange';
import type { Verdict } from './response';
import { asStrings } from './strings';
import { NotSupportedError } from '../../core';
import { randomSuffix } from '../engine/names';
import { Cancelled, NothingDone, ResourceFailure, type Existing, type Made, type Properties, type ResourceContext, type ResourceType } from '../resources/resource-type';

const DEFAULT_TIMEOUT_SECONDS = 3600;
const LAMBDA_ARN = /^arn:aws:lambda:[^:]+:\d+:function:.+$/;

/** `AWS::CloudFormation::CustomResource` and `Custom::…`: what they do is up to a function. */
export function customResource(type: string, correspondence: Correspondence): ResourceType {
  const send = async (requestType: CustomResourceRequest['RequestType'], properties: Properties, context: ResourceContext, existing?: Existing): Promise<Verdict | undefined> => {
    const { stack, logicalId, signal } = context;
    const letter = {
      serviceToken: serviceToken(properties),
      serviceTimeoutSeconds: timeout(properties),
      request: {
        RequestType: requestType,
        StackId: stack.id,
        LogicalResourceId: logicalId,
        ResourceType: type,
        ...existing && { PhysicalResourceId: existing.physicalId },
        ResourceProperties: asStrings(properties) as Record<string, unknown>,
        ...requestType === 'Update' && existing && { OldResourceProperties: asStrings(existing.properties) as Record<string, unknown> },
      },
    };
    try {
      return await correspondence.send(letter, stack.settings.principal, signal);
    } catch (error) {
      throw new NothingDone((error as Error).message);
    }
  };
  const made = (verdict: Verdict | undefined, idOtherwise: string): Made => {
    if (!verdict) {
      throw new Cancelled(idOtherwise);
    }
    if (!verdict.success) {
      throw new ResourceFailure(verdict.reason, verdict.physicalId ?? idOtherwise);
    }
    return { physicalId: verdict.physicalId, attributes: verdict.data };
  };

  return {
    properties: 'any',
    required: ['ServiceToken'],
    eager: true,
    async create(properties, context) {
      // CloudFormation invents an id for a Create without an answer, and deletes by it when it rolls back
      return made(await send('Create', properties, context), `${context.stack.name}-${context.logicalId}-${randomSuffix(13)}`);
    },
    async update(properties, existing, context) {
      if (properties.ServiceToken !== existing.properties.ServiceToken) {
        throw new NothingDone('Modifying service token is not allowed.');
      }
      return made(await send('Update', properties, context, existing), existing.physicalId);
    },
    async delete(existing, context) {
      made(await send('Delete', existing.properties, context, existing), existing.physicalId);
    },
  };
}

function serviceToken({ ServiceToken }: Properties): string {
  if (!LAMBDA_ARN.test(String(ServiceToken))) {
    throw new NothingDone(new NotSupportedError(`a service token that is not a Lambda function: ${String(ServiceToken)}`).message);
  }
  return String(ServiceToken);
}

function timeout({ ServiceTimeout = DEFAULT_TIMEOUT_SECONDS }: Properties): number {
  const seconds = Number(ServiceTimeout);
  if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= DEFAULT_TIMEOUT_SECONDS)) {
    throw new NothingDone(`Invalid ServiceTimeout value ${String(ServiceTimeout)}: must be an integer between 1 and ${DEFAULT_TIMEOUT_SECONDS}`);
  }
  return seconds;
}
