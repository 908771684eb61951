import { cloudTrailApi } from './cloudtrail/operations';
import { ec2Resources } from './ec2/resources';
import { NetworkStore } from './ec2/store';
import { eventsApi } from './events/operations';
import { eventsResources } from './events/resources';
import { EventStore } from './events/store';
import { glueApi } from './glue/operations';
import { glueResources } from './glue/resources';
import { DataCatalog } from './glue/store';
import { iamResources } from './iam/resources';
import { IamStore } from './iam/store';
import { kmsResources } from './kms/resources';
import { KmsStore } from './kms/store';
import { lambdaApi } from './lambda/operations';
import { lambdaResources } from './lambda/resources';
import { FunctionStore } from './lambda/store';
import { logsApi } from './logs/operations';
import { logsResources } from './logs/resources';
import { LogStore } from './logs/store';
import { personalizeApi } from './personalize/operations';
import { personalizeResources } from './personalize/resources';
import { PersonalizeStore } from './personalize/store';
import { s3Api } from './s3/operations';
import { s3Resources } from './s3/resources';
import { S3Store } from './s3/store';
import { schedulerResources } from './scheduler/resources';
import { ScheduleStore } from './scheduler/store';
import { ssmApi } from './ssm/operations';
import { ssmResources } from './ssm/resources';
import { ParameterStore } from './ssm/store';
import { statesApi } from './states/operations';
import { statesResources } from './states/resources';
import { StateMachineStore } from './states/store';
import { stsApi } from './sts/operations';
import { cloudFormationApi } from '../cloudformation/operations';
import { cloudFormationResources } from '../cloudformation/resources';
import { StackStore } from '../cloudformation/store';

/** All services, each by the name under which the others find its store. Their stores are created in this order. */
export const SERVICES = {
  iam: { store: IamStore, resources: iamResources },
  sts: { api: stsApi },
  kms: { store: KmsStore, resources: kmsResources },
  ec2: { store: NetworkStore, resources: ec2Resources },
  s3: { store: S3Store, api: s3Api, resources: s3Resources },
  logs: { store: LogStore, api: logsApi, resources: logsResources },
  ssm: { store: ParameterStore, api: ssmApi, resources: ssmResources },
  events: { store: EventStore, api: eventsApi, resources: eventsResources },
  glue: { store: DataCatalog, api: glueApi, resources: glueResources },
  cloudtrail: { api: cloudTrailApi },
  personalize: { store: PersonalizeStore, api: personalizeApi, resources: personalizeResources },
  lambda: { store: FunctionStore, api: lambdaApi, resources: lambdaResources },
  states: { store: StateMachineStore, api: statesApi, resources: statesResources },
  scheduler: { store: ScheduleStore, resources: schedulerResources },
  cloudformation: { store: StackStore, api: cloudFormationApi, resources: cloudFormationResources },
};
