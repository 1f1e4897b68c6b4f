import ts from 'typescript';

/** Interfaces of a file with the number of methods (and properties that hold functions) of each. */
export function methodCounts(
  file: string,
  text: string,
): readonly { readonly name: string; readonly methods: number }[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, false);
  return source.statements.filter(ts.isInterfaceDeclaration).map((declaration) => ({
    name: declaration.name.text,
    methods: declaration.members.filter(isMethod).length,
  }));
}

function isMethod(member: ts.TypeElement): boolean {
  if (ts.isMethodSignature(member)) return true;
  return ts.isPropertySignature(member) && member.type !== undefined && ts.isFunctionTypeNode(member.type);
}
