import './styles/page.css';

import { App } from './app';

new App().start();
