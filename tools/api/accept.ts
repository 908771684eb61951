/** `npx projen api:accept`: makes the current API the one that test/package/api.test.ts compares with. */
import * as fs from 'fs';
import { BASELINE, currentApi } from './assembly';

fs.writeFileSync(BASELINE, currentApi());
