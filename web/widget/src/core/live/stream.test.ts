import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lines } from './stream';

const stream = 'id: 1\ndata: {"a":1}\n\n: beat\n\r\ndata:{"b":2}\r\n\r\nevent: x\ndata: one\ndata: two\n\n';

test('takes a stream apart, however it is cut', () => {
  for (let size = 1; size <= stream.length; size++) {
    const found: string[] = [];
    const lines = new Lines((data) => found.push(data));
    for (let at = 0; at < stream.length; at += size) lines.feed(stream.slice(at, at + size));
    assert.deepEqual(found, ['{"a":1}', '{"b":2}', 'one\ntwo'], `in pieces of ${size}`);
  }
});
