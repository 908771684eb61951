/**
 * Which records of a dataset are exported, by how they were added to it.
 *
 * In every mode, records that are equal in all fields are exported once.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-data.html
 */
export enum IngestionMode {
  /** Records imported in bulk, by dataset import jobs. */
  BULK = 'BULK',

  /** Records added individually: with the console or the PutEvents, PutUsers and PutItems operations. */
  PUT = 'PUT',

  /**
   * Both. From an Items or Users dataset only the latest record of each ID is exported, from an Interactions dataset all records.
   */
  ALL = 'ALL',
}
