/** The events that workflows put on the event bus; a contract with whoever makes rules for them. */
export const SOURCE = 'cdk-personalize-dataset-export';
export const JOB_EVENT = 'Dataset Export Job State Change';
export const RUN_EVENT = 'Dataset Export Run State Change';
