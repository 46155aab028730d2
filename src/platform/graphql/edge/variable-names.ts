import { GraphQLError, type ValidationRule } from 'graphql';

/** graphql-js keeps the values of variables in a plain object, where one of this name is lost, or is another value. */
export const noVariableCalledProto: ValidationRule = (context) => ({
  VariableDefinition: (node) => {
    if (node.variable.name.value === '__proto__')
      context.reportError(new GraphQLError('A variable cannot be called $__proto__.', { nodes: node }));
  },
});
