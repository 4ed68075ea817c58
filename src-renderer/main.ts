import '@fontsource-variable/inter/wght.css';
import { mount } from 'svelte';
import { connect, Link } from './client/link.svelte.ts';
import Root from './Root.svelte';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
const link = new Link(connect);
mount(Root, { target, props: { link } });
await link.open();
