/** `npx projen api:accept` */
import * as fs from 'fs';
import { BASELINE, currentApi } from './assembly';

fs.writeFileSync(BASELINE, currentApi());
