// The job with synthetic patients: what the policy masks arrives masked, and what it blocks comes back as an error that
// says why. It prints the refusals, for the test to read.
//   node phi.mjs https://acme.my.salesforce.com
import assert from 'node:assert/strict';
import jsforce from 'jsforce';

const loginUrl = process.argv[2];
const conn = new jsforce.Connection({
  version: '60.0', loginUrl, instanceUrl: loginUrl, maxRequest: 1,
  oauth2: { loginUrl, clientId: 'integration', clientSecret: 'synthetic' },
});
await conn.login('integration@acme.example', 'synthetic-password');
conn.instanceUrl = loginUrl;
const contacts = conn.sobject('Contact');
const poll = { pollInterval: 100, pollTimeout: 20000 };

// refused runs a call that must fail, and prints what the client shows.
async function refused(what, call) {
  const error = await call().then(() => null, (e) => e);
  assert.ok(error, `${what} was not refused`);
  console.log(`REFUSED ${what}: ${error.errorCode ?? error.name}: ${error.message}`);
}

await refused('create', () => contacts.create({ LastName: 'Tran', SSN__c: '536-90-4399' }));
await refused('collections', () => contacts.create([{ LastName: 'Okafor' }, { LastName: 'Tran', SSN__c: '536-90-4399' }]));
await refused('query', () => conn.query("SELECT Id FROM Contact WHERE SSN__c = '536-90-4399'"));
await refused('composite', () => conn.request({
  method: 'POST', url: '/services/data/v60.0/composite', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ allOrNone: true, compositeRequest: [
    { method: 'PATCH', url: '/services/data/v60.0/sobjects/Contact/0035g00000ABCDEAA1', referenceId: 'r', body: { SSN__c: '536-90-4399' } },
  ] }),
}));
await refused('bulk', () => conn.bulk2.loadAndWaitForResults({
  object: 'Contact', operation: 'insert', input: [{ LastName: 'Okafor', SSN__c: '' }, { LastName: 'Tran', SSN__c: '536-90-4399' }], ...poll,
}));

const made = await contacts.create({ LastName: 'Ashby', Phone: '(212) 555-0142', Email: 'r.ashby@example.org' });
assert.equal(made.success, true);
const upserted = await contacts.upsert({ MRN__c: 'MRN-00482913', LastName: 'Marsh', Phone: '212-555-0163' }, 'MRN__c');
assert.equal(upserted.success, true);
const loaded = await conn.bulk2.loadAndWaitForResults({
  object: 'Contact', operation: 'insert', input: [{ LastName: 'Novak', MobilePhone: '212-555-0121' }], ...poll,
});
assert.equal(loaded.successfulResults.length, 1);

const found = await conn.query('SELECT LastName, Phone, MobilePhone, Email FROM Contact ORDER BY LastName');
console.log(`READ ${JSON.stringify(found.records.map(({ attributes, ...fields }) => fields))}`);
const stream = await conn.bulk2.query("SELECT LastName, Phone, Email FROM Contact WHERE LastName = 'Quinn'", poll);
console.log(`BULK ${JSON.stringify(await stream.toArray())}`);
