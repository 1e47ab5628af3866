// The grammar: comments, quotes, braces, line ends, and the column of each word; then the words of script lines.

import t from 'tap';
import { Report } from '../../src/config/diagnostic.js';
import { splitScript } from '../../src/config/script-words.js';
import { readLines, readPieces } from '../../src/config/tokens.js';

function tokens(text: string) {
  const report = new Report();
  const pieces = readLines({ file: 'x.conf', text, report }).flatMap((line) => readPieces(line, report));
  const shown = pieces.map((piece) => {
    if (piece.kind !== 'words') return piece.kind === 'open' ? '{' : '}';
    return piece.words.map(({ text, span }) => `${text}@${span.place.column}`).join(' ');
  });
  const said = report.sorted().map(({ place, severity, code }) => `${place.line}:${place.column} ${severity} ${code}`);
  return { shown, said };
}

t.test('comments and quotes', (t) => {
  const table: [string, string[]][] = [
    ['priority 100', ['priority@1 100@10']],
    ['\tpriority\t 100 ', ['priority@2 100@12']],
    ['! a comment', []],
    ['  # a "comment', []],
    ['priority 100 # why', ['priority@1 100@10']],
    ['auth_pass p@ss!word', ['auth_pass@1 p@ss@11']],
    ['auth_pass ab#c', ['auth_pass@1 ab@11']],
    ['auth_pass ab\\#c\\!d', ['auth_pass@1 ab#c!d@11']],
    ['auth_pass "ab#c!{}"', ['auth_pass@1 ab#c!{}@11']],
    ['a "b c" d', ['a@1 b c@3 d@9']],
    ['a b"c d"e', ['a@1 b@3 c d@4 e@9']],
    ['a ""', ['a@1 @3']],
    ["a 'b c'", ["a@1 'b@3 c'@6"]],
    ['a // b', ['a@1 //@3 b@6']],
  ];
  for (const [line, expected] of table) t.strictSame(tokens(line), { shown: expected, said: [] }, line);
  t.end();
});

t.test('a brace ends the statement before it, wherever it stands', (t) => {
  const table: [string, string[]][] = [
    ['vrrp_instance VI{', ['vrrp_instance@1 VI@15', '{']],
    ['vrrp_instance VI\n{', ['vrrp_instance@1 VI@15', '{']],
    ['virtual_ipaddress { 10.0.0.1 }', ['virtual_ipaddress@1', '{', '10.0.0.1@21', '}']],
    ['a { b', ['a@1', '{', 'b@5']],
    ['}}', ['}', '}']],
    ['auth_pass a{b}c', ['auth_pass@1 a@11', '{', 'b@13', '}', 'c@15']],
    ['auth_pass "a}"', ['auth_pass@1 a}@11']],
  ];
  for (const [text, expected] of table) t.strictSame(tokens(text), { shown: expected, said: [] }, text);
  t.end();
});

t.test('ends of lines, octets that do not belong, long lines', (t) => {
  t.strictSame(tokens('\ufeffa 1\r\nb 2\r\n\r\nc').shown, ['a@1 1@3', 'b@1 2@3', 'c@1'], 'CRLF and a byte order mark');
  t.strictSame(tokens('a 1\nb\0 2\nc'), { shown: ['a@1 1@3', 'c@1'], said: ['2:2 warning nul-octet'] });
  const long = `a ${'x'.repeat(1022)}`;
  t.strictSame(tokens(long).said, [], '1024 octets are read');
  t.strictSame(tokens(`${long}x`), { shown: [], said: ['1:1 warning line-too-long'] });
  t.strictSame(tokens(`a ${'é'.repeat(511)}`).said, [], 'octets count, not characters');
  t.strictSame(tokens(`a ${'é'.repeat(512)}`).said, ['1:1 warning line-too-long']);
  t.strictSame(tokens(`# ${'x'.repeat(5_000)}`).said, [], 'a long comment costs nothing');
  t.strictSame(tokens('a "b c').said, ['1:3 error unclosed-quote']);
  t.end();
});

t.test('what only looks like a space or a quote', (t) => {
  t.strictSame(tokens('priority\u00a0100').said, ['1:9 error odd-character']);
  t.strictSame(tokens('priority\u3000100').said, ['1:9 error odd-character']);
  t.strictSame(tokens('script \u201c/bin/x\u201d').said, ['1:8 error odd-character']);
  t.strictSame(tokens('router_id "a\u00a0b" # \u201c\u201d').said, [], 'not in quotes, not in a comment');
  t.strictSame(tokens('router_id 节点').said, [], 'other letters are letters');
  t.end();
});

t.test('the words of a script line, as keepalived 2.2.7 splits them', (t) => {
  const split = (text: string) => splitScript(text).words.map((word) => word.text);
  t.strictSame(split('/path/x arg'), ['/path/x', 'arg']);
  t.strictSame(split('"/path/x arg1 \'arg 2\'" user group'), ["/path/x arg1 'arg 2'", 'user', 'group']);
  t.strictSame(split("/path/x arg1 'arg 2'"), ['/path/x', 'arg1', 'arg 2']);
  t.strictSame(split('/bin/sh -c \\"echo hi\\"'), ['/bin/sh', '-c', '"echo', 'hi"']);
  t.strictSame(split('/bin/sh -c "echo hi"'), ['/bin/sh', '-c', 'echo hi']);
  t.strictSame(split("'a''b' c'd e'f"), ['ab', 'cd ef']);
  t.strictSame(split('/bin/echo\\ one\\ two'), ['/bin/echo one two']);
  t.strictSame(split('\\x41\\102\\t\\cA|\\q'), ['AB\t\x01|q']);
  t.strictSame(split('a ""'), ['a', '']);
  t.strictSame(split('   '), []);
  t.strictSame(splitScript("a 'b c"), { words: [{ text: 'a', index: 0, length: 1, quoted: false }], unclosed: 2 });
  t.end();
});
