import { Datasets } from '../../../../local-aws/services/personalize/datasets';
import { exportedRows, type Records } from '../../../../local-aws/services/personalize/records';
import { sampleRows } from '../../../../local-aws/services/personalize/sample';
import { ManualClock } from '../../../../tools/simulation/manual-clock';

const columns = ['ITEM_ID', 'PRICE'];
const row = (ITEM_ID: string, PRICE: string): Record<string, string> => ({ ITEM_ID, PRICE });
const records: Records = { bulk: [row('a', '1'), row('a', '1'), row('a', '2'), row('b', '1')], put: [row('a', '2'), row('a', '3'), row('c', '1')] };

describe('ingestion modes', () => {
  test('BULK: import jobs\' records, equal ones once, all versions', () => {
    expect(exportedRows('ITEMS', columns, records, 'BULK')).toEqual([row('a', '1'), row('a', '2'), row('b', '1')]);
  });

  test('PUT: records put one by one', () => {
    expect(exportedRows('ITEMS', columns, records, 'PUT')).toEqual([row('a', '2'), row('a', '3'), row('c', '1')]);
  });

  test.each(['ITEMS', 'USERS'] as const)('ALL of %s: the newest of each', type => {
    const id = type === 'ITEMS' ? 'ITEM_ID' : 'USER_ID';
    const renamed = (rows: Record<string, string>[]): Record<string, string>[] => rows.map(({ ITEM_ID, PRICE }) => ({ [id]: ITEM_ID, PRICE }));
    expect(exportedRows(type, [id, 'PRICE'], { bulk: renamed(records.bulk), put: renamed(records.put) }, 'ALL'))
      .toEqual(renamed([row('a', '3'), row('b', '1'), row('c', '1')]));
  });

  test('ALL of interactions: everything, equal ones once', () => {
    expect(exportedRows('INTERACTIONS', columns, records, 'ALL')).toHaveLength(5);
  });
});

test('the sample is always the same, without equal interactions', () => {
  const names = ['USER_ID', 'ITEM_ID', 'TIMESTAMP', 'EVENT_TYPE'];
  const rows = sampleRows('INTERACTIONS', names);
  expect(rows).toEqual(sampleRows('INTERACTIONS', names));
  expect(exportedRows('INTERACTIONS', names, { bulk: rows, put: [] }, 'BULK')).toHaveLength(1000);
  expect(new Set(rows.map(({ USER_ID }) => USER_ID)).size).toBeGreaterThan(30);
});

describe('datasets made by CloudFormation', () => {
  const create = (csv?: string): Datasets => {
    const datasets = new Datasets({ region: 'eu-west-1', clock: new ManualClock(), interactionsCsv: csv });
    const fields = ['USER_ID', 'ITEM_ID', 'TIMESTAMP'].map(name => ({ name, type: 'string' }));
    const schemaArn = datasets.createSchema('s', JSON.stringify({ type: 'record', fields }));
    const datasetGroupArn = datasets.createDatasetGroup({ name: 'g' });
    datasets.createDataset({ name: 'd', datasetGroupArn, datasetType: 'Interactions', schemaArn });
    return datasets;
  };
  const arn = 'arn:aws:personalize:eu-west-1:111122223333:dataset/g/INTERACTIONS';

  test('start with the sample', () => {
    expect(create().dataset(arn).records.bulk).toHaveLength(1000);
  });

  test('start with the records of the file, in the schema\'s columns', () => {
    const { bulk } = create('TIMESTAMP,ITEM_ID,USER_ID,OTHER\n1,i,u,x\n').dataset(arn).records;
    expect(bulk.map(record => Object.entries(record))).toEqual([[['USER_ID', 'u'], ['ITEM_ID', 'i'], ['TIMESTAMP', '1']]]);
  });

  test('refuse a file that lacks columns', () => {
    expect(() => create('ITEM_ID,USER_ID\ni,u\n')).toThrow('Input CSV is missing the following columns:[TIMESTAMP].');
  });

  test('cannot be left without group or schema', () => {
    const datasets = create();
    expect(() => datasets.deleteDatasetGroup('arn:aws:personalize:eu-west-1:111122223333:dataset-group/g')).toThrow('in use');
    expect(() => datasets.deleteSchema('arn:aws:personalize:eu-west-1:111122223333:schema/s')).toThrow('in use');
    datasets.deleteDataset(arn);
    datasets.deleteDatasetGroup('arn:aws:personalize:eu-west-1:111122223333:dataset-group/g');
    datasets.deleteSchema('arn:aws:personalize:eu-west-1:111122223333:schema/s');
  });
});
