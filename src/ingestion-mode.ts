/**
 * Which records of the dataset are exported, by the way they came into it.
 *
 * Records that are equal in every field are exported once in all modes.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-data.html
 */
export enum IngestionMode {
  /** Records imported in bulk, by dataset import jobs. */
  BULK = 'BULK',

  /** Records added one by one: with the console or the PutEvents, PutUsers and PutItems operations. */
  PUT = 'PUT',

  /**
   * Both. Of an Items or Users dataset only the newest record of each id is exported; of an Interactions dataset all records.
   */
  ALL = 'ALL',
}
