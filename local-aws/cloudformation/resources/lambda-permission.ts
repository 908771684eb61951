import type { Properties, ResourceContext, ResourceType } from './resource-type';
import { ACCOUNT } from '../../core';
import { physicalName } from '../engine/names';

/** A statement of a function's resource policy. */
export const permission: ResourceType = {
  properties: { FunctionName: 'replace', Action: 'replace', Principal: 'replace', SourceArn: 'replace', SourceAccount: 'replace' },
  required: ['FunctionName', 'Action', 'Principal'],
  create(properties, context) {
    const statementId = physicalName(context.stack.name, context.logicalId, 100);
    context.lambda.addPermission(String(properties.FunctionName), statementId, statement(statementId, properties, context));
    return { physicalId: statementId };
  },
  update: (_properties, existing) => existing,
  delete({ physicalId, properties }, { lambda }) {
    lambda.removePermission(String(properties.FunctionName), physicalId);
  },
};

function statement(Sid: string, { FunctionName, Action, Principal, SourceArn, SourceAccount }: Properties, { world }: ResourceContext): object {
  const fn = String(FunctionName);
  const principal = String(Principal);
  return {
    Sid,
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action,
    Resource: fn.startsWith('arn:') ? fn : `arn:aws:lambda:${world.region}:${ACCOUNT}:function:${fn}`,
    Condition: {
      ...SourceAccount !== undefined && { StringEquals: { 'AWS:SourceAccount': SourceAccount } },
      ...SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': SourceArn } },
    },
  };
}
