import { generatedJobName, hasTrigger, jobNameOf } from '../../lambda/job-name';
import { generatedJobNamePattern } from '../../src/private/job-name';
import { createEvent, properties } from '../../tools/simulation/events';

describe('jobNameOf', () => {
  it('is the same for each delivery of a request', () => {
    expect(jobNameOf(createEvent())).toBe(jobNameOf(createEvent()));
  });

  it.each([
    ['RequestId', { RequestId: 'another' }],
    ['StackId', { StackId: 'another' }],
    ['LogicalResourceId', { LogicalResourceId: 'Another' }],
  ])('differs for another %s', (_, other) => {
    expect(jobNameOf({ ...createEvent(), ...other })).not.toBe(jobNameOf(createEvent()));
  });

  it('tells where one part ends and the next begins', () => {
    expect(jobNameOf({ ...createEvent(), RequestId: 'a|b', StackId: 'c' })).not.toBe(jobNameOf({ ...createEvent(), RequestId: 'ab', StackId: '|c' }));
  });

  it('matches the pattern that the IAM policy allows', () => {
    const pattern = new RegExp(`^${generatedJobNamePattern('Shop_Export0A1B2C3D').replaceAll('?', '.')}$`);
    expect(jobNameOf(createEvent())).toMatch(pattern);
    expect(jobNameOf(createEvent())).toMatch(/^Shop_Export0A1B2C3D_[0-9a-z]{16}$/);
  });

  it('is the name of the user when there is one', () => {
    expect(jobNameOf(createEvent(properties({ JobName: 'mine' })))).toBe('mine');
  });

  it('is another one for each job of a request', () => {
    expect(generatedJobName(createEvent(), 0)).toBe(jobNameOf(createEvent()));
    expect(generatedJobName(createEvent(), 1)).not.toBe(jobNameOf(createEvent()));
    expect(generatedJobName(createEvent(), 2)).not.toBe(generatedJobName(createEvent(), 1));
  });
});

describe('hasTrigger', () => {
  const nameWith = (TriggerToken: string | undefined) => jobNameOf(createEvent(properties({ TriggerToken })));

  it('tells the triggers of generated names apart', () => {
    for (const trigger of [undefined, '2026-11', '2026-12']) {
      for (const other of [undefined, '2026-11', '2026-12']) {
        for (const byDefault of [true, false]) { expect(hasTrigger(nameWith(trigger), other, byDefault)).toBe(trigger === other); }
      }
    }
  });

  it.each(['Movies_Export0A1B2C3D_4f8f61f6217d460c', 'mine'])('does not know that of %s', name => {
    expect(hasTrigger(name, '2026-11', true)).toBe(true);
    expect(hasTrigger(name, '2026-11', false)).toBe(false);
  });
});
