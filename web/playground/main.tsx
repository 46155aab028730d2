import 'graphiql/style.css';
import './style.css';
import './monaco-workers.ts';
import { createRoot } from 'react-dom/client';
import { Playground } from './playground.tsx';

const root = document.getElementById('playground');
if (!root) throw new Error('index.html has no #playground.');
createRoot(root).render(<Playground />);
