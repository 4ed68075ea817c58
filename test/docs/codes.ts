import { writeFileSync } from 'node:fs';
import { CODES_PAGE, codesPage } from './codes-page.ts';

writeFileSync(CODES_PAGE, await codesPage());
