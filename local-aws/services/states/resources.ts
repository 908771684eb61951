import type { StateMachineConfiguration } from './store';
import { withTimeout } from './waiting';
import { isTrue, randomSuffix, record, refuseOtherMembers, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { NotSupportedError, ServiceError } from '../../core';
import { quota } from '../../quotas';

/**
 * The default of resource types.
 * @see https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */
const DELETE_SECONDS = 120 * 60;

export const statesResources: ResourceTypes = {
  'AWS::StepFunctions::StateMachine': {
    properties: [
      'StateMachineName', 'StateMachineType', 'DefinitionString', 'Definition', 'RoleArn', 'LoggingConfiguration', 'TracingConfiguration',
      'EncryptionConfiguration', 'Tags',
    ],
    async create(properties, { world, logicalId }) {
      const suffix = randomSuffix();
      const name = text(properties, 'StateMachineName') ?? `${logicalId.slice(0, quota('statesName') - 1 - suffix.length)}-${suffix}`;
      const arn = await world.states.createStateMachine(configuration(name, properties));
      return { physicalId: arn, attributes: { Arn: arn, Name: name } };
    },
    async update(properties, existing, { world }) {
      await world.states.updateStateMachine(existing.physicalId, configuration(String(existing.attributes.Name), properties));
    },
    async delete({ physicalId }, { world: { clock, states } }) {
      const timeout = () => new Error(`Resource of type 'AWS::StepFunctions::StateMachine' with identifier '${physicalId}' did not stabilize.`);
      await withTimeout(clock, DELETE_SECONDS, states.deleteStateMachine(physicalId), timeout);
    },
  },
};

function configuration(name: string, properties: Properties): StateMachineConfiguration {
  const { StateMachineType = 'STANDARD', DefinitionString, Definition, LoggingConfiguration, TracingConfiguration, EncryptionConfiguration, RoleArn } = properties;
  refuseOtherMembers(EncryptionConfiguration, ['Type', 'KmsKeyId'], 'EncryptionConfiguration');
  const { Type, KmsKeyId } = record(EncryptionConfiguration);
  if (Type === 'CUSTOMER_MANAGED_KMS_KEY' && KmsKeyId === undefined) {
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
    throw new ServiceError('InvalidEncryptionConfiguration', 'Invalid Encryption Configuration: CUSTOMER_MANAGED_KMS_KEY needs a KmsKeyId');
  }
  if (StateMachineType !== 'STANDARD') { throw new NotSupportedError(`state machines of type ${String(StateMachineType)}`); }
  return {
    name,
    definition: DefinitionString === undefined ? JSON.stringify(Definition) : String(DefinitionString),
    roleArn: String(RoleArn),
    logs: destinations(record(LoggingConfiguration)),
    tracing: isTrue(record(TracingConfiguration).Enabled),
    kmsKeyArn: text(record(EncryptionConfiguration), 'KmsKeyId'),
  };
}

function destinations({ Level = 'OFF', Destinations = [] }: Properties): string[] | undefined {
  return Level === 'OFF' ? undefined : (Destinations as Properties[]).map(destination => String(record(destination.CloudWatchLogsLogGroup).LogGroupArn));
}
