// The clean job: everything that an integration does, without a value that a policy could mind. It runs once straight to
// the org and once through the gate, and the org must not see a difference.
//   node clean.mjs https://acme.my.salesforce.com
import assert from 'node:assert/strict';
import jsforce from 'jsforce';

const loginUrl = process.argv[2];
// Without a client Id jsforce logs in by SOAP, which is what it does unless told otherwise.
const soap = new jsforce.Connection({ version: '60.0', loginUrl });
const user = await soap.login('integration@acme.example', 'synthetic-password');
assert.ok(user.id && user.organizationId && soap.accessToken);
soap.instanceUrl = loginUrl;
assert.equal((await soap.query('SELECT Id FROM Account')).totalSize, 0);
await assert.rejects(new jsforce.Connection({ version: '60.0', loginUrl }).login('integration@acme.example', 'wrong'), /INVALID_LOGIN/);

const conn = new jsforce.Connection({
  version: '60.0', loginUrl, instanceUrl: loginUrl, maxRequest: 1,
  oauth2: { loginUrl, clientId: 'integration', clientSecret: 'synthetic' },
});
await conn.login('integration@acme.example', 'synthetic-password');
conn.instanceUrl = loginUrl;

const accounts = conn.sobject('Account');
const made = await accounts.create({ Name: 'Riverside Clinic', Industry: 'Healthcare' });
assert.equal(made.success, true);
assert.equal((await accounts.update({ Id: made.id, Industry: 'Insurance' })).success, true);
assert.equal((await accounts.retrieve(made.id)).Industry, 'Insurance');

const rows = conn.sobject('BenchRow__c');
assert.equal((await rows.upsert({ Key__c: 'K-1', Status__c: 'New' }, 'Key__c')).success, true);
assert.equal((await rows.upsert({ Key__c: 'K-1', Status__c: 'Closed' }, 'Key__c')).success, true);

const found = await conn.query("SELECT Id, Name, Industry FROM Account WHERE Industry = 'Insurance' ORDER BY Name");
assert.equal(found.totalSize, 1);
assert.equal(found.records[0].Name, 'Riverside Clinic');

const many = await accounts.create([{ Name: 'East Wing' }, { Name: 'West Wing' }]);
assert.deepEqual(many.map((r) => r.success), [true, true]);
const changed = await accounts.update(many.map((r) => ({ Id: r.id, Industry: 'Healthcare' })));
assert.deepEqual(changed.map((r) => r.success), [true, true]);

const composite = await conn.request({
  method: 'POST', url: '/services/data/v60.0/composite', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ allOrNone: true, compositeRequest: [
    { method: 'POST', url: '/services/data/v60.0/sobjects/Account', referenceId: 'clinic', body: { Name: 'North Wing' } },
    { method: 'GET', url: '/services/data/v60.0/sobjects/Account/@{clinic.id}?fields=Name', referenceId: 'again' },
  ] }),
});
assert.deepEqual(composite.compositeResponse.map((r) => r.httpStatusCode), [201, 200]);
assert.equal(composite.compositeResponse[1].body.Name, 'North Wing');

const poll = { pollInterval: 100, pollTimeout: 20000 };
const loaded = await conn.bulk2.loadAndWaitForResults({
  object: 'Account', operation: 'insert', input: [{ Name: 'South Wing' }, { Name: 'Tower' }], ...poll,
});
assert.equal(loaded.successfulResults.length, 2);
const stream = await conn.bulk2.query("SELECT Name FROM Account WHERE Name IN ('South Wing', 'Tower') ORDER BY Name", poll);
assert.deepEqual((await stream.toArray()).map((r) => r.Name), ['South Wing', 'Tower']);
console.log('clean job done');
