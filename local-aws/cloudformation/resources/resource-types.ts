import { rule } from './events-rule';
import { managedPolicy } from './iam-managed-policy';
import { policy } from './iam-policy';
import { role } from './iam-role';
import { key } from './kms-key';
import { lambdaFunction } from './lambda-function';
import { permission } from './lambda-permission';
import { logGroup } from './log-group';
import { dataset } from './personalize-dataset';
import { datasetGroup } from './personalize-dataset-group';
import { schema } from './personalize-schema';
import { alarm, alias, metadata, queue, queuePolicy, topic, topicPolicy } from './placeholders';
import type { ResourceType } from './resource-type';
import { bucket } from './s3-bucket';
import { bucketPolicy } from './s3-bucket-policy';
import { schedule } from './scheduler-schedule';
import { parameter } from './ssm-parameter';
import { stateMachine } from './state-machine';
import { testFailure } from './test-failure';
import { NotSupportedError } from '../../core';
import type { Correspondence } from '../custom-resource/correspondence';
import { customResource } from '../custom-resource/custom-resource';
import { isCustomResource } from '../custom-resource/type-name';
import { waitCondition, waitConditionHandle } from '../wait-condition/wait-condition';
import type { WaitHandles } from '../wait-condition/wait-handles';

const TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::CDK::Metadata': metadata,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::Events::Rule': rule,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::KMS::Alias': alias,
  'AWS::KMS::Key': key,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Personalize::Dataset': dataset,
  'AWS::Personalize::DatasetGroup': datasetGroup,
  'AWS::Personalize::Schema': schema,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::SSM::Parameter': parameter,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::StepFunctions::StateMachine': stateMachine,
  'LocalAws::Test::Failure': testFailure,
};

/** All resource types by name; others are refused. */
export class ResourceTypes {
  private readonly types: Readonly<Record<string, ResourceType>>;

  constructor(private readonly correspondence: Correspondence, waitHandles: WaitHandles) {
    this.types = {
      ...TYPES,
      'AWS::CloudFormation::WaitCondition': waitCondition(waitHandles),
      'AWS::CloudFormation::WaitConditionHandle': waitConditionHandle(waitHandles),
    };
  }

  public get(name: string): ResourceType {
    if (isCustomResource(name)) {
      return customResource(name, this.correspondence);
    }
    if (!Object.hasOwn(this.types, name)) {
      throw new NotSupportedError(`the resource type ${name}`);
    }
    return this.types[name];
  }
}
