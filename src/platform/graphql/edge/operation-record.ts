import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { HeldRequest } from '../../../foundation/request-context/ctx.decorator.ts';
import type { RecordedRequest } from '../../observability/request-record.ts';

/** Response keys of the root fields, with the fields they stand for. Apollo keeps parsed documents, so each is read once. */
const known = new WeakMap<OperationDefinitionNode, ReadonlyMap<string, string>>();

/** Tells the request's record which root fields were asked for and what became of each. */
export const recordsOperations: ApolloServerPlugin<{ request: RecordedRequest & HeldRequest }> = {
  requestDidStart: ({ contextValue }) => {
    const { record } = contextValue.request;
    let asked: ReadonlyMap<string, string> | undefined;
    return Promise.resolve({
      didResolveOperation: ({ document, operation }) => {
        if (!operation) return Promise.resolve();
        asked = known.get(operation) ?? rootFieldsOf(document, operation);
        known.set(operation, asked);
        for (const field of asked.values()) record.fields.set(field, 'OK');
        contextValue.request.holder.current.effort.roots = asked.size;
        return Promise.resolve();
      },
      willSendResponse: ({ response: { body } }) => {
        const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
        for (const { path, extensions } of errors ?? []) {
          const code = String(extensions?.code);
          record.codes.add(code);
          const field = asked?.get(String(path?.[0]));
          for (const refused of field ? [field] : record.fields.keys()) record.fields.set(refused, code);
        }
        return Promise.resolve();
      },
    });
  },
};

/** The document is valid by now: its root fields are those of the schema, whatever the aliases are called. */
function rootFieldsOf(document: DocumentNode, operation: OperationDefinitionNode): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  // a fragment is read once: spread twice in each other, forty of them would be read 2^40 times
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD)
        fields.set(selection.alias?.value ?? selection.name.value, selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        for (const definition of document.definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
            collect(definition.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  return fields;
}
