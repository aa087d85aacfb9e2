/**
 * The language as a 4.15 server reads it. The order of the operators matters: `<` is tried before `<>`, so that
 * `<>` and `==` are syntax mistakes there. A text keeps its backslashes.
 */
export const PMQL_GRAMMAR = String.raw`
Query = Group

Group = first:Term rest:(_ connective:Connective _ term:Term { return { ...term, connective }; })* {
  return [{ ...first, connective: 'AND' }, ...rest];
}

Connective = word:("AND"i / "OR"i) { return word.toUpperCase(); }

Term
  = _ "(" _ terms:Group _ ")" _ { return { kind: 'group', terms }; }
  / _ field:Field _ comparison:(Comparison / Membership) _ { return { kind: 'condition', field, ...comparison }; }

Field
  = "CAST"i "(" _ field:Field _ "AS"i _ type:Name _ ")" { return { kind: 'cast', field, type }; }
  / name:Name "(" _ parameters:Parameters? _ ")" { return { kind: 'function', name, parameters: parameters ?? [] }; }
  / column:Name path:("." segment:Segment { return segment; })+ { return { kind: 'json', column, path: path.flat() }; }
  / name:Name { return { kind: 'column', name }; }

Parameters = first:Parameter rest:(_ "," _ parameter:Parameter { return parameter; })* { return [first, ...rest]; }

Parameter = value:Value !NameCharacter { return { kind: 'value', value }; } / Field

Segment = name:Name index:("[" digits:$[0-9]+ "]" { return Number(digits); })? {
  return index === null ? [name] : [name, index];
}

Comparison = operator:("<=" / ">=" / "<" / ">" / "=" / "!=" / word:"LIKE"i { return word.toUpperCase(); }) _ value:Value {
  return { operator, value };
}

Membership = operator:("IN"i { return 'IN'; } / "NOT IN"i { return 'NOT IN'; }) _
  "[" _ first:Literal rest:("," _ literal:Literal { return literal; })* _ "]" {
  return { operator, value: [first, ...rest] };
}

Value = Interval / Literal

Interval
  = "NOW"i _ sign:("-" / "+") amount:Number _ unit:("DAY"i / "HOUR"i / "MINUTE"i / "SECOND"i) {
      return { amount: sign === '-' ? -amount : amount, unit: unit.toLowerCase() };
    }
  / "NOW"i { return { amount: 0, unit: 'second' }; }

Literal = Number / Text

Number = digits:$("-"? ("0" / [1-9] [0-9]*) ("." [0-9]+)? ([eE] [+-]? [0-9]+)?) { return Number(digits); }

Text = '"' characters:$("\\" . / [^"])* '"' { return characters; }

Name = $NameCharacter+

NameCharacter = [A-Za-z0-9_]

_ = [ \t\n\r]*
`;
