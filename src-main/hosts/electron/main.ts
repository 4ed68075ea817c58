import electron from 'electron';
import { DesktopApp } from './desktop-app.ts';

new DesktopApp(electron).start();
