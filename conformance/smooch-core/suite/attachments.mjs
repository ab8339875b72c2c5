// Files that the business uploads. On Node 18 and later the client needs the
// FormData it was made for; without it what it sends is no form.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { keyOf, uploads, withFile } from '../bed/form_data.mjs';
import { send, basic } from '../bed/raw.mjs';
import { assertShape, id, seconds } from '../bed/shape.mjs';

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(700_000, 'picture ')]);

export function attachments(bed) {
  for (const scope of ['account', 'app']) {
    test(`a file is uploaded, read, shown and removed (${scope})`, async () => {
      const tenant = await bed.tenant('Files');
      await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
      await withFile('coat.png', png, async (path) => {
        const source = { $file: path };
        const [made, mine] = await uploads(bed, keyOf(tenant, scope), [
          ['attachments.create', tenant.args(scope, { props: { access: 'public' }, source })],
          ['attachments.create', tenant.args(scope, { props: { access: 'public', for: 'message', userId: 'jo' }, source })],
        ]);
        assertShape(made.value, { mediaUrl: /^http.*\/media\/.*\/coat\.png$/, mediaType: 'image/png' });
        const res = await fetch(made.value.mediaUrl);
        assert.equal(res.status, 200);
        assert.equal(res.headers.get('content-type'), 'image/png');
        assert.deepEqual(Buffer.from(await res.arrayBuffer()), png);

        const message = { role: 'appMaker', type: 'image', mediaUrl: mine.value.mediaUrl };
        const sent = await tenant.server.appUsers.sendMessage({ userId: 'jo', message });
        assert.equal(sent.message.mediaSize, png.length);
        assert.equal(sent.message.mediaType, 'image/png');
        await tenant.server.appUsers.deleteMessage({ userId: 'jo', messageId: sent.message._id });
        assert.equal((await fetch(mine.value.mediaUrl)).status, 404, 'the file went with its message');

        const api = tenant.as(scope).attachments;
        const { mediaUrl } = made.value;
        await refusedAs(api.delete(tenant.args(scope, { mediaUrl: 'https://elsewhere.example.org/media/x.png' })), 'bad_request');
        assert.deepEqual(await api.delete(tenant.args(scope, { mediaUrl })), {});
        await refusedAs(api.delete(tenant.args(scope, { mediaUrl })), 'not_found');
        assert.equal((await fetch(mediaUrl)).status, 404);
      });
    });
  }

  for (const scope of ['account', 'app']) {
    test(`an image is uploaded and posted by one call (${scope})`, async () => {
      const tenant = await bed.tenant('Pictures');
      await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
      await withFile('coat.png', png, async (path) => {
        const [made] = await uploads(bed, keyOf(tenant, scope), [
          ['appUsers.uploadImage', tenant.args(scope, { userId: 'jo', source: { $file: path }, message: { role: 'appMaker' } })],
        ]);
        assert.equal(made.error, undefined, JSON.stringify(made.error));
        const { message } = made.value;
        assertShape(message, {
          _id: id, type: 'image', role: 'appMaker', authorId: tenant.appId, name: 'Pictures', received: seconds, source: { type: 'api' },
          mediaUrl: /\/media\//, mediaType: 'image/png', mediaSize: png.length,
        });
        assert.deepEqual((await tenant.server.appUsers.getMessages({ userId: 'jo' })).messages, [message]);
      });
    });
  }

  test("without that FormData the client's defect is named", async () => {
    const tenant = await bed.tenant('Defect');
    const upload = tenant.server.attachments.create({ props: { access: 'public' }, source: Readable.from([png]) });
    await refusedAs(upload, 'bad_request', /global\.FormData = require\('form-data'\)/);
  });

  test('what an upload must say', async () => {
    const tenant = await bed.tenant('Demands');
    const form = () => { const f = new FormData(); f.set('source', new Blob(['hello']), 'note.txt'); return f; };
    const post = async (query) => {
      const res = await fetch(`${bed.url}/v1.1/attachments${query}`, { method: 'POST', body: form(), headers: { authorization: basic(tenant.key) } });
      return { status: res.status, body: await res.json() };
    };
    for (const [query, status, says] of [
      ['?access=public', 201], ['', 400, /^access is required/], ['?access=all', 400, /^access/], ['?access=public&for=x', 400, /^for/],
      ['?access=public&userId=nobody', 400, /^userId/],
    ]) {
      const answer = await post(query);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      if (says) assert.match(answer.body.error.description, says);
    }
    const json = await send(bed, basic(tenant.key), 'POST', '/v1.1/attachments?access=public', {});
    assert.equal(json.status, 400);
  });
}
