import type { Properties, ResourceType } from './resource-type';
import { record, text } from './values';
import { NotSupportedError } from '../../core';
import type { StateMachineConfiguration } from '../../services/states';
import { randomSuffix } from '../engine/names';

const LONGEST_NAME = 80;

export const stateMachine: ResourceType = {
  properties: {
    StateMachineName: 'replace',
    StateMachineType: 'replace',
    DefinitionString: 'update',
    Definition: 'update',
    RoleArn: 'update',
    LoggingConfiguration: 'update',
    TracingConfiguration: 'update',
    Tags: 'update',
  },
  required: ['RoleArn'],
  async create(properties, { states, logicalId }) {
    const suffix = randomSuffix();
    const name = text(properties, 'StateMachineName') ?? `${logicalId.slice(0, LONGEST_NAME - 1 - suffix.length)}-${suffix}`;
    const arn = await states.createStateMachine(configuration(name, properties));
    return { physicalId: arn, attributes: { Arn: arn, Name: name } };
  },
  async update(properties, existing, { states }) {
    await states.updateStateMachine(existing.physicalId, configuration(String(existing.attributes.Name), properties));
    return existing;
  },
  delete({ physicalId }, { states }) {
    states.deleteStateMachine(physicalId);
  },
};

function configuration(name: string, properties: Properties): StateMachineConfiguration {
  const { StateMachineType = 'STANDARD', DefinitionString, Definition, LoggingConfiguration, RoleArn } = properties;
  if (StateMachineType !== 'STANDARD') {
    throw new NotSupportedError(`state machines of type ${String(StateMachineType)}`);
  }
  const { Level = 'OFF' } = record(LoggingConfiguration);
  return {
    name,
    definition: DefinitionString === undefined ? JSON.stringify(Definition) : String(DefinitionString),
    roleArn: String(RoleArn),
    logs: Level !== 'OFF',
  };
}
