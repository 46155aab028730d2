import { GraphiQL } from 'graphiql';
import type { JSX } from 'react';
import { EXAMPLES } from './examples.ts';
import { fetcher } from './fetcher.ts';
import { storage } from './session.ts';
import { TokenBox } from './token-box.tsx';

const TABS = [...EXAMPLES];

/** On its first visit GraphiQL (5.4.0) shows the first tab without the tab's variables, unless it is told them again. */
const isFirstVisit = storage.getItem('graphiql:tabState') === null;
const firstTab = isFirstVisit ? { initialQuery: EXAMPLES[0]?.query, initialVariables: EXAMPLES[0]?.variables } : {};

/** GraphiQL with the worked examples, and above it a box for the token. */
export function Playground(): JSX.Element {
  return (
    <>
      <header>
        <h1>Therapy units</h1>
        <TokenBox />
        <button type="button" title="Forget what was typed, and show the examples again" onClick={startOver}>
          Start over
        </button>
      </header>
      <main>
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={TABS}
          defaultEditorToolsVisibility="variables"
          {...firstTab}
          shouldPersistHeaders={false}
          storage={storage}
        />
      </main>
    </>
  );
}

function startOver(): void {
  storage.clear();
  window.location.reload();
}
